/* SPDX-License-Identifier: MIT */
/*
 * capture.h - the stack of the running thread as a trie node.  Floor: unwind.
 *
 * Walks by the call frame information of the code, never by guesses: where a
 * frame cannot be followed for certain the stack is marked truncated.  Reads
 * only memory between the hook's frame and the end of the stack it is on (or
 * pages the kernel confirmed readable, on stacks of unknown bounds).  Takes no
 * lock of the loader, allocates nothing, uses under 3 KiB of the program's
 * stack.
 */
#ifndef PRELOAD_CAPTURE_H
#define PRELOAD_CAPTURE_H

#include <stdint.h>

#include "thread.h"

/* Where a walk starts: the caller of a hook, as it is when the hook returns. */
struct origin {
	uint64_t pc;	/* return address into it */
	uint64_t sp;	/* its stack pointer */
	uint64_t rbp;	/* its frame pointer register */
};

/* The caller of the function whose frame address (__builtin_frame_address(0),
 * in code that keeps frame pointers) is `frame`. */
static inline struct origin origin_of(const void *frame)
{
	const uint64_t *f = frame;

	return (struct origin){ .pc = f[1], .sp = (uint64_t)(uintptr_t)(f + 2), .rbp = f[0] };
}

/* The node of the stack that begins at `from`. */
uint32_t capture_stack(struct thread *t, const struct origin *from);

#endif
