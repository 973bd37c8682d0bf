/* SPDX-License-Identifier: MIT */
/*
 * range.c - what changed between two points: the totals at the second less
 * those at the first, site by site.
 */
#include <stdlib.h>

#include "model/build.h"
#include "util/xalloc.h"

static struct counts difference(const struct counts *to, const struct counts *from)
{
	return (struct counts){
		.allocs = to->allocs - from->allocs,
		.bytes = to->bytes - from->bytes,
		.frees = to->frees - from->frees,
		.freed = to->freed - from->freed,
		.temp0 = to->temp0 - from->temp0,
		.temp1 = to->temp1 - from->temp1,
		.base_count = counts_live(from),
		.base_bytes = counts_live_bytes(from),
	};
}

/* What lived of one stack at both ends. */
struct ends {
	uint32_t stack;
	int64_t count[ANSWERS], bytes[ANSWERS];
};

/* Stacks and what lived of them, where one of the ends is the peak. */
struct stacks {
	struct map index; /* stack -> index + 1 */
	struct ends *v;
	size_t n, alloc;
};

static void add_live(struct stacks *stacks, int which, uint32_t stack, int64_t count, int64_t bytes)
{
	uint64_t *at = map_at(&stacks->index, stack, NULL);

	if (!*at) {
		XGROW(stacks->v, stacks->n, stacks->alloc);
		stacks->v[stacks->n++] = (struct ends){ .stack = stack };
		*at = stacks->n;
	}
	stacks->v[*at - 1].count[which] += count;
	stacks->v[*at - 1].bytes[which] += bytes;
}

/* The live blocks of one end; a peak has those that were inherited among its own. */
static void add_end(struct builder *b, struct stacks *stacks, int which)
{
	struct model *m = b->model;

	if (b->answers[which].point->kind == POINT_PEAK) {
		for (size_t i = 0; i < b->n_peak; i++)
			add_live(stacks, which, (uint32_t)b->peak[i].stack, b->peak[i].count,
				 b->peak[i].bytes);
		return;
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		const struct counts *c = which == ANSWER_TO ? &m->sites[i].counts : &b->from[i];

		if (m->sites[i].kind != MP_MMAP)
			add_live(stacks, which, m->sites[i].stack, counts_live(c),
				 counts_live_bytes(c));
	}
}

static struct counts growth(const struct ends *ends)
{
	int64_t count = ends->count[ANSWER_TO] - ends->count[ANSWER_FROM];
	int64_t bytes = ends->bytes[ANSWER_TO] - ends->bytes[ANSWER_FROM];

	return (struct counts){
		.allocs = count > 0 ? (uint64_t)count : 0,
		.frees = count < 0 ? (uint64_t)-count : 0,
		.bytes = bytes > 0 ? (uint64_t)bytes : 0,
		.freed = bytes < 0 ? (uint64_t)-bytes : 0,
		.base_count = ends->count[ANSWER_FROM],
		.base_bytes = ends->bytes[ANSWER_FROM],
	};
}

static void by_stack(struct builder *b)
{
	struct stacks stacks = { .n = 0 };
	struct model *m = b->model;

	add_end(b, &stacks, ANSWER_FROM);
	add_end(b, &stacks, ANSWER_TO);
	m->n_sites = 0;
	for (size_t i = 0; i < stacks.n; i++) {
		XGROW(m->sites, m->n_sites, b->sites_alloc);
		m->sites[m->n_sites++] = (struct model_site){
			.thread = MODEL_NO_THREAD,
			.stack = stacks.v[i].stack,
			.kind = MP_HEAP,
			.counts = growth(&stacks.v[i]),
		};
	}
	free(stacks.v);
	map_release(&stacks.index);
}

void range_done(struct builder *b)
{
	struct model *m = b->model;

	if (b->answers[ANSWER_FROM].point->kind == POINT_PEAK ||
	    b->answers[ANSWER_TO].point->kind == POINT_PEAK) {
		by_stack(b);
		return;
	}
	for (size_t i = 0; i < m->n_sites; i++)
		m->sites[i].counts = difference(&m->sites[i].counts, &b->from[i]);
}
