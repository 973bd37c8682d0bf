/* SPDX-License-Identifier: MIT */
/*
 * lock.h - a lock for cold paths only.  Floor: sys.
 *
 * The word holds the owner's thread id, so a lock whose owner was killed can
 * be told from one that is busy, and is taken over.  Never taken twice by one
 * thread: hooks that run inside the recorder pass straight through.  Who holds one
 * is not interrupted by the program's signals: a handler may jump out of what it
 * interrupted.  After a fork the child makes its locks new (lock_init); it never
 * waits on the parent's.
 */
#ifndef PRELOAD_LOCK_H
#define PRELOAD_LOCK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/syscall.h"
#include "sys.h"

struct lock {
	uint32_t owner; /* thread id, with LOCK_WAITED when somebody sleeps on it */
};

#define LOCK_WAITED ((uint32_t)1 << 31)

/* Tries before sleeping, and how long to sleep before asking whether the owner
 * still exists. */
#define LOCK_SPINS 100
#define LOCK_PATIENCE 100000000

static inline void lock_init(struct lock *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

static inline bool lock_try(struct lock *lock, uint32_t tid)
{
	uint32_t none = 0;

	return __atomic_compare_exchange_n(&lock->owner, &none, tid, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* One round of waiting for a lock that is held: sleep until it is released, and
 * take it from an owner that does not exist any more. */
static inline void lock_wait(struct lock *lock)
{
	uint32_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);

	if (!owner)
		return;
	if (!(owner & LOCK_WAITED) &&
	    !__atomic_compare_exchange_n(&lock->owner, &owner, owner | LOCK_WAITED, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	owner |= LOCK_WAITED;
	if (sys_futex_wait(&lock->owner, owner, LOCK_PATIENCE) == -ETIMEDOUT &&
	    sys_thread_exists(sys_getpid(), (int)(owner & ~LOCK_WAITED)) == -ESRCH)
		__atomic_compare_exchange_n(&lock->owner, &owner, 0, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED);
}

/* The plain lock, for who can tell what to do with one that a jump left held. */
static inline void lock_take_bare(struct lock *lock, uint32_t tid)
{
	for (int spins = 0; spins < LOCK_SPINS; spins++) {
		if (lock_try(lock, tid))
			return;
		arch_pause();
	}
	/* Who has slept takes it as waited for: others may still sleep. */
	while (!lock_try(lock, tid | LOCK_WAITED))
		lock_wait(lock);
}

static inline void lock_release_bare(struct lock *lock)
{
	if (__atomic_exchange_n(&lock->owner, 0, __ATOMIC_RELEASE) & LOCK_WAITED)
		sys_futex_wake(&lock->owner, 1);
}

/*
 * From the one to the other no signal handler runs in this thread, which could jump
 * away: for work that may not stay half done.  May be nested.  A fault (SIGSEGV and
 * the like) is still delivered, as it would be lethal otherwise.
 */
void quiet_begin(void);
void quiet_end(void);

/* Take and release in reverse order; quiet in between. */
void lock_take(struct lock *lock, uint32_t tid);
/* The same if it is free; else false. */
bool lock_take_free(struct lock *lock, uint32_t tid);
void lock_release(struct lock *lock);

/* After a fault in the middle of such work that a handler jumped away from: release
 * what this thread holds, and let signals come again. */
void lock_abandon(void);

#endif
