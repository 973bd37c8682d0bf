/* SPDX-License-Identifier: MIT */
/*
 * shadow_walk.h - every block of the block table, in the order of addresses.
 * Floor: shadow.
 *
 * For a process whose other threads stand still: a copy made by a fork, where
 * entries may be half changed but do not change.  Takes no lock.
 */
#ifndef PRELOAD_SHADOW_WALK_H
#define PRELOAD_SHADOW_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "rt.h"
#include "shadow.h"

/* No block is larger. */
#define SHADOW_MOST ((size_t)1 << 47)

/* A block at p.  Returns whether the memory there can be read: else nothing more is
 * asked about it. */
typedef bool shadow_block(void *ctx, uintptr_t p, uint32_t node);

/* Call `block` for each in the leaves of [from, to), which is not empty. */
void shadow_walk(uintptr_t from, uintptr_t to, shadow_block *block, void *ctx);
/* Those that are not aligned to 16 bytes, in no order. */
void shadow_walk_odd(shadow_block *block, void *ctx);

/* shadow_look() for what is not in one entry. */
bool shadow_look_far(uintptr_t p, uint32_t *node, size_t *size);

/* What is entered for a block at p; false when there is none.  p can be read. */
static inline bool shadow_look(uintptr_t p, uint32_t *node, size_t *size)
{
	uint32_t *leaf = shadow_leaf(p), entry;
	size_t usable;

	if (unlikely(!leaf || !blocks_glibc || (p & 15)))
		return shadow_look_far(p, node, size);
	entry = *shadow_slot(leaf, p, 5);
	if (unlikely(!entry || (entry & SHADOW_HALF) != SHADOW_HALF_OF(p) ||
		     (entry & (SHADOW_HALF - 1)) >= SHADOW_SLACK_FAR))
		return shadow_look_far(p, node, size);
	usable = blocks_usable_glibc((const void *)p);
	*node = entry >> SHADOW_NODE_SHIFT;
	*size = usable - (entry & (SHADOW_HALF - 1));
	return *size <= usable && *size < SHADOW_MOST;
}

/*
 * The live block that p lies in, for a process whose threads go on: its start, or 0.
 * What other threads release meanwhile may be missed.
 */
uintptr_t shadow_find(uintptr_t p, uint32_t *node, size_t *size);

/* Have at hand soon what shadow_look() will need. */
static inline void shadow_expect(uintptr_t p)
{
	uint32_t *leaf = shadow_leaf(p);

	__builtin_prefetch((const void *)(p - 8));
	if (leaf)
		__builtin_prefetch(shadow_slot(leaf, p, shadow_shift));
}

#endif
