/* SPDX-License-Identifier: MIT */
/* lock.c - hold locks without being interrupted; see lock.h.  Floor: sys. */
#include "lock.h"

/* Locks that a thread holds at once, at most. */
#define DEEPEST 6

/* What the calling thread holds. */
static __thread struct {
	uint64_t signals; /* blocked before the first quiet_begin() */
	uint32_t quiet;	  /* how often it is nested */
	uint32_t locks;
	struct lock *held[DEEPEST];
} mine __attribute__((tls_model("initial-exec")));

void quiet_begin(void)
{
	/* Nobody interrupts between the call and the count: it blocks already. */
	if (!mine.quiet) {
		uint64_t before = sys_block_signals();

		mine.signals = before;
	}
	mine.quiet++;
}

void quiet_end(void)
{
	if (!--mine.quiet)
		sys_set_signals(mine.signals);
}

static void note(struct lock *lock)
{
	if (mine.locks < DEEPEST)
		mine.held[mine.locks] = lock;
	mine.locks++;
}

void lock_take(struct lock *lock, uint32_t tid)
{
	quiet_begin();
	lock_take_bare(lock, tid);
	note(lock);
}

bool lock_take_free(struct lock *lock, uint32_t tid)
{
	quiet_begin();
	if (lock_try(lock, tid)) {
		note(lock);
		return true;
	}
	quiet_end();
	return false;
}

void lock_release(struct lock *lock)
{
	mine.locks--;
	lock_release_bare(lock);
	quiet_end();
}

void lock_abandon(void)
{
	while (mine.locks) {
		mine.locks--;
		if (mine.locks < DEEPEST)
			lock_release_bare(mine.held[mine.locks]);
	}
	if (mine.quiet) {
		mine.quiet = 0;
		sys_set_signals(mine.signals);
	}
}
