/* SPDX-License-Identifier: MIT */
/*
 * ignored.h - live blocks that the program wants no leak report about.  Floor: shadow.
 *
 * A block that is ignored has its slack kept away from its entry in the block table:
 * then its release never takes the hot path, and takes it from here.  So a later
 * block at the same address is none of them, and nobody else pays.  With other allocators
 * than glibc's all releases leave the hot path from the first such block on.
 */
#ifndef PRELOAD_IGNORED_H
#define PRELOAD_IGNORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many there are. */
extern uint64_t ignored_blocks __attribute__((visibility("hidden")));

/* The live block that starts at p, of so many usable bytes.  Any thread; takes a lock. */
void ignored_add(uintptr_t p, size_t usable);

/* The block at p goes away. */
void ignored_drop(uintptr_t p);

/* Call `each` for all, in no order; for a process whose other threads stand still. */
void ignored_each(void (*each)(void *ctx, uintptr_t p), void *ctx);

/* In a fork child: the lock is free. */
void ignored_after_fork(void);

#endif
