/* SPDX-License-Identifier: MIT */
/* drain_sample.c - one sample of the process and its threads; see drain.h.
 * Floor: drain. */
#include "drain.h"
#include "rt.h"

static struct mp_row_thread_sample row_of(const struct thread_record *record)
{
	v2 free = *(const volatile v2 *)&record->heap_free;
	v2 alloc = *(const volatile v2 *)&record->heap_alloc;

	return (struct mp_row_thread_sample){
		.tid = record->tid,
		.live = alloc[1] - free[1],
		.allocs = (uint64_t)alloc[0],
		.bytes = (uint64_t)alloc[1],
		.frees = (uint64_t)free[0],
		.freed = (uint64_t)free[1],
	};
}

static uint64_t positive(int64_t value)
{
	return value > 0 ? (uint64_t)value : 0;
}

void drain_sample(struct drain *d, struct mp_sample *sample)
{
	struct state *s = d->s;
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);
	int64_t bytes = 0, blocks = 0, mapped = 0;
	bool first = true;

	for (uint32_t i = 0; i < n; i++) {
		const struct thread_record *record = &state_threads(s)[i];
		struct mp_row_thread_sample row = row_of(record);

		bytes += row.live;
		blocks += (int64_t)(row.allocs - row.frees);
		mapped += record->map_alloc[1] - record->map_free[1];
	}
	sample->t = d->t;
	sample->heap = positive(bytes);
	sample->blocks = positive(blocks);
	sample->mapped = positive(mapped);
	for (int i = 0; i < ARENA_USES; i++)
		sample->recorder += s->recorder[i];
	mp_open_sample(d->out, sample);
	for (uint32_t i = 0; i < n; i++) {
		struct thread_record *record = &state_threads(s)[i];
		struct mp_row_thread_sample row = row_of(record);

		if (row.allocs + row.frees == record->drained || !record->drained_version)
			continue;
		record->drained = row.allocs + row.frees;
		if (!first)
			mp_put_char(d->out, ',');
		first = false;
		mp_put_row_thread_sample(d->out, &row);
	}
	mp_close_rows(d->out);
}
