/* SPDX-License-Identifier: MIT */
/*
 * sampler.h - the two rhythms of the trace.  Floor: sampler.
 *
 * Samples of memory start at 10 ms, up to 40 where they cost more than a third of a per cent of
 * a processor, and grow to 0.1 % of the elapsed time; site rows start at 100 ms and grow to 2.2 %, or to fifty times what writing them takes:
 * a trace grows with the logarithm of the run time.  A helper thread keeps time once the process has lived for 50 ms;
 * short processes never get one.  With MEMPROF_SAMPLER=hooks the allocation
 * hooks keep time instead.
 */
#ifndef PRELOAD_SAMPLER_H
#define PRELOAD_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

/* Events between two looks at the clock; and as many as that while they come so fast
 * that these take less than so many nanoseconds, and somebody else keeps time. */
#define SAMPLER_EVENTS 256
#define SAMPLER_MANY 2048
#define SAMPLER_SOON 50000
/* When so many nanoseconds pass between two looks, the next event is one, too. */
#define SAMPLER_RARE 2000000

void sampler_start(struct state *s);

/* From a hook of thread t with frame address `frame`, with the guard held:
 * refresh the time, start the helper thread when it is due, or do its work.
 * Returns how many events of the thread to let pass before it is called again. */
uint32_t sampler_tick(struct thread *t, const void *frame);

/* The main thread has ended and the process goes on without it: the helper must
 * not be what keeps it alive. */
void sampler_main_ended(void);

/* Site rows are wanted now rather than later: many threads have ended. */
void sampler_hurry(void);

/* Wait until the helper thread, if there is one, is gone; and let a later hook
 * start another. */
void sampler_pause(void);
void sampler_resume(void);

/* The helper's thread id, for which one that was just made is waited for; 0 when there is
 * none. */
uint32_t sampler_tid(void);

/* No more work: the helper ends on its own and touches nothing any more. */
void sampler_stop(void);

/* Is it there? */
bool sampler_has_helper(void);

/* In a fork child: the helper does not exist here. */
void sampler_after_fork(void);

#endif
