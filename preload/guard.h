/* SPDX-License-Identifier: MIT */
/*
 * guard.h - who is inside the recorder, and whether it records.  Floor: guard.
 *
 * One thread-local word keeps the recorder out of itself: a hook that runs
 * while it is set (an allocator that maps memory, a signal handler that
 * allocates in the middle of a record) calls the real function and nothing
 * else.  The word says where on the stack who set it stands, so that one who
 * was left for good by a jump is found out (leap.h).  One global word says whether events are recorded.  It lies in a page
 * that the kernel clears in fork children, so a child finds RECORDER_UNKNOWN
 * at its first hook, however it was made.
 */
#ifndef PRELOAD_GUARD_H
#define PRELOAD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/syscall.h"
#include "rt.h"

struct thread;

enum recorder_state {
	RECORDER_UNKNOWN, /* nothing was set up yet, or this is a new fork child */
	RECORDER_OFF,	  /* gave up or ended: every hook passes straight through */
	RECORDER_PAUSED,  /* the program said stop: releases are recorded, allocations not */
	RECORDER_ON,	  /* events are recorded */
	RECORDER_SIZED,	  /* the same, in the hot path of allocators other than glibc's */
	RECORDER_MANY,	  /* in that of glibc's and several threads */
	RECORDER_FAST,	  /* and of glibc's and one thread: the hottest */
};

enum guard_level {
	GUARD_RECORDING, /* in the recorder's own code: a hook met now is a signal handler's */
	GUARD_NESTING,	 /* in a real function that may call hooks itself */
	GUARD_ADOPTING,	 /* in operator new: the first allocation inside is its own */
	GUARD_OPEN,	 /* in a real function whose hooks are recorded: lent, never kept */
};

struct tls {
	uintptr_t busy;	   /* the guard is closed: where on the stack, not below the hook; else 0 */
	uint32_t level;	   /* of a closed guard: enum guard_level; of an open one 0 */
	int32_t countdown; /* events until the clock is looked at; 0 without a thread */
	struct thread *thread; /* set at the thread's first event */
	uint64_t lost;	       /* events met while busy, not yet in the record */
};

extern __thread struct tls tls __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The wiped page; `recorder.state` is its only word. */
extern union recorder_page {
	uint32_t state;
	char page[4096];
} recorder __attribute__((aligned(4096), visibility("hidden")));

static inline uint32_t recorder_state(void)
{
	return __atomic_load_n(&recorder.state, __ATOMIC_RELAXED);
}

static inline bool recorder_is_on(void)
{
	return recorder_state() >= RECORDER_PAUSED;
}

static inline void recorder_set(enum recorder_state state)
{
	__atomic_store_n(&recorder.state, state, __ATOMIC_RELEASE);
}

/* There is a second thread. */
static inline void recorder_set_many(void)
{
	uint32_t fast = RECORDER_FAST;

	__atomic_compare_exchange_n(&recorder.state, &fast, RECORDER_MANY, false, __ATOMIC_RELEASE,
				    __ATOMIC_RELAXED);
}

/* True on the hot path: recording, and not from inside the recorder. */
static inline bool guard_enter(struct tls *t)
{
	if (unlikely(t->busy || !recorder_is_on()))
		return false;
	arch_store_stack_pointer(&t->busy);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return true;
}

/* For work that no hook asked for; the guard is open. */
static inline void guard_close(struct tls *t)
{
	t->level = GUARD_NESTING;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	arch_store_stack_pointer(&t->busy);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void guard_leave(struct tls *t)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	t->level = GUARD_RECORDING;
	t->busy = 0;
}

/* Around the call of a real function: `level` until guard_back(). */
static inline void guard_lend(struct tls *t, enum guard_level level)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (level == GUARD_OPEN)
		t->busy = 0;
	else
		t->level = level;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline __attribute__((always_inline)) void guard_back(struct tls *t)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	t->level = GUARD_RECORDING;
	if (!t->busy)
		arch_store_stack_pointer(&t->busy);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
