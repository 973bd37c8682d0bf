/* SPDX-License-Identifier: MIT */
/* origin.h - the point in the program that a hook was called from.  Floor: guard. */
#ifndef PRELOAD_ORIGIN_H
#define PRELOAD_ORIGIN_H

#include <stdint.h>

/* Where a walk starts: the caller of a hook, as it is when the hook returns. */
struct origin {
	uint64_t pc;  /* return address into it */
	uint64_t sp;  /* its stack pointer */
	uint64_t rbp; /* its frame pointer register */
};

/* The caller of the function whose frame address (__builtin_frame_address(0),
 * in code that keeps frame pointers) is `frame`. */
static inline struct origin origin_of(const void *frame)
{
	const uint64_t *f = frame;

	return (struct origin){ .pc = f[1], .sp = (uint64_t)(uintptr_t)(f + 2), .rbp = f[0] };
}

#endif
