/* SPDX-License-Identifier: MIT */
/*
 * shadow.h - what is known of each live block, by its address.  Floor: shadow.
 *
 * A two-level table with one 4-byte entry per granule of address space (32
 * bytes for glibc, whose smallest chunk that is; 16 for other allocators).
 * The program's heap is untouched: no headers, no change of layout, and an
 * overflow in the program cannot corrupt the profile.
 *
 * An entry is the block's stack node, one bit for its place in a 32-byte
 * granule, and the slack between usable and requested size.  Slack that does
 * not fit is kept in the block's second granule, or in a hash table for blocks
 * too small for that, which also holds blocks not aligned to 16 bytes.
 *
 * Allocators other than glibc's would have to be asked for the usable size, twice in a
 * block's life and for more than all the rest costs.  With them the slack is that to 16
 * bytes, and the size of a larger block is kept whole, in its second granule: which is
 * its own, since it is larger than one.
 *
 * What is left of a released block is its stack, by which a second release is told.
 *
 * Entries belong to whoever owns the block at that moment, so they are plain
 * relaxed accesses: a block is entered before malloc returns it, and removed
 * before it is released.
 */
#ifndef PRELOAD_SHADOW_H
#define PRELOAD_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rt.h"
#include "state.h"

#define SHADOW_LEAF_BITS 26 /* bytes of address space a leaf covers, log2 */
#define SHADOW_ROOT_BITS (47 - SHADOW_LEAF_BITS)
#define SHADOW_SLACK_BITS 6
#define SHADOW_SLACK_FAR 62   /* the slack is kept elsewhere */
#define SHADOW_SLACK_FREED 63 /* no live block: one from this stack was released here */
#define SHADOW_HALF ((uint32_t)1 << SHADOW_SLACK_BITS)
/* Bit 4 of an address, where entries keep it. */
#define SHADOW_HALF_OF(p) ((uint32_t)(p) << (SHADOW_SLACK_BITS - 4) & SHADOW_HALF)
#define SHADOW_NODE_SHIFT (SHADOW_SLACK_BITS + 1)

_Static_assert(SHADOW_NODE_SHIFT + NODE_BITS == 32, "an entry is one word");

extern uint32_t *shadow_root[1 << SHADOW_ROOT_BITS] __attribute__((visibility("hidden")));
extern unsigned int shadow_shift __attribute__((visibility("hidden"))); /* log2 of the granule */

/* Set the granule, before the first entry is made. */
void shadow_init(unsigned int granule_shift);

/* Cold halves of the functions below. */
bool shadow_put_far(uintptr_t p, uint32_t node, size_t size, size_t usable);
bool shadow_take_far(uintptr_t p, size_t usable, uint32_t *node, size_t *size);
uint32_t *shadow_make_leaf(uintptr_t p);

/* Keep the slack of a live block away from its entry, so that it is taken out by the
 * function above.  False when there is no such block, or no memory. */
bool shadow_move_far(uintptr_t p, size_t usable);

static inline uint32_t *shadow_leaf(uintptr_t p)
{
	return __atomic_load_n(
		&shadow_root[(p >> SHADOW_LEAF_BITS) & ((1 << SHADOW_ROOT_BITS) - 1)],
		__ATOMIC_ACQUIRE);
}

static inline uint32_t *shadow_slot(uint32_t *leaf, uintptr_t p, unsigned int shift)
{
	return &leaf[(p & (((uintptr_t)1 << SHADOW_LEAF_BITS) - 1)) >> shift];
}

static inline bool shadow_is_freed(uint32_t entry)
{
	return (entry & (SHADOW_HALF - 1)) == SHADOW_SLACK_FREED;
}

/* The block of an entry for the granule at `at`. */
static inline uintptr_t shadow_start(uintptr_t at, uint32_t entry)
{
	/* Smaller granules have no halves. */
	return shadow_shift == 5 ? at | (uintptr_t)(entry & SHADOW_HALF) >> (SHADOW_SLACK_BITS - 4)
				 : at;
}

/* Was the block that was last at p released, and where had it been allocated? */
static inline bool shadow_was_freed(uintptr_t p, uint32_t *node)
{
	uint32_t *leaf = shadow_leaf(p);
	uint32_t entry = leaf ? __atomic_load_n(shadow_slot(leaf, p, shadow_shift),
						__ATOMIC_RELAXED)
			      : 0;

	*node = entry >> SHADOW_NODE_SHIFT;
	return !(p & 15) && entry && shadow_is_freed(entry) &&
	       (entry & SHADOW_HALF) == SHADOW_HALF_OF(p);
}

/* A block at p that is not entered: what was released there before says nothing. */
static inline void shadow_forget(uintptr_t p)
{
	uint32_t *leaf = shadow_leaf(p), *slot;

	if (!p || !leaf)
		return;
	slot = shadow_slot(leaf, p, shadow_shift);
	if (shadow_is_freed(__atomic_load_n(slot, __ATOMIC_RELAXED)))
		__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
}

/* With granules of 16 bytes. */
#define SHADOW_SIZED_SHIFT 4
#define SHADOW_SIZED_SLACK ((size_t)1 << SHADOW_SIZED_SHIFT)

/* Is the next granule in another leaf? */
static inline bool shadow_is_last(uintptr_t p, unsigned int shift)
{
	return (~p & (((uintptr_t)1 << SHADOW_LEAF_BITS) - 1)) >> shift == 0;
}

/* An entry, given that the slack fits in it. */
static inline __attribute__((always_inline)) void
shadow_set(uint32_t *leaf, uintptr_t p, uint32_t node, uint32_t slack, unsigned int shift)
{
	__atomic_store_n(shadow_slot(leaf, p, shift),
			 node << SHADOW_NODE_SHIFT | SHADOW_HALF_OF(p) | slack, __ATOMIC_RELAXED);
}

/* Enter a block of `size` requested bytes, `usable` usable ones.  False when
 * there was no memory for the entry: the block stays unknown.  `shift` is
 * shadow_shift, which callers that know it give as a constant. */
static inline __attribute__((always_inline)) bool
shadow_put(uintptr_t p, uint32_t node, size_t size, size_t usable, unsigned int shift)
{
	size_t slack = usable - size;
	uint32_t *leaf = shadow_leaf(p);

	if (unlikely(!leaf || slack >= SHADOW_SLACK_FAR || (p & 15)))
		return shadow_put_far(p, node, size, usable);
	shadow_set(leaf, p, node, (uint32_t)slack, shift);
	return true;
}

/* Remove a block; false when it is not known.  `usable` as when it was entered. */
static inline __attribute__((always_inline)) bool
shadow_take(uintptr_t p, size_t usable, uint32_t *node, size_t *size, unsigned int shift)
{
	uint32_t *leaf = shadow_leaf(p), *slot, entry;

	if (unlikely(!leaf || (p & 15)))
		return shadow_take_far(p, usable, node, size);
	slot = shadow_slot(leaf, p, shift);
	entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
	if (unlikely(!entry || (entry & (SHADOW_HALF - 1)) >= SHADOW_SLACK_FAR))
		return shadow_take_far(p, usable, node, size);
	if (unlikely((entry & SHADOW_HALF) != SHADOW_HALF_OF(p)))
		return false;
	__atomic_store_n(slot, entry | SHADOW_SLACK_FREED, __ATOMIC_RELAXED);
	*node = entry >> SHADOW_NODE_SHIFT;
	*size = usable - (entry & (SHADOW_HALF - 1));
	return true;
}

/* The same for an allocator that is not asked. */
bool shadow_put_sized_far(uintptr_t p, uint32_t node, size_t size);
bool shadow_take_sized_far(uintptr_t p, uint32_t *node, size_t *size);

static inline bool shadow_put_sized(uintptr_t p, uint32_t node, size_t size)
{
	uint32_t *leaf = shadow_leaf(p), slack = SHADOW_SLACK_FAR;

	if (unlikely(!leaf || (p & 15) || size > UINT32_MAX ||
		     shadow_is_last(p, SHADOW_SIZED_SHIFT)))
		return shadow_put_sized_far(p, node, size);
	if (size <= SHADOW_SIZED_SLACK)
		slack = (uint32_t)(SHADOW_SIZED_SLACK - size);
	else
		__atomic_store_n(shadow_slot(leaf, p, SHADOW_SIZED_SHIFT) + 1, (uint32_t)size,
				 __ATOMIC_RELAXED);
	shadow_set(leaf, p, node, slack, SHADOW_SIZED_SHIFT);
	return true;
}

static inline bool shadow_take_sized(uintptr_t p, uint32_t *node, size_t *size)
{
	uint32_t *leaf = shadow_leaf(p), *slot, entry, slack, whole;

	if (unlikely(!leaf || (p & 15) || shadow_is_last(p, SHADOW_SIZED_SHIFT)))
		return shadow_take_sized_far(p, node, size);
	slot = shadow_slot(leaf, p, SHADOW_SIZED_SHIFT);
	entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
	/* 0 and the slack when the half is the block's. */
	slack = (entry ^ SHADOW_HALF_OF(p)) & (2 * SHADOW_HALF - 1);
	if (slack == SHADOW_SLACK_FAR) {
		whole = __atomic_load_n(slot + 1, __ATOMIC_RELAXED);
		if (unlikely(!whole))
			return shadow_take_sized_far(p, node, size);
		__atomic_store_n(slot + 1, 0, __ATOMIC_RELAXED);
		*size = whole;
	} else if (entry && slack <= SHADOW_SIZED_SLACK) {
		*size = SHADOW_SIZED_SLACK - slack;
	} else {
		return false;
	}
	__atomic_store_n(slot, entry | SHADOW_SLACK_FREED, __ATOMIC_RELAXED);
	*node = entry >> SHADOW_NODE_SHIFT;
	return true;
}

#endif
