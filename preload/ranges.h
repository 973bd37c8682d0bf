/* SPDX-License-Identifier: MIT */
/*
 * ranges.h - the address ranges the program mapped itself.  Floor: shadow.
 *
 * A search tree under a lock: mapping costs a microsecond, a program may hold a
 * hundred thousand ranges.  A range may be unmapped piece by piece, and a hole may
 * split it.
 */
#ifndef PRELOAD_RANGES_H
#define PRELOAD_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each piece that goes; `last` when no other piece of its mapping is
 * left. */
typedef void ranges_gone(void *ctx, uint32_t node, size_t bytes, bool last);

/* Enter [start, start + len), which must be free.  False without memory. */
bool ranges_add(uintptr_t start, size_t len, uint32_t node);
/* Remove what lies in [start, start + len).  False when what is left of a range
 * behind that could not be kept for want of memory. */
bool ranges_remove(uintptr_t start, size_t len, ranges_gone *gone, void *ctx);

/*
 * Around a call that moves a mapping: what it leaves can be mapped by another
 * thread before it has returned, and must not be taken away from that one.  Only
 * the _held forms of the functions may be called in between.
 */
void ranges_hold(void);
void ranges_let_go(void);
bool ranges_add_held(uintptr_t start, size_t len, uint32_t node);
bool ranges_remove_held(uintptr_t start, size_t len, ranges_gone *gone, void *ctx);

/* Call `each` for every range, and for those forgotten at a fork, which may be gone
 * by now.  Takes no lock: for where other threads stand still. */
void ranges_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx);
/* In a fork child: forget all, make the lock new. */
void ranges_forget(void);

#endif
