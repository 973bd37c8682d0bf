/* SPDX-License-Identifier: MIT */
/*
 * span.h - which memory around a stack pointer belongs to its stack.  Floor: unwind.
 *
 * A thread may run on its own stack, on an alternate signal stack, or on a
 * coroutine's stack of unknown bounds.  On the latter each page is confirmed
 * with the kernel before it is read.
 */
#ifndef PRELOAD_SPAN_H
#define PRELOAD_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "thread.h"

/* Make t->span the stack that `sp` is on. */
void span_locate(struct thread *t, uintptr_t sp);

/* Is `sp` on the thread's own stack with that many bytes below it? */
bool span_has_room(struct thread *t, uintptr_t sp, size_t room);

/* Try to make 8 bytes at `addr`, at or above span->high - 8, part of the span. */
bool span_extend(struct span *span, uintptr_t addr);

/* True when 8 bytes at `addr` may be read, given that the walk is at `sp`. */
static inline bool span_holds(struct span *span, uintptr_t sp, uintptr_t addr)
{
	if (unlikely(addr < sp || (addr & 7)))
		return false;
	return likely(addr + 8 <= span->high) || span_extend(span, addr);
}

#endif
