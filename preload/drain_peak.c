/* SPDX-License-Identifier: MIT */
/* drain_peak.c - the composition of the peak as a line; see drain.h.  Floor: drain. */
#include "drain.h"
#include "rt.h"

/* What a cell held at the last peak.  Its thread may be at work: it saves the
 * old counts before it changes them, so a cell that was not saved before and
 * after the counts were read still holds what it held. */
v2 drain_held_at_peak(const struct state *s, const struct cell *c)
{
	uint32_t index = s->peak_index;

	if (!s->at_peak) {
		v2 saved = *(const volatile v2 *)&c->peak;
		v2 free = *(const volatile v2 *)&c->free;
		v2 alloc = *(const volatile v2 *)&c->alloc;

		if ((uint32_t)((uint64_t)saved[0] >> 32) != index)
			saved = *(const volatile v2 *)&c->peak;
		if ((uint32_t)((uint64_t)saved[0] >> 32) != index)
			return alloc - free;
		return (v2){ (int32_t)(uint32_t)saved[0], saved[1] };
	}
	return c->alloc - c->free;
}

struct rows {
	struct drain *d;
	bool first;
};

static void put(struct rows *rows, uint32_t node, v2 held)
{
	if (!held[0] && !held[1])
		return;
	if (!rows->first)
		mp_put_char(rows->d->out, ',');
	rows->first = false;
	mp_put_row_live(rows->d->out, &(struct mp_row_live){
					      .stack = node,
					      .count = held[0],
					      .bytes = held[1],
				      });
}

/* Call `each` for every heap cell in use whose stack is below `nodes`. */
static void each_cell(const struct state *s, uint32_t nodes,
		      void (*each)(void *ctx, uint32_t node, const struct cell *c), void *ctx)
{
	const struct block_owner *owners = state_owners(s);
	const struct cell_info *infos = state_infos(s);
	uint32_t blocks = __atomic_load_n(&s->blocks, __ATOMIC_ACQUIRE);

	for (uint32_t b = 0; b < blocks; b++) {
		const struct thread_record *record = &state_threads(s)[owners[b].thread];
		uint32_t n = drain_cells_in(record, b);

		for (uint32_t i = b * CELL_BLOCK; i < b * CELL_BLOCK + n; i++)
			if (infos[i].node && infos[i].node < nodes && infos[i].kind == MP_HEAP)
				each(ctx, infos[i].node, &state_cells(s)[i]);
	}
}

/* A stack's part of the peak. */
struct held {
	v2 held;
	uint32_t node;
};

struct sums {
	const struct state *s;
	struct held *rows;
	size_t n, room;
	int64_t blocks;
};

/* Callbacks of each_cell(). */

static void sum(void *ctx, uint32_t node, const struct cell *c)
{
	struct sums *sums = ctx;
	v2 held = drain_held_at_peak(sums->s, c);

	sums->blocks += held[0];
	if ((held[0] || held[1]) && sums->n < sums->room)
		sums->rows[sums->n++] = (struct held){ .held = held, .node = node };
}

static void put_stack(void *ctx, uint32_t node, const struct cell *c)
{
	struct drain *d = ctx;
	v2 held = drain_held_at_peak(d->s, c);

	if (held[0] || held[1])
		drain_stack(d, node);
}

static void put_cell(void *ctx, uint32_t node, const struct cell *c)
{
	struct rows *rows = ctx;

	put(rows, node, drain_held_at_peak(rows->d->s, c));
}

size_t drain_peak_scratch(const struct state *s)
{
	return (size_t)__atomic_load_n(&s->blocks, __ATOMIC_RELAXED) * CELL_BLOCK *
	       sizeof(struct held);
}

static void sift(struct held *rows, size_t at, size_t n)
{
	struct held row = rows[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		child += child + 1 < n && rows[child + 1].node > rows[child].node;
		if (rows[child].node <= row.node)
			break;
		rows[at] = rows[child];
	}
	rows[at] = row;
}

/* One row a stack: sort (Knuth, TAOCP 5.2.3, heapsort) and merge. */
static void merge(struct sums *sums)
{
	struct held *rows = sums->rows;
	size_t n = sums->n, kept = 0;

	for (size_t i = n / 2; i--;)
		sift(rows, i, n);
	for (size_t i = n; i-- > 1;) {
		struct held last = rows[i];

		rows[i] = rows[0];
		rows[0] = last;
		sift(rows, 0, i);
	}
	for (size_t i = 0; i < n; i++) {
		if (kept && rows[kept - 1].node == rows[i].node)
			rows[kept - 1].held += rows[i].held;
		else
			rows[kept++] = rows[i];
	}
	sums->n = kept;
}

static void put_stacks(struct drain *d, const struct sums *sums, uint32_t nodes)
{
	if (!sums->rows)
		each_cell(d->s, nodes, put_stack, d);
	for (size_t i = 0; i < sums->n; i++)
		drain_stack(d, sums->rows[i].node);
}

static void put_rows(struct drain *d, const struct sums *sums, uint32_t nodes)
{
	struct rows rows = { .d = d, .first = true };

	if (!sums->rows)
		each_cell(d->s, nodes, put_cell, &rows);
	for (size_t i = 0; i < sums->n; i++)
		put(&rows, sums->rows[i].node, sums->rows[i].held);
}

void drain_peak(struct drain *d, void *scratch, size_t len, bool running)
{
	struct state *s = d->s;
	struct sums sums = { .s = s, .rows = scratch, .room = len / sizeof(struct held) };
	uint64_t word = __atomic_load_n(&s->peak_word, __ATOMIC_ACQUIRE);
	uint32_t index = (uint32_t)word, at = (uint32_t)(word >> 32);
	uint32_t nodes = __atomic_load_n(&s->nodes, __ATOMIC_ACQUIRE);
	int64_t peak = __atomic_load_n(&s->peak_bytes, __ATOMIC_RELAXED);

	if (!scratch)
		sums.room = 0;
	if (peak <= 0 || (uint64_t)peak == s->peak_drained || (running && (at || !scratch)))
		return;
	each_cell(s, nodes, sum, &sums);
	/* Another peak came meanwhile, or more cells than there is room for: this
	 * one's parts are not to be had. */
	if (running && (s->at_peak || s->peak_index != index || sums.n == sums.room))
		return;
	if (s->threads > 1)
		merge(&sums);
	put_stacks(d, &sums, nodes);
	mp_open_peak(d->out, &(struct mp_peak){
				     .t = at ? d->t : s->peak_time,
				     .bytes = (uint64_t)peak,
				     .blocks = sums.blocks > 0 ? (uint64_t)sums.blocks : 0,
				     .slack = s->peak_shared ? s->peak_slack * s->threads : 0,
			     });
	put_rows(d, &sums, nodes);
	mp_close_rows(d->out);
	s->peak_drained = (uint64_t)peak;
	s->peak_line_time = at ? d->t : s->peak_time;
}
