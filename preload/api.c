/* SPDX-License-Identifier: MIT */
/* api.c - the functions of memprof.h, as the recorder exports them.  Floor: hooks.
 *
 * What they mean is written there.  Each does nothing when the guard is closed: from a handler
 * that interrupted the recorder, or from inside it. */
#define _GNU_SOURCE
#include "hook.h"

#include <time.h>

#include "config.h"
#include "leaks.h"
#include "memstat.h"
#include "moments.h"
#include "output.h"
#include "peak.h"
#include "points.h"
#include "recorder.h"
#include "rt.h"
#include "zones.h"

HOOK int memprof_active(void);
HOOK void memprof_mark(const char *name);
HOOK void memprof_begin(const char *name);
HOOK void memprof_end(const char *name);
HOOK void memprof_snapshot(const char *name);
HOOK void memprof_start(void);
HOOK void memprof_stop(void);
HOOK int memprof_dump(const char *path);
HOOK void memprof_counter(const char *name, double value);
HOOK void memprof_thread_name(const char *name);
HOOK uint64_t memprof_live_bytes(void);
HOOK uint64_t memprof_peak_bytes(void);
HOOK void memprof_reset_peak(void);
HOOK int memprof_leak_check(void);
HOOK int memprof_limit_memory(const char *size);
HOOK int memprof_limit_leaks(const char *size);
HOOK uint64_t memprof_no_alloc_begin(void);
HOOK int memprof_no_alloc_end(uint64_t since);
HOOK void memprof_case_begin(const char *suite, const char *name);
HOOK void memprof_case_end(const char *suite, const char *name);

/* The stack pointer of the caller of the function with this frame. */
#define CALLER_SP ((uintptr_t)HOOK_FRAME + 16)

static const char *text(const char *name)
{
	return name ? name : "";
}

int memprof_active(void)
{
	return recorder_state() >= RECORDER_ON;
}

/* Time between two looks at the resident set by marks. */
#define LOOK_APART 1000000

static void look(struct state *s, uint64_t now)
{
	static uint64_t last;
	uint64_t before = __atomic_load_n(&last, __ATOMIC_RELAXED);

	if ((before && now >= before && now - before < LOOK_APART) ||
	    !__atomic_compare_exchange_n(&last, &before, now, false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))
		return;
	moments_add_spike(s, now, memstat_rss(), SPIKE_MARK);
}

/* An exact point, and with --leaks what holds the blocks that live there. */
static void snapshot(struct thread *t, const char *name)
{
	points_snapshot(t, name);
	if (leaks_wanted())
		leaks_check(t->state, name, LEAKS_AT_POINT);
}

void memprof_mark(const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);
	uint64_t now;
	struct moment m;
	struct rt_text to;

	if (!t)
		return;
	if (config.snapshot_marks) {
		snapshot(t, text(name));
		recorder_leave();
		return;
	}
	now = sys_clock_ns(CLOCK_MONOTONIC) - t->state->epoch;
	m = (struct moment){
		.kind = RING_MARK,
		.tid = t->tid,
		.t = now,
		.alloc = t->record->heap_alloc,
		.free = t->record->heap_free,
	};
	to = (struct rt_text)RT_TEXT(m.name);
	if (rt_strlen(text(name)) < sizeof(m.name))
		rt_put(&to, text(name));
	else
		m.long_name = state_add_text(t->state, name);
	moments_add(t->state, &m);
	look(t->state, now);
	recorder_leave();
}

void memprof_begin(const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	zones_begin(t, name, CALLER_SP);
	recorder_leave();
}

void memprof_end(const char *name)
{
	uint64_t now = sys_clock_ns(CLOCK_MONOTONIC);
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	zones_end(t, name, now);
	recorder_leave();
}

void memprof_snapshot(const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	snapshot(t, text(name));
	recorder_leave();
}

void memprof_start(void)
{
	recorder_pause(false);
}

void memprof_stop(void)
{
	recorder_pause(true);
}

int memprof_dump(const char *path)
{
	struct thread *t = recorder_enter(HOOK_FRAME);
	int err;

	if (!t)
		return -1;
	err = points_dump(t, text(path));
	recorder_leave();
	return err ? -1 : 0;
}

/* Values of a counter that are kept one by one. */
#define COUNTER_KEPT 1000

void memprof_counter(const char *name, double value)
{
	struct thread *t = recorder_enter(HOOK_FRAME);
	struct zone *zone;
	uint32_t id;
	uint64_t now;

	if (!t)
		return;
	id = zones_counter(t, text(name));
	zone = &state_zones(t->state)[id];
	now = sys_clock_ns(CLOCK_MONOTONIC) - t->state->epoch;
	if (id && __atomic_load_n(&zone->lines, __ATOMIC_RELAXED) < COUNTER_KEPT) {
		struct moment m = {
			.kind = RING_COUNTER, .tid = t->tid, .zone = id, .t = now, .value = value
		};

		__atomic_fetch_add(&zone->lines, 1, __ATOMIC_RELAXED);
		moments_add(t->state, &m);
	} else if (id) {
		zone->value = value;
		zone->tid = t->tid;
		zone->time = now;
		__atomic_fetch_add(&zone->sets, 1, __ATOMIC_RELEASE);
	}
	recorder_leave();
}

void memprof_thread_name(const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	thread_set_name(t->record, text(name));
	recorder_leave();
}

uint64_t memprof_live_bytes(void)
{
	int64_t live = recorder_is_on() ? peak_live(recorder_memory) : 0;

	return live > 0 ? (uint64_t)live : 0;
}

uint64_t memprof_peak_bytes(void)
{
	return recorder_is_on() ? peak_window_highest(recorder_memory, PEAK_PROGRAM) : 0;
}

void memprof_reset_peak(void)
{
	if (recorder_is_on())
		peak_window_open(recorder_memory, PEAK_PROGRAM);
}

static int limit(const char *size, const void *frame,
		 bool (*broken)(struct thread *t, uint64_t limit))
{
	uint64_t bytes;
	struct thread *t;
	int result;

	if (!rt_parse_size(text(size), &bytes))
		return 0;
	t = recorder_enter(frame);
	if (!t)
		return 0;
	result = broken(t, bytes);
	recorder_leave();
	return result;
}

int memprof_limit_memory(const char *size)
{
	return limit(size, HOOK_FRAME, points_limit_memory);
}

int memprof_leak_check(void)
{
	struct thread *t = recorder_enter(HOOK_FRAME);
	bool lost;

	if (!t)
		return 0;
	lost = leaks_check(t->state, "request", LEAKS_ASKED);
	recorder_leave();
	return lost;
}

int memprof_limit_leaks(const char *size)
{
	return limit(size, HOOK_FRAME, points_limit_leaks);
}

uint64_t memprof_no_alloc_begin(void)
{
	struct thread *t = tls.thread;

	return t && recorder_is_on() ? (uint64_t)t->record->heap_alloc[0] : 0;
}

int memprof_no_alloc_end(uint64_t since)
{
	struct thread *t = tls.thread;
	int broken = 0;

	if (!t || !recorder_is_on() || (uint64_t)t->record->heap_alloc[0] == since)
		return 0;
	t = recorder_enter(HOOK_FRAME);
	if (!t)
		return 0;
	broken = points_no_alloc(t, since);
	recorder_leave();
	return broken;
}

void memprof_case_begin(const char *suite, const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	points_case_begin(t, text(suite), text(name));
	recorder_leave();
}

void memprof_case_end(const char *suite, const char *name)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (!t)
		return;
	points_case_end(t, text(suite), text(name));
	recorder_leave();
}
