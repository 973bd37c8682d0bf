/* SPDX-License-Identifier: MIT */
/*
 * sites.c - running totals by (thread, stack, kind), and the peak.  A row
 * replaces what was known of its site: a lost or repeated line heals.
 */
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "util/diag.h"
#include "util/xalloc.h"

/* Stacks are below 2^32 (build_reach), kinds below 4; what is left is for the thread. */
static uint64_t site_key(uint32_t thread, uint64_t stack, uint64_t kind)
{
	return (uint64_t)thread << 34 | stack << 2 | kind;
}

static struct model_site *site_of(struct builder *b, uint32_t thread, uint64_t stack,
				  enum mp_kind kind)
{
	struct model *m = b->model;
	bool fresh;
	uint64_t *index = map_at(&b->sites, site_key(thread, stack, kind), &fresh);

	if (fresh) {
		*index = m->n_sites;
		if (b->n_answers > 1) {
			XGROW(b->from, m->n_sites, b->from_alloc);
			b->from[m->n_sites] = (struct counts){ 0 };
		}
		XGROW(m->sites, m->n_sites, b->sites_alloc);
		m->sites[m->n_sites++] = (struct model_site){
			.thread = thread,
			.stack = (uint32_t)stack,
			.kind = kind,
		};
	}
	return &m->sites[*index];
}

const struct model_site *build_find_site(const struct builder *b, uint32_t thread, uint64_t stack,
					 enum mp_kind kind)
{
	const uint64_t *index = map_get(&b->sites, site_key(thread, stack, kind));

	return index ? &b->model->sites[*index] : NULL;
}

static void take_row(struct builder *b, uint32_t thread, const struct mp_row_site *row, bool to,
		     bool from)
{
	struct model_site *site = site_of(b, thread, row->stack, (enum mp_kind)row->kind);
	const struct counts counts = {
		.allocs = row->allocs,
		.bytes = row->bytes,
		.frees = row->frees,
		.freed = row->freed,
		.temp0 = row->temp0,
		.temp1 = row->temp1,
	};

	if (to)
		site->counts = counts;
	if (from)
		b->from[site - b->model->sites] = counts;
}

static void keep_history(struct builder *b, uint64_t t, uint32_t thread,
			 const struct mp_row_site *row)
{
	struct model *m = b->model;

	if (row->kind != MP_HEAP || !build_reach(b, row->stack))
		return;
	XGROW(m->history, m->n_history, b->history_alloc);
	m->history[m->n_history].t = t;
	m->history[m->n_history].live = (int64_t)(row->bytes - row->freed);
	m->history[m->n_history++].site = (uint32_t)(site_of(b, thread, row->stack, MP_HEAP) -
						     m->sites);
}

void build_delta(struct builder *b, const struct event *event)
{
	const struct mp_delta *line = &event->delta_line;
	uint32_t thread = build_thread_of(b, line->tid, line->t);
	bool to = answer_delta(b, ANSWER_TO, thread, line->t);
	bool from = b->n_answers > 1 && answer_delta(b, ANSWER_FROM, thread, line->t);
	bool bad = false;

	for (size_t i = 0; b->flags & MODEL_HISTORY && i < line->n_rows; i++)
		keep_history(b, line->t, thread, &line->rows[i]);
	if (!to && !from)
		return;
	for (size_t i = 0; i < line->n_rows; i++) {
		const struct mp_row_site *row = &line->rows[i];

		if (!build_reach(b, row->stack)) {
			if (!bad)
				build_bad(b, event->line, "stack %llu is out of range",
					  (unsigned long long)row->stack);
			bad = true;
			continue;
		}
		take_row(b, thread, row, to, from);
	}
}

void build_peak(struct builder *b, const struct event *event)
{
	const struct mp_peak *line = &event->peak_line;
	struct model *m = b->model;

	b->n_peak = 0;
	for (size_t i = 0; i < line->n_rows; i++) {
		if (!build_reach(b, line->rows[i].stack)) {
			build_bad(b, event->line, "stack %llu is out of range",
				  (unsigned long long)line->rows[i].stack);
			continue;
		}
		XGROW(b->peak, b->n_peak, b->peak_alloc);
		b->peak[b->n_peak++] = line->rows[i];
	}
	m->has_peak = true;
	m->peak_bytes = line->bytes;
	m->peak_blocks = line->blocks;
	m->peak_time = line->t;
}

#define MANY UINT64_MAX

/*
 * Which site takes the peak of each stack: that of the one thread that
 * allocated there, from the heap if any did, else what was inherited.
 */
static void find_owners(struct builder *b, struct map *owners)
{
	static const enum mp_kind order[] = { MP_HEAP, MP_INHERITED };
	struct model *m = b->model;

	for (size_t k = 0; k < sizeof(order) / sizeof(*order); k++)
		for (size_t i = 0; i < m->n_sites; i++) {
			const struct model_site *site = &m->sites[i];
			bool fresh;
			uint64_t *owner;

			if (site->kind != order[k] || !site->counts.allocs)
				continue;
			owner = map_at(owners, site->stack, &fresh);
			if (fresh)
				*owner = i;
			else if (*owner != MANY && m->sites[*owner].kind == order[k])
				*owner = MANY;
		}
}

static void add_peak(struct builder *b, const struct mp_row_live *row, const uint64_t *owner)
{
	struct model_site *site = owner && *owner != MANY
					  ? &b->model->sites[*owner]
					  : site_of(b, MODEL_NO_THREAD >> 2, row->stack, MP_HEAP);

	if (!owner || *owner == MANY)
		site->thread = MODEL_NO_THREAD;
	site->counts.peak_count += row->count;
	site->counts.peak_bytes += row->bytes;
	if (b->model->point.kind == POINT_PEAK) {
		site->counts.allocs += (uint64_t)row->count;
		site->counts.bytes += (uint64_t)row->bytes;
	}
}

void build_sites_done(struct builder *b)
{
	struct map owners = MAP_INIT;

	if (b->n_answers > 1) {
		range_done(b);
		return;
	}
	if (b->model->point.kind == POINT_START)
		return;
	find_owners(b, &owners);
	for (size_t i = 0; i < b->n_peak; i++)
		add_peak(b, &b->peak[i], map_get(&owners, b->peak[i].stack));
	map_release(&owners);
}
