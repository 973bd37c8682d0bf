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

/* Callbacks of each_cell(). */

struct sums {
	struct drain *d;
	int64_t *scratch; /* {blocks, bytes} a node, or NULL */
	int64_t blocks;
};

static void sum(void *ctx, uint32_t node, const struct cell *c)
{
	struct sums *sums = ctx;
	v2 held = drain_held_at_peak(sums->d->s, c);

	sums->blocks += held[0];
	if (sums->scratch) {
		sums->scratch[2 * (size_t)node] += held[0];
		sums->scratch[2 * (size_t)node + 1] += held[1];
	}
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
	return (size_t)s->nodes * 2 * sizeof(int64_t);
}

static void put_stacks(struct drain *d, const int64_t *scratch, uint32_t nodes)
{
	if (!scratch)
		each_cell(d->s, nodes, put_stack, d);
	for (uint32_t node = 1; scratch && node < nodes; node++)
		if (scratch[2 * (size_t)node] || scratch[2 * (size_t)node + 1])
			drain_stack(d, node);
}

static void put_rows(struct drain *d, const int64_t *scratch, uint32_t nodes)
{
	struct rows rows = { .d = d, .first = true };

	if (!scratch)
		each_cell(d->s, nodes, put_cell, &rows);
	for (uint32_t node = 1; scratch && node < nodes; node++)
		put(&rows, node, (v2){ scratch[2 * (size_t)node], scratch[2 * (size_t)node + 1] });
}

void drain_peak(struct drain *d, int64_t *scratch, size_t len, bool running)
{
	struct state *s = d->s;
	struct sums sums = { .d = d, .scratch = scratch };
	uint32_t index = s->peak_index, at = s->at_peak, nodes = s->nodes;
	int64_t peak = s->peak_bytes;

	if (scratch && nodes > len / (2 * sizeof(int64_t)))
		nodes = (uint32_t)(len / (2 * sizeof(int64_t)));
	if (peak <= 0 || (uint64_t)peak == s->peak_drained || (running && (at || !scratch)))
		return;
	each_cell(s, nodes, sum, &sums);
	/* Another peak came meanwhile: this one's parts are not to be had. */
	if (running && (s->at_peak || s->peak_index != index))
		return;
	put_stacks(d, scratch, nodes);
	mp_open_peak(d->out, &(struct mp_peak){
				     .t = at ? d->t : s->peak_time,
				     .bytes = (uint64_t)peak,
				     .blocks = sums.blocks > 0 ? (uint64_t)sums.blocks : 0,
				     .slack = s->peak_shared ? s->peak_slack * s->threads : 0,
			     });
	put_rows(d, scratch, nodes);
	mp_close_rows(d->out);
	s->peak_drained = (uint64_t)peak;
}
