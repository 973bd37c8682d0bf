/* SPDX-License-Identifier: MIT */
/*
 * group.c - allocations summed up by place or thread.  Frames are turned into
 * groups once for each address, so a stack costs no string work.
 */
#include "reports/group.h"

#include <inttypes.h>
#include <stdlib.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

static uint32_t add_group(struct groups *g, struct group group)
{
	XGROW(g->v, g->n, g->alloc);
	g->v[g->n] = group;
	return (uint32_t)g->n++;
}

static void key_part(struct strbuf *key, const char *text)
{
	/* the empty string and none are the same to a reader */
	if (text)
		strbuf_addstr(key, text);
	strbuf_addch(key, '\1');
}

/* What the frame counts as, and the key that is equal for equal ones. */
static struct group identify(const struct groups *g, const struct frame *f, struct strbuf *key)
{
	struct group group = { .module = f->module };

	switch (g->by) {
	case BY_MODULE:
		break;
	case BY_FILE:
		group.file = f->file;
		group.module = f->file ? NULL : f->module;
		break;
	case BY_FUNCTION:
		group.function = f->function;
		group.file = f->file;
		group.offset = f->function ? 0 : f->offset;
		break;
	default:
		group.function = f->function;
		group.file = f->file;
		group.line = f->line;
		group.declared = f->declared;
		group.offset = f->line ? 0 : f->offset;
		break;
	}
	key_part(key, group.function);
	key_part(key, group.file);
	key_part(key, group.module);
	strbuf_addf(key, "%" PRIu32 " %" PRIx64, group.line, group.offset);
	return group;
}

/* Remembered at the place. */
uint32_t groups_of_frame(struct groups *g, const struct place *place, size_t i, uint32_t node)
{
	struct strbuf key = STRBUF_INIT;
	struct group group;
	void **index;

	if (place->groups[i] != PLACE_NO_GROUP)
		return place->groups[i];
	group = identify(g, &place->frames[i], &key);
	group.node = node;
	index = strmap_at(&g->keys, key.buf);
	if (!*index)
		*index = (void *)((uintptr_t)add_group(g, group) + 1);
	strbuf_release(&key);
	return place->groups[i] = (uint32_t)((uintptr_t)*index - 1);
}

static uint32_t group_by_id(struct groups *g, uint32_t id, struct group group)
{
	bool fresh;
	uint64_t *index = map_at(&g->by_id, id, &fresh);

	if (fresh)
		*index = add_group(g, group);
	return (uint32_t)*index;
}

static const struct model_thread *thread_of(const struct groups *g, uint32_t thread)
{
	return thread < g->model->n_threads ? &g->model->threads[thread] : NULL;
}

static const struct model_process *process_of(const struct groups *g, uint32_t process)
{
	return process < g->model->n_processes ? &g->model->processes[process] : NULL;
}

/* One stack, and for their sake one thread and process. */
static void add_stack(struct groups *g, const struct model_site *site)
{
	const struct counts *c = &site->counts;
	uint32_t stack = site->stack, thread = site->thread;
	const struct place *place = NULL;
	uint32_t node = stack, group;
	size_t i = 0;

	if (g->by < BY_STACK || g->filters->need_frames)
		place = places_start(&g->places, &node, &i);
	if (!filters_pass(g->filters, place ? &place->frames[i] : NULL, thread_of(g, thread),
			  process_of(g, site->process)))
		return;
	counts_add(&g->total, c);
	if (g->whole.first && place) {
		cumulate_add(&g->whole, g, node, i, c);
		return;
	}
	if (g->by == BY_THREAD)
		group = group_by_id(g, thread, (struct group){ .thread = thread, .node = stack });
	else if (g->by == BY_PROCESS)
		group = group_by_id(g, site->process,
				    (struct group){ .process = site->process, .node = stack });
	else if (g->by == BY_STACK || !place)
		group = group_by_id(g, stack, (struct group){ .node = stack });
	else
		group = groups_of_frame(g, place, i, node);
	counts_add(&g->v[group].counts, c);
}

uint32_t groups_of_stack(struct groups *g, uint32_t stack)
{
	uint32_t node = stack;
	size_t i = 0;
	const struct place *place = g->by < BY_STACK || g->filters->need_frames
					    ? places_start(&g->places, &node, &i)
					    : NULL;

	if (!filters_pass(g->filters, place ? &place->frames[i] : NULL, NULL, NULL))
		return UINT32_MAX;
	return g->by < BY_STACK && place ? groups_of_frame(g, place, i, node)
					 : group_by_id(g, stack, (struct group){ .node = stack });
}

static void add_sites(struct groups *g, const struct model_site *sites, size_t n, enum mp_kind kind)
{
	bool whole = g->cumulative && g->by < BY_STACK;

	if (whole)
		cumulate_init(&g->whole, g->model);
	for (size_t i = 0; i < n; i++)
		if (sites[i].kind == kind)
			add_stack(g, &sites[i]);
	if (whole) {
		cumulate_count(&g->whole, g);
		cumulate_release(&g->whole);
	}
}

void groups_build(struct groups *g, const struct model *model, struct symbols *symbols,
		  enum mp_kind kind, enum group_by by, bool cumulative, bool allocator_frames,
		  const struct filters *filters)
{
	struct model_site *merged = NULL;
	size_t n = model->n_sites;

	*g = (struct groups){
		.model = model,
		.by = by,
		.cumulative = cumulative,
		.filters = filters,
	};
	places_init(&g->places, model, symbols, allocator_frames);
	if (by < BY_THREAD && !filters_on(filters, FILTER_THREAD) &&
	    !filters_on(filters, FILTER_PROCESS))
		merged = model_merge_sites(model, kind, &n);
	add_sites(g, merged ? merged : model->sites, n, kind);
	free(merged);
}

void groups_release(struct groups *g)
{
	places_release(&g->places);
	strmap_release(&g->keys);
	strmap_release(&g->names);
	map_release(&g->by_id);
	free(g->v);
	*g = (struct groups){ .v = NULL };
}
