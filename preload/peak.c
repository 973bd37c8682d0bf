/* SPDX-License-Identifier: MIT */
/* peak.c - the peak with several threads; see peak.h.  Floor: counters. */
#include "peak.h"

uint32_t peak_many_threads;
struct lock peak_lock;

/* The highest so far of each window; NO_WINDOW when it is closed. */
#define NO_WINDOW INT64_MAX
static int64_t windows[PEAK_WINDOWS] = { NO_WINDOW, NO_WINDOW };

static void raise_windows(int64_t live)
{
	for (int i = 0; i < PEAK_WINDOWS; i++) {
		int64_t highest = __atomic_load_n(&windows[i], __ATOMIC_RELAXED);

		while (live > highest &&
		       !__atomic_compare_exchange_n(&windows[i], &highest, live, false,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			;
	}
}

void peak_set_gate(struct state *s, struct thread_record *record)
{
	int64_t room = record->watching ? record->top - peak_net(record) : INT64_MAX / 2;
	bool watched = record->watching;
	bool many = __atomic_load_n(&peak_many_threads, __ATOMIC_RELAXED);
	int64_t gate;

	if (many && !s->peak_slack) {
		/* They take turns anyway: every allocation is looked at. */
		if (__atomic_load_n(&s->gate, __ATOMIC_RELAXED) != INT64_MIN) {
			__atomic_store_n(&s->watched, 1, __ATOMIC_RELAXED);
			__atomic_store_n(&s->gate, INT64_MIN, __ATOMIC_RELAXED);
		}
		return;
	}
	if (many) {
		gate = __atomic_load_n(&s->slack_now, __ATOMIC_RELAXED);
		record->gate = room < gate - record->pending ? record->pending + room : gate;
		return;
	}
	gate = s->peak_bytes;
	for (int i = 0; i < PEAK_WINDOWS; i++) {
		watched |= windows[i] != NO_WINDOW;
		gate = windows[i] < gate ? windows[i] : gate;
	}
	s->watched = watched;
	s->gate = room < gate - s->live ? s->live + room : gate;
}

COLD void peak_over(struct state *s, struct thread_record *record)
{
	if (record->watching && peak_net(record) > record->top)
		record->top = peak_net(record);
	if (__atomic_load_n(&peak_many_threads, __ATOMIC_RELAXED) && s->peak_slack) {
		if (record->pending > __atomic_load_n(&s->slack_now, __ATOMIC_RELAXED))
			peak_flush(s, record);
	} else {
		if (s->live > s->peak_bytes) {
			s->peak_bytes = s->live;
			s->at_peak = 1;
		}
		raise_windows(s->live);
	}
	peak_set_gate(s, record);
}

int64_t peak_live(const struct state *s)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);
	int64_t live = __atomic_load_n(&s->live, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n; i++)
		live += __atomic_load_n(&state_threads(s)[i].pending, __ATOMIC_RELAXED);
	return live;
}

void peak_window_open(struct state *s, enum peak_window window)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);

	__atomic_store_n(&windows[window], peak_live(s), __ATOMIC_RELEASE);
	/* Nothing is held back while a case is open. */
	for (uint32_t i = 0; window == PEAK_CASE && peak_many_threads && i < n; i++) {
		__atomic_store_n(&s->slack_now, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&state_threads(s)[i].gate, INT64_MIN, __ATOMIC_RELAXED);
	}
	/* The lowest there can be: the next allocation sets it right. */
	s->watched = 1;
	s->gate = INT64_MIN;
}

uint64_t peak_window_highest(const struct state *s, enum peak_window window)
{
	int64_t highest = __atomic_load_n(&windows[window], __ATOMIC_RELAXED);
	int64_t live = peak_live(s);

	if (highest == NO_WINDOW)
		highest = s->peak_bytes;
	highest = live > highest ? live : highest;
	return highest > 0 ? (uint64_t)highest : 0;
}

void peak_window_close(struct state *s, enum peak_window window)
{
	__atomic_store_n(&windows[window], NO_WINDOW, __ATOMIC_RELAXED);
	s->gate = INT64_MIN;
}

bool peak_window_is_open(enum peak_window window)
{
	return __atomic_load_n(&windows[window], __ATOMIC_RELAXED) != NO_WINDOW;
}

void peak_windows_forget(void)
{
	for (int i = 0; i < PEAK_WINDOWS; i++)
		windows[i] = NO_WINDOW;
}

static COLD void end_peak(struct state *s)
{
	uint64_t word = __atomic_load_n(&s->peak_word, __ATOMIC_ACQUIRE);

	/* The upper half says that the heap is at its peak. */
	while (word >> 32) {
		s->peak_time = __atomic_load_n(&s->now, __ATOMIC_RELAXED);
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
	slack = peak_window_is_open(PEAK_CASE) ? 0 : slack;
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
	raise_windows(live);
	peak_set_gate(s, record);
}

void peak_flush_all(struct state *s)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n; i++)
		if (state_threads(s)[i].pending > 0)
			peak_flush(s, &state_threads(s)[i]);
}
