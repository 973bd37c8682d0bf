/* SPDX-License-Identifier: MIT */
/* drain_peak.c - the composition of the peak as a line; see drain.h.  Floor: drain. */
#include "drain.h"
#include "rt.h"

/* What a cell held at the last peak. */
static v2 at_peak(const struct state *s, const struct cell *c)
{
	v2 saved = *(const volatile v2 *)&c->peak;
	v2 free = *(const volatile v2 *)&c->free;
	v2 alloc = *(const volatile v2 *)&c->alloc;
	uint32_t index = (uint32_t)((uint64_t)saved[0] >> 32);

	if (s->at_peak || index != s->peak_index)
		return alloc - free;
	return (v2){ (int32_t)(uint32_t)saved[0], saved[1] };
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

/* Call `each` for every heap cell in use. */
static void each_cell(const struct state *s,
		      void (*each)(void *ctx, uint32_t node, const struct cell *c), void *ctx)
{
	const struct block_owner *owners = state_owners(s);
	const struct cell_info *infos = state_infos(s);
	uint32_t blocks = __atomic_load_n(&s->blocks, __ATOMIC_ACQUIRE);

	for (uint32_t b = 0; b < blocks; b++) {
		const struct thread_record *record = &state_threads(s)[owners[b].thread];
		uint32_t used = __atomic_load_n(&record->used, __ATOMIC_ACQUIRE);
		uint32_t n = b + 1 == record->first_block && used < CELL_BLOCK ? used : CELL_BLOCK;

		for (uint32_t i = b * CELL_BLOCK; i < b * CELL_BLOCK + n; i++)
			if (infos[i].node && infos[i].kind == MP_HEAP)
				each(ctx, infos[i].node, &state_cells(s)[i]);
	}
}

struct sums {
	struct drain *d;
	int64_t *scratch;
	v2 total;
};

static void sum(void *ctx, uint32_t node, const struct cell *c)
{
	struct sums *sums = ctx;
	v2 held = at_peak(sums->d->s, c);

	sums->total += held;
	if (sums->scratch) {
		sums->scratch[2 * (size_t)node] += held[0];
		sums->scratch[2 * (size_t)node + 1] += held[1];
	}
}

static void put_cell(void *ctx, uint32_t node, const struct cell *c)
{
	struct rows *rows = ctx;

	put(rows, node, at_peak(rows->d->s, c));
}

void drain_peak(struct drain *d, int64_t *scratch)
{
	struct state *s = d->s;
	struct sums sums = { .d = d, .scratch = scratch };
	struct rows rows = { .d = d, .first = true };

	if (s->peak_bytes <= 0 || (uint64_t)s->peak_bytes == s->peak_drained)
		return;
	each_cell(s, sum, &sums);
	mp_open_peak(d->out, &(struct mp_peak){
		.t = s->at_peak ? d->t : s->peak_time,
		.bytes = (uint64_t)s->peak_bytes,
		.blocks = sums.total[0] > 0 ? (uint64_t)sums.total[0] : 0,
	});
	if (scratch)
		for (uint32_t node = 1; node < s->nodes; node++)
			put(&rows, node, (v2){ scratch[2 * (size_t)node],
					       scratch[2 * (size_t)node + 1] });
	else
		each_cell(s, put_cell, &rows);
	mp_close_rows(d->out);
	s->peak_drained = (uint64_t)s->peak_bytes;
}
