/* SPDX-License-Identifier: MIT */
/*
 * calltree.c - stacks summed up as a tree of functions.
 *
 * Top-down the trie of the trace does most of the work: each of its nodes is
 * turned into a node of the tree once.  Bottom-up there is no such help, and a
 * full tree could be larger than all stacks together, so a node's stacks are
 * parted by caller only while they are worth it.
 */
#include "reports/calltree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

#define NO_NODE UINT32_MAX

/* A stack on its way outward: the next frame to look at. */
struct walker {
	uint32_t node; /* of the trie; 0 when the stack has ended */
	uint32_t frame;
	uint32_t identity;
	int64_t value;
};

/* Walkers that stand at one node of the tree, to be parted by their next frame. */
struct crowd {
	size_t first, n;
	uint32_t at;
	uint64_t depth;
};

/* Frames of one function are the same; nameless ones by their place in the module. */
static uint32_t identity_of(struct calltree *t, const struct place *place, size_t i)
{
	const struct frame *f = &place->frames[i];
	struct strbuf key = STRBUF_INIT;
	void **slot;

	if (place->groups[i] != PLACE_NO_GROUP)
		return place->groups[i];
	strbuf_addf(&key, "%s\1%s\1%s\1%" PRIx64, f->function ? f->function : "",
		    f->file ? f->file : "", f->module ? f->module : "",
		    f->function ? 0 : f->offset);
	slot = strmap_at(&t->identities, key.buf);
	if (!*slot)
		*slot = (void *)(uintptr_t)t->identities.n;
	strbuf_release(&key);
	return place->groups[i] = (uint32_t)(uintptr_t)*slot;
}

static uint32_t child_of(struct calltree *t, uint32_t parent, uint32_t trie,
			 const struct place *place, size_t i)
{
	uint32_t identity = identity_of(t, place, i);
	const struct frame *frame = &place->frames[i];
	uint32_t module = t->places.model->nodes[trie].module;
	bool fresh;
	uint64_t *slot = map_at(&t->children, (uint64_t)parent << 32 | identity, &fresh);

	if (!fresh) {
		if (t->v[*slot].line != frame->line)
			t->v[*slot].line = 0;
		return (uint32_t)*slot;
	}
	*slot = t->n;
	XGROW(t->v, t->n, t->alloc);
	t->v[t->n] = (struct calltree_node){
		.frame = frame,
		.parent = parent,
		.identity = identity,
		.module = module ? module - 1 : UINT32_MAX,
		.line = frame->line,
	};
	return (uint32_t)t->n++;
}

/* The tree's node of a whole trie node; `known` remembers. */
static uint32_t descend(struct calltree *t, uint32_t *known, uint32_t node)
{
	const struct model_node *nodes = t->places.model->nodes;
	uint32_t *path = NULL, at = 0;
	size_t n = 0, alloc = 0;

	for (; node; node = nodes[node].parent) {
		if (known[node] != NO_NODE) {
			at = known[node];
			break;
		}
		XGROW(path, n, alloc);
		path[n++] = node;
	}
	while (n) {
		const struct place *place = places_of(&t->places, path[--n]);

		for (size_t i = place ? place->n : 0; i--;)
			at = child_of(t, at, path[n], place, i);
		known[path[n]] = at;
	}
	free(path);
	return at;
}

static const struct model_thread *thread_of(const struct model *model, uint32_t thread)
{
	return thread < model->n_threads ? &model->threads[thread] : NULL;
}

static const struct model_process *process_of(const struct model *model, uint32_t process)
{
	return process < model->n_processes ? &model->processes[process] : NULL;
}

/* Where a site's stack starts, if it counts: false otherwise. */
static bool start_of(struct calltree *t, const struct model_site *site,
		     const struct calltree_how *how, struct walker *w)
{
	const struct model *model = t->places.model;
	uint32_t node = site->stack;
	size_t i = 0;
	const struct place *place;

	if (site->kind != how->kind)
		return false;
	place = places_start(&t->places, &node, &i);
	if (!filters_pass(how->filters, place ? &place->frames[i] : NULL,
			  thread_of(model, site->thread), process_of(model, site->process)))
		return false;
	*w = (struct walker){ .node = place ? node : 0,
			      .frame = (uint32_t)i,
			      .value = how->get(&site->counts) };
	return w->value;
}

static void top_down(struct calltree *t, const struct calltree_how *how)
{
	const struct model *model = t->places.model;
	uint32_t *known = xreallocarray(NULL, model->n_nodes + 1, sizeof(*known));
	struct walker w;

	for (size_t i = 0; i <= model->n_nodes; i++)
		known[i] = NO_NODE;
	for (size_t s = 0; s < model->n_sites; s++) {
		uint32_t at = 0;

		if (!start_of(t, &model->sites[s], how, &w))
			continue;
		if (w.node) {
			const struct place *place;

			at = descend(t, known, model->nodes[w.node].parent);
			place = places_of(&t->places, w.node);
			for (size_t i = place->n; i-- > w.frame;)
				at = child_of(t, at, w.node, place, i);
		}
		t->v[at].self += w.value;
	}
	free(known);
	/* children come after their parents */
	for (size_t i = t->n; i--;) {
		t->v[i].total += t->v[i].self;
		if (i)
			t->v[t->v[i].parent].total += t->v[i].total;
	}
}

static int by_identity(const void *left, const void *right)
{
	const struct walker *a = left, *b = right;

	return a->identity < b->identity ? -1 : a->identity > b->identity;
}

/* Give each walker the identity of its next frame, 0 where the stack has ended. */
static void look_ahead(struct calltree *t, struct walker *w, size_t n)
{
	bool sorted = true;

	for (size_t i = 0; i < n; i++) {
		const struct place *place = w[i].node ? places_of(&t->places, w[i].node) : NULL;

		w[i].identity = place ? identity_of(t, place, w[i].frame) : 0;
		sorted &= !i || w[i - 1].identity <= w[i].identity;
	}
	if (!sorted)
		qsort(w, n, sizeof(*w), by_identity);
}

/* All walkers of w go to one child of `at`; returns it. */
static uint32_t step(struct calltree *t, uint32_t at, struct walker *w, size_t n)
{
	const struct model_node *nodes = t->places.model->nodes;
	uint32_t child = 0;

	for (size_t i = 0; i < n; i++) {
		const struct place *place = places_of(&t->places, w[i].node);

		child = child_of(t, at, w[i].node, place, w[i].frame);
		t->v[child].total += w[i].value;
		if (++w[i].frame == place->n) {
			w[i].node = nodes[w[i].node].parent;
			w[i].frame = 0;
		}
	}
	return child;
}

static void bottom_up(struct calltree *t, const struct calltree_how *how)
{
	const struct model *model = t->places.model;
	struct walker *walkers = xreallocarray(NULL, model->n_sites + 1, sizeof(*walkers));
	struct crowd *crowds = NULL;
	size_t n_crowds = 0, alloc = 0, n = 0;
	int64_t least;

	for (size_t s = 0; s < model->n_sites; s++) {
		if (!start_of(t, &model->sites[s], how, &walkers[n]))
			continue;
		t->v[0].total += walkers[n].value;
		n++;
	}
	least = (int64_t)(how->least * (double)t->v[0].total);
	XGROW(crowds, n_crowds, alloc);
	crowds[n_crowds++] = (struct crowd){ .n = n };
	while (n_crowds) {
		struct crowd c = crowds[--n_crowds];
		struct walker *w = walkers + c.first;

		if (c.at && (t->v[c.at].total < least || (how->depth && c.depth >= how->depth))) {
			t->v[c.at].self = t->v[c.at].total;
			continue;
		}
		look_ahead(t, w, c.n);
		for (size_t i = 0, end; i < c.n; i = end) {
			for (end = i + 1; end < c.n && w[end].identity == w[i].identity;)
				end++;
			if (!w[i].identity) {
				for (size_t j = i; j < end; j++)
					t->v[c.at].self += w[j].value;
				continue;
			}
			XGROW(crowds, n_crowds, alloc);
			crowds[n_crowds++] = (struct crowd){ .first = c.first + i,
							     .n = end - i,
							     .at = step(t, c.at, w + i, end - i),
							     .depth = c.depth + 1 };
		}
	}
	free(walkers);
	free(crowds);
}

void calltree_build(struct calltree *t, const struct model *model, struct symbols *symbols,
		    const struct calltree_how *how)
{
	*t = (struct calltree){ .n = 0 };
	places_init(&t->places, model, symbols, how->allocator_frames);
	XGROW(t->v, t->n, t->alloc);
	t->v[t->n++] = (struct calltree_node){ .module = UINT32_MAX };
	if (how->bottom_up)
		bottom_up(t, how);
	else
		top_down(t, how);
	t->all = t->v[0].total;
}

void calltree_release(struct calltree *t)
{
	places_release(&t->places);
	strmap_release(&t->identities);
	map_release(&t->children);
	free(t->v);
	*t = (struct calltree){ .v = NULL };
}
