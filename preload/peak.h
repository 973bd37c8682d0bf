/* SPDX-License-Identifier: MIT */
/*
 * peak.h - the highest live heap and what it was made of.  Floor: counters.
 *
 * The peak has an index that grows when a peak ends, that is at the first
 * release after a new maximum.  A cell keeps its live counts as of the last
 * peak, saved when the cell is first touched after that peak ended: a cell not
 * touched since has its current counts.  So the exact composition costs O(1) an
 * event and nothing while nothing changes.
 *
 * With one thread the live total is exact at every event.  With several, each
 * thread adds its net change to the shared total whenever it exceeds the slack
 * so the peak is exact within threads x slack.  With MEMPROF_PEAK=exact they take
 * turns instead.
 */
#ifndef PRELOAD_PEAK_H
#define PRELOAD_PEAK_H

#include <stdint.h>

#include "lock.h"
#include "rt.h"
#include "state.h"
#include "thread.h"

/* Set for good before a second thread starts. */
extern uint32_t peak_many_threads __attribute__((visibility("hidden")));

/* Held by one thread at a time when the peak is exact; new in a fork child.  Taken
 * bare, at every event: leap.c releases it. */
extern struct lock peak_lock __attribute__((visibility("hidden")));

/* There are several threads from now on. */
static inline void peak_share(struct state *s)
{
	/* Every event reads it: written once. */
	if (!__atomic_load_n(&peak_many_threads, __ATOMIC_RELAXED))
		__atomic_store_n(&peak_many_threads, 1, __ATOMIC_RELEASE);
	if (!__atomic_load_n(&s->peak_shared, __ATOMIC_RELAXED))
		__atomic_store_n(&s->peak_shared, 1, __ATOMIC_RELEASE);
}

/* Net bytes a thread may hold back, at most; a small heap allows less. */
#define PEAK_SLACK 65536
/* And at least, however small the heap is. */
#define PEAK_LEAST 512

/*
 * Besides the peak of the whole run there are others to keep: of a case, since the program
 * reset its own, and of each thread's own net bytes in a region.  They cost an allocation
 * nothing: it compares with a gate, the lowest of what would be exceeded, as it did with the
 * peak alone.  With one thread the gate is the state's and in terms of `live`, which then
 * moves as the thread's net bytes do; with several it is the thread's and in terms of what it
 * holds back.
 */
enum peak_window { PEAK_CASE, PEAK_PROGRAM, PEAK_WINDOWS };

/* Begin to keep the highest `live` from now on; what it has been; stop.  In a case
 * threads hold nothing back: it is short, and its peak is held against a limit. */
void peak_window_open(struct state *s, enum peak_window window);
uint64_t peak_window_highest(const struct state *s, enum peak_window window);
void peak_window_close(struct state *s, enum peak_window window);
bool peak_window_is_open(enum peak_window window);
/* In a fork child: none is open. */
void peak_windows_forget(void);

/* Live bytes of all threads, with what they hold back. */
int64_t peak_live(const struct state *s);

/* The gate was passed: see whose highest value this is, and set it anew. */
void peak_over(struct state *s, struct thread_record *record);
void peak_set_gate(struct state *s, struct thread_record *record);

/* Net bytes of a thread. */
static inline int64_t peak_net(const struct thread_record *record)
{
	return record->heap_alloc[1] - record->heap_free[1];
}

/* Begin to keep the thread's highest net bytes anew; and go back to what was kept
 * before, `outer`, of which the highest since is a part. */
static inline void peak_watch(struct state *s, struct thread_record *record)
{
	record->top = peak_net(record);
	record->watching = 1;
	peak_set_gate(s, record);
}

static inline void peak_unwatch(struct state *s, struct thread_record *record, int64_t outer,
				bool watching)
{
	record->top = outer > record->top ? outer : record->top;
	record->watching = watching;
	peak_set_gate(s, record);
}

/* A thread's pending bytes to the shared total. */
void peak_flush(struct state *s, struct thread_record *record);
/* What every thread has gained, when the program ends. */
void peak_flush_all(struct state *s);

static inline uint32_t peak_cell_index(const struct cell *c)
{
	return (uint32_t)((uint64_t)c->peak[0] >> 32);
}

/* Before a cell changes: save what it held at the last peak. */
static inline void peak_save(const struct state *s, struct cell *c)
{
	uint32_t index = __atomic_load_n(&s->peak_index, __ATOMIC_RELAXED);

	if (unlikely(peak_cell_index(c) != index)) {
		v2 live = c->alloc - c->free;

		c->peak = (v2){ (int64_t)((uint64_t)index << 32 | (uint32_t)live[0]), live[1] };
		/* A reader of a killed process sees the stores in this order. */
		__atomic_signal_fence(__ATOMIC_RELEASE);
	}
}

/*
 * Around the change of a cell and the totals: may this event work on the totals
 * as the only thread does?  With several threads only if the peak is asked to be
 * exact; then they wait for each other.
 */
static inline bool peak_begin(const struct state *s, uint32_t tid)
{
	if (likely(!__atomic_load_n(&peak_many_threads, __ATOMIC_RELAXED)))
		return true;
	if (s->peak_slack)
		return false;
	lock_take_bare(&peak_lock, tid);
	return true;
}

static inline void peak_end(bool alone)
{
	if (unlikely(__atomic_load_n(&peak_many_threads, __ATOMIC_RELAXED)) && alone)
		lock_release_bare(&peak_lock);
}

/* Before a release, alone. */
static inline void peak_leave(struct state *s)
{
	if (unlikely(s->at_peak)) {
		s->peak_time = __atomic_load_n(&s->now, __ATOMIC_RELAXED);
		__atomic_store_n(&s->peak_word, (uint32_t)(s->peak_index + 1), __ATOMIC_RELEASE);
	}
}

/* After an allocation. */
static inline void peak_added(struct state *s, struct thread_record *record, int64_t size,
			      bool alone)
{
	if (likely(alone)) {
		s->live += size;
		if (unlikely(s->live > s->gate)) {
			if (unlikely(s->watched)) {
				peak_over(s, record);
				return;
			}
			s->gate = s->peak_bytes = s->live;
			s->at_peak = 1;
		}
		return;
	}
	record->pending += size;
	if (record->pending > record->gate)
		peak_over(s, record);
}

/* Before the cell of a release changes, after peak_leave(). */
static inline void peak_removed(struct state *s, struct thread_record *record, int64_t size,
				bool alone)
{
	if (likely(alone)) {
		s->live -= size;
		return;
	}
	record->pending -= size;
	if (record->pending < -__atomic_load_n(&s->slack_now, __ATOMIC_RELAXED))
		peak_flush(s, record);
}

#endif
