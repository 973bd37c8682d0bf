/* SPDX-License-Identifier: MIT */
/*
 * lock.h - a lock for cold paths only.  Floor: sys.
 *
 * The word holds the owner's thread id, so a lock whose owner was killed can
 * be told from one that is busy, and is taken over.  Never taken twice by one
 * thread: hooks that run inside the recorder pass straight through.  After a
 * fork the child makes its locks new (lock_init); it never waits on the
 * parent's.
 */
#ifndef PRELOAD_LOCK_H
#define PRELOAD_LOCK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/syscall.h"
#include "sys.h"

struct lock {
	uint32_t owner;
};

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

static inline void lock_take(struct lock *lock, uint32_t tid)
{
	for (unsigned int spins = 1; !lock_try(lock, tid); spins++) {
		if (spins % 64) {
			arch_pause();
			continue;
		}
		sys_yield();
		if (spins % 4096 == 0) {
			uint32_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);

			if (owner && sys_thread_exists(sys_getpid(), (int)owner) == -ESRCH)
				__atomic_compare_exchange_n(&lock->owner, &owner, 0, false,
							    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
		}
	}
}

static inline void lock_release(struct lock *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

#endif
