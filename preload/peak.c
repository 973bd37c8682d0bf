/* SPDX-License-Identifier: MIT */
/* peak.c - the peak with several threads; see peak.h.  Floor: counters. */
#include "peak.h"

uint32_t peak_many_threads;
struct lock peak_lock;

static COLD void end_peak(struct state *s)
{
	uint64_t word = __atomic_load_n(&s->peak_word, __ATOMIC_ACQUIRE);

	/* The upper half says that the heap is at its peak. */
	while (word >> 32) {
		s->peak_time = s->now;
		if (__atomic_compare_exchange_n(&s->peak_word, &word, (uint32_t)(word + 1), false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			break;
	}
}

COLD void peak_flush(struct state *s, struct thread_record *record)
{
	int64_t delta = record->pending, live, highest, slack;
	int64_t now = __atomic_load_n(&s->slack_now, __ATOMIC_RELAXED);

	record->pending = 0;
	if (delta < 0)
		end_peak(s);
	live = __atomic_add_fetch(&s->live, delta, __ATOMIC_ACQ_REL);
	/* A percent of the heap is not worth more of a shared cache line. */
	slack = live / 128;
	slack = slack < PEAK_SLACK ? slack : PEAK_SLACK;
	slack = slack > PEAK_LEAST ? slack : PEAK_LEAST;
	/* Every thread reads it at every event: not written for every change. */
	if (slack > now + now / 4 || slack < now - now / 4)
		__atomic_store_n(&s->slack_now, slack, __ATOMIC_RELAXED);
	highest = __atomic_load_n(&s->peak_bytes, __ATOMIC_RELAXED);
	while (live > highest)
		if (__atomic_compare_exchange_n(&s->peak_bytes, &highest, live, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			if (!__atomic_load_n(&s->at_peak, __ATOMIC_RELAXED))
				__atomic_store_n(&s->at_peak, 1, __ATOMIC_RELEASE);
			break;
		}
}

void peak_flush_all(struct state *s)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n; i++)
		if (state_threads(s)[i].pending > 0)
			peak_flush(s, &state_threads(s)[i]);
}
