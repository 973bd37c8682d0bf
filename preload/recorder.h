/* SPDX-License-Identifier: MIT */
/*
 * recorder.h - the recorder's life in a process.  Floor: hooks.
 *
 * It starts at the first hook or in its constructor, whichever comes first;
 * starts anew in every fork child; and ends in a handler that runs after every
 * destructor of the program.  When it cannot go on it says why, stops
 * recording, and every hook becomes the function behind it.
 */
#ifndef PRELOAD_RECORDER_H
#define PRELOAD_RECORDER_H

#include <stdbool.h>

#include "guard.h"
#include "thread.h"

/* The state in use; NULL before the start. */
extern struct state *recorder_memory __attribute__((visibility("hidden")));

/* The first half of every hook (with frame address `frame`) that finds the guard
 * closed: open it if who closed it is gone for good, start if that has not happened
 * yet, count what is lost.  True when the guard is now held. */
bool recorder_enter_cold(struct tls *t, const void *frame);

/* Attach the calling thread; NULL when it cannot be recorded. */
struct thread *recorder_attach(struct tls *t);

/* Every SAMPLER_EVENTS events of a thread, or sooner when they are rare. */
void recorder_tick(struct tls *t, const void *frame);

/* Write the end of the trace, and remove the state once it is in there.  Only
 * the process that owns the state does anything. */
void recorder_finish(const char *reason, const int *status);

/* Record allocations no more, or again; the trace says so. */
void recorder_pause(bool pause);

/* A thread wants its allocations to be recorded the slow way, or no more.  With the guard
 * held; takes a lock. */
void recorder_watch_allocations(bool watch);

/* Around a call that fails when the process has a second thread. */
void recorder_alone(void);
void recorder_not_alone(void);

/* The program is about to restrict its own system calls: from here on one of ours
 * could kill it.  The trace ends, here and in children made from now on. */
void recorder_seal(void);

/* The process may use `bytes` of address space from now on. */
void recorder_limit(unsigned long bytes);

/* What quick_exit was called with; its handlers are not told. */
void recorder_quick_status(int status);

/* Before a fork, in the parent: note what is live, for the child.  After it, in
 * the parent: forget that again; `child` is the new process or negative. */
void recorder_before_fork(void);
void recorder_after_fork(int child);

/* Before an exec, and after one that failed. */
void recorder_before_exec(const char *path);
void recorder_exec_failed(void);

/*
 * Enter the recorder from a hook with frame address `frame`: the thread, with
 * the guard held, or NULL: call the real function and nothing else.
 */
static inline struct thread *recorder_enter(const void *frame)
{
	struct tls *t = &tls;

	if (unlikely(!guard_enter(t)) && !recorder_enter_cold(t, frame))
		return NULL;
	t->busy = (uintptr_t)frame;
	if (unlikely(!t->thread) && !recorder_attach(t)) {
		t->countdown = 0;
		guard_leave(t);
		return NULL;
	}
	if (unlikely(--t->countdown < 0))
		recorder_tick(t, frame);
	return t->thread;
}

static inline void recorder_leave(void)
{
	guard_leave(&tls);
}

#endif
