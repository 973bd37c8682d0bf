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

/* glibc: the size of the chunk, in the word before the block, less its header.
 * Bit 1 says the chunk was mapped on its own; it has no successor whose first
 * word it may use. */
static inline size_t blocks_usable_glibc(const void *p)
{
	size_t head = ((const size_t *)p)[-1];

	return (head & ~(size_t)7) - 8 - ((head & 2) << 2);
}

/* Any other allocator: asked.  What it calls meanwhile is its own affair. */
size_t blocks_ask(void *p);

static inline size_t blocks_usable(void *p)
{
	return likely(blocks_glibc) ? blocks_usable_glibc(p) : blocks_ask(p);
}

#endif
