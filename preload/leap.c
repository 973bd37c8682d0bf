/* SPDX-License-Identifier: MIT */
/* leap.c - put right what a jump left half done; see leap.h.  Floor: record. */
#include "leap.h"

#include "drain.h"
#include "lock.h"
#include "peak.h"
#include "rules.h"
#include "sys.h"
#include "thread.h"
#include "zones.h"

/* On the alternate signal stack? */
static bool on_signal_stack(uintptr_t sp)
{
	uintptr_t low, high;

	return sys_signal_stack(&low, &high) && sp >= low && sp < high;
}

static uintptr_t stack_top(const struct tls *t)
{
	return t->thread ? t->thread->own.high : thread_stack_top(sys_gettid() == sys_getpid());
}

bool leap_over(struct tls *t, uintptr_t frame)
{
	/* Only of the thread's own stack is it known where it ends. */
	if (frame < t->busy || frame >= stack_top(t) ||
	    (on_signal_stack(frame) && !on_signal_stack(t->busy)))
		return false;
	leap_recover(t);
	return true;
}

void leap_to(struct tls *t, uintptr_t sp)
{
	/* From one stack to another: the one left is a handler's or a coroutine's, and
	 * what was interrupted there is over; but not by a jump inside the handler. */
	if (sp > t->busy && (on_signal_stack(t->busy) || !on_signal_stack(sp)))
		leap_recover(t);
}

/* A cell changes in one piece, and before the thread's totals: so these follow from
 * the cells. */
static void recount(struct state *s, struct thread_record *record)
{
	v2 sums[MP_KINDS][2] = { 0 };
	int64_t ahead;

	for (uint32_t block = record->first_block; block;
	     block = state_owners(s)[block - 1].previous) {
		uint32_t first = (block - 1) * CELL_BLOCK;

		for (uint32_t i = first; i < first + drain_cells_in(record, block - 1); i++) {
			const struct cell_info *info = &state_infos(s)[i];

			if (!info->node || info->kind >= MP_KINDS)
				continue;
			sums[info->kind][0] += state_cells(s)[i].alloc;
			sums[info->kind][1] += state_cells(s)[i].free;
		}
	}
	ahead = sums[MP_HEAP][0][1] - record->heap_alloc[1];
	record->heap_alloc = sums[MP_HEAP][0];
	record->heap_free = sums[MP_HEAP][1];
	record->map_alloc = sums[MP_MMAP][0];
	record->map_free = sums[MP_MMAP][1];
	/* An allocation is held back last of all, a release first: what cannot be told
	 * any more is the moment in between, which is within the slack. */
	if (peak_many_threads && s->peak_slack)
		record->pending += ahead;
}

static int64_t net_of_all(const struct state *s)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);
	int64_t net = 0;

	for (uint32_t i = 0; i < n; i++)
		net += peak_net(&state_threads(s)[i]);
	return net;
}

/* The live heap, where one thread at a time changes it. */
static void recount_live(struct state *s, struct thread_record *record)
{
	if (peak_many_threads && s->peak_slack)
		return;
	if (peak_many_threads) {
		uint32_t owner = __atomic_load_n(&peak_lock.owner, __ATOMIC_RELAXED);

		if ((owner & ~LOCK_WAITED) != record->tid)
			lock_take_bare(&peak_lock, record->tid);
	}
	s->live = net_of_all(s);
	if (s->live > s->peak_bytes) {
		s->peak_bytes = s->live;
		s->at_peak = 1;
	}
	peak_set_gate(s, record);
	if (peak_many_threads)
		lock_release_bare(&peak_lock);
}

static void put_right(struct thread *t)
{
	t->memo.n = 0;
	trails_flush(&t->trails);
	rules_flush(&t->rules);
	zones_forget_names(t);
	/* Without room some events are counted in cells of another kind. */
	if (!t->state->lost_memory)
		recount(t->state, t->record);
	recount_live(t->state, t->record);
}

COLD void leap_recover(struct tls *t)
{
	lock_abandon();
	quiet_begin();
	/* A fork child has nothing of its own yet. */
	if (t->thread && recorder_is_on())
		put_right(t->thread);
	guard_leave(t);
	quiet_end();
}
