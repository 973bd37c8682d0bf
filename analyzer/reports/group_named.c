/* SPDX-License-Identifier: MIT */
/*
 * group_named.c - allocations summed up by what the program named (regions, cases)
 * or by how large they are; see group.h.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/group.h"
#include "reports/size_counts.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

static struct counts *named(struct groups *g, const char *name)
{
	void **index = strmap_at(&g->keys, name);

	if (!*index) {
		XGROW(g->v, g->n, g->alloc);
		g->v[g->n++] = (struct group){
			.name = strmap_intern(&g->names, name),
			.thread = MODEL_NO_THREAD,
		};
		*index = (void *)(uintptr_t)g->n;
	}
	return &g->v[(uintptr_t)*index - 1].counts;
}

static void subtract(struct counts *from, const struct counts *c)
{
	from->allocs -= c->allocs;
	from->bytes -= c->bytes;
	from->frees -= c->frees;
	from->freed -= c->freed;
}

static bool any(const struct counts *c)
{
	return c->allocs || c->frees;
}

/* "load > parse": where a region is among others. */
static void add_path(struct strbuf *out, const struct model *model, uint32_t region)
{
	if (model->regions[region].parent) {
		add_path(out, model, model->regions[region].parent - 1);
		strbuf_addstr(out, " > ");
	}
	strbuf_addstr(out, model->regions[region].name);
}

/* What a region did itself: without the regions inside it, unless that is wanted. */
static void by_region(struct groups *g)
{
	const struct model *m = g->model;
	struct counts *sums = xcalloc(m->n_regions + 1, sizeof(*sums)), outside = g->total;
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < m->n_region_totals; i++) {
		const struct model_region_total *t = &m->region_totals[i];
		const struct counts c = {
			.allocs = t->allocs, .bytes = t->bytes, .frees = t->frees, .freed = t->freed
		};
		uint32_t parent = m->regions[t->region].parent;

		counts_add(&sums[t->region], &c);
		if (!parent)
			subtract(&outside, &c);
		else if (!g->cumulative)
			subtract(&sums[parent - 1], &c);
	}
	for (size_t i = 0; i < m->n_regions; i++) {
		if (!any(&sums[i]))
			continue;
		strbuf_clear(&path);
		add_path(&path, m, (uint32_t)i);
		counts_add(named(g, path.buf), &sums[i]);
	}
	if (any(&outside))
		counts_add(named(g, "(outside of any region)"), &outside);
	strbuf_release(&path);
	free(sums);
}

static bool same_case(const struct model_moment *a, const struct model_moment *b)
{
	return !strcmp(a->suite, b->suite) && !strcmp(a->name, b->name);
}

/* A case is what the whole process did between its two ends. */
static void by_case(struct groups *g)
{
	const struct model *m = g->model;
	struct counts outside = g->total;
	struct strbuf name = STRBUF_INIT;

	for (size_t i = 0; i < m->n_moments; i++) {
		const struct model_moment *begin = &m->moments[i], *end = NULL;
		struct counts c = g->total;

		if (begin->kind != MOMENT_CASE)
			continue;
		for (size_t k = i + 1; k < m->n_moments && !end; k++)
			if (m->moments[k].kind == MOMENT_CASE_END &&
			    same_case(begin, &m->moments[k]))
				end = &m->moments[k];
		/* one that did not end goes on to the end of the run */
		c.peak_bytes = c.peak_count = 0;
		subtract(&c, &(struct counts){ .allocs = begin->allocs,
					       .bytes = begin->bytes,
					       .frees = begin->frees,
					       .freed = begin->freed });
		if (end)
			c = (struct counts){ .allocs = end->allocs,
					     .bytes = end->bytes,
					     .frees = end->frees,
					     .freed = end->freed };
		strbuf_clear(&name);
		strbuf_addf(&name, "%s/%s", begin->suite, begin->name);
		counts_add(named(g, name.buf), &c);
		subtract(&outside, &c);
	}
	outside.peak_bytes = outside.peak_count = 0;
	if (any(&outside))
		counts_add(named(g, "(outside of any case)"), &outside);
	strbuf_release(&name);
}

/* Stacks by the average size of their blocks. */
static void by_size(struct groups *g, enum mp_kind kind)
{
	const struct model *m = g->model;
	struct counts *stacks = xcalloc(m->n_nodes, sizeof(*stacks));
	struct strbuf label = STRBUF_INIT;

	for (size_t i = 0; i < m->n_sites; i++)
		if (m->sites[i].kind == kind)
			counts_add(&stacks[m->sites[i].stack], &m->sites[i].counts);
	for (size_t i = 0; i < m->n_nodes; i++) {
		const struct counts *c = &stacks[i];
		uint64_t bytes = c->allocs ? c->bytes : (uint64_t)c->peak_bytes;
		uint64_t blocks = c->allocs ? c->allocs : (uint64_t)c->peak_count;

		if (!blocks && !any(c))
			continue;
		strbuf_clear(&label);
		size_class_add(&label, size_class_of(blocks ? bytes / blocks : 0));
		counts_add(named(g, label.buf), c);
	}
	strbuf_release(&label);
	free(stacks);
}

void groups_build_named(struct groups *g, const struct model *model, struct symbols *symbols,
			enum mp_kind kind, enum group_by by, bool cumulative,
			const struct filters *filters)
{
	*g = (struct groups){
		.model = model, .by = by, .cumulative = cumulative, .filters = filters
	};
	places_init(&g->places, model, symbols, false);
	g->total = model_total(model, kind);
	if (by == BY_REGION)
		by_region(g);
	else if (by == BY_CASE)
		by_case(g);
	else
		by_size(g, kind);
}
