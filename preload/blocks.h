/* SPDX-License-Identifier: MIT */
/*
 * blocks.h - the usable size of a live block, as cheaply as it can be had.
 * Floor: guard.
 *
 * glibc keeps the size of a chunk in the word before it; reading that word is
 * what its malloc_usable_size does.  Other allocators are asked.
 */
#ifndef PRELOAD_BLOCKS_H
#define PRELOAD_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "real.h"
#include "rt.h"

extern bool blocks_glibc __attribute__((visibility("hidden")));

/* Find out whether glibc's layout holds. */
void blocks_init(void);

static inline size_t blocks_usable(void *p)
{
	if (likely(blocks_glibc)) {
		size_t head = ((const size_t *)p)[-1];

		/* Bit 1: mapped on its own; such a chunk has no successor whose
		 * first word it may use. */
		return (head & ~(size_t)7) - (head & 2 ? 16 : 8);
	}
	return real.malloc_usable_size ? real.malloc_usable_size(p) : 0;
}

#endif
