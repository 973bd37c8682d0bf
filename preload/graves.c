/* SPDX-License-Identifier: MIT */
/* graves.c - sum up ended threads; see graves.h.  Floor: drain. */
#include "graves.h"

#include "drain.h"
#include "thread.h"
#include "zone_names.h"

static struct thread *grave;

static void add_cell(struct state *s, uint32_t from)
{
	const struct cell *cells = state_cells(s), *c = &cells[from];
	const struct cell_info *info = &state_infos(s)[from];
	const struct cell *to = counters_cell(grave, (enum mp_kind)info->kind, info->node);
	v2 held = drain_held_at_peak(s, c) + drain_held_at_peak(s, to);
	uint64_t index = s->peak_index;

	/* While the heap is at its peak all cells hold what they hold now: no
	 * index is that of a peak to come. */
	if (s->at_peak)
		index = 0;
	s->moving.sum = (struct cell){
		.alloc = to->alloc + c->alloc,
		.free = to->free + c->free,
		.temp = to->temp + c->temp,
		.peak = (v2){ (int64_t)(index << 32 | (uint32_t)held[0]), held[1] },
	};
	s->moving.from = from;
	s->moving.to = (uint32_t)(to - cells);
	__atomic_store_n(&s->moving.valid, 1, __ATOMIC_RELEASE);
	state_move(s);
}

static void sum_up(struct state *s, struct thread_record *record)
{
	struct thread_record *to = grave->record;
	uint32_t block = record->first_block;

	while (block) {
		uint32_t first = (block - 1) * CELL_BLOCK, n = drain_cells_in(record, block - 1);
		uint32_t previous = state_owners(s)[block - 1].previous;

		for (uint32_t i = first; i < first + n; i++)
			if (state_infos(s)[i].node)
				add_cell(s, i);
		record->cells = previous ? (uint64_t)CELL_BLOCK << 32 | previous : 0;
		counters_give_back(s, block - 1);
		block = previous;
	}
	to->heap_alloc += record->heap_alloc;
	to->heap_free += record->heap_free;
	to->map_alloc += record->map_alloc;
	to->map_free += record->map_free;
	to->drained = (uint64_t)(to->heap_alloc[0] + to->heap_free[0]);
	to->truncated += record->truncated;
	to->lost += record->lost;
	to->foreign += record->foreign;
	if (record->pending)
		__atomic_fetch_add(&s->live, record->pending, __ATOMIC_RELAXED);
	if (record->first_sum) {
		uint32_t first = record->first_sum;

		__atomic_store_n(&record->first_sum, 0, __ATOMIC_RELEASE);
		zone_names_give_back(s, first);
	}
	thread_give_back(s, record);
}

void graves_fill(struct state *s)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);
	uint32_t done = STATE_COMMIT_PASS(s->committed);

	for (uint32_t i = 0; i < n; i++) {
		struct thread_record *record = &state_threads(s)[i];

		if (__atomic_load_n(&record->state, __ATOMIC_ACQUIRE) != THREAD_FINAL ||
		    record->final_drained > done)
			continue;
		if (!grave)
			grave = thread_make_grave(s);
		if (!grave)
			return;
		sum_up(s, record);
	}
}

void graves_forget(void)
{
	grave = NULL;
}
