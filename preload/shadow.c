/* SPDX-License-Identifier: MIT */
/* shadow.c - the cold half of the block table; see shadow.h.  Floor: shadow. */
#include "shadow.h"

#include "arena.h"
#include "escape.h"
#include "ignored.h"

uint32_t *shadow_root[1 << SHADOW_ROOT_BITS];
unsigned int shadow_shift = 5;

void shadow_init(unsigned int granule_shift)
{
	shadow_shift = granule_shift;
}

COLD uint32_t *shadow_make_leaf(uintptr_t p)
{
	uint32_t **slot = &shadow_root[(p >> SHADOW_LEAF_BITS) & ((1 << SHADOW_ROOT_BITS) - 1)];
	size_t len = ((size_t)1 << (SHADOW_LEAF_BITS - shadow_shift)) * sizeof(uint32_t);
	uint32_t *leaf = shadow_leaf(p), *made;

	if (leaf)
		return leaf;
	made = arena_map(len, ARENA_BLOCKS);
	if (!made)
		return NULL;
	if (__atomic_compare_exchange_n(slot, &leaf, made, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return made;
	arena_unmap(made, len);
	return leaf;
}

/* A block so large that its second granule cannot be another block's first. */
static bool has_second_granule(size_t usable)
{
	return usable >= (size_t)2 << shadow_shift;
}

/* The second granule may lie in the next leaf. */
static uint32_t *second_slot(uintptr_t p)
{
	uintptr_t next = p + ((uintptr_t)1 << shadow_shift);
	uint32_t *leaf = shadow_make_leaf(next);

	return leaf ? shadow_slot(leaf, next, shadow_shift) : NULL;
}

/* Slack that no second granule can hold: one that there is says so with 0. */
static bool put_away(uintptr_t p, uint32_t node, size_t size, size_t usable)
{
	if (has_second_granule(usable)) {
		uint32_t *second = second_slot(p);

		if (!second)
			return false;
		__atomic_store_n(second, 0, __ATOMIC_RELAXED);
	}
	return escape_put(p, node, size);
}

COLD bool shadow_put_far(uintptr_t p, uint32_t node, size_t size, size_t usable)
{
	size_t slack = usable - size;
	uint32_t *leaf, kept = (uint32_t)slack;

	if (p & 15)
		return escape_put(p, node, size);
	leaf = shadow_make_leaf(p);
	if (!leaf)
		return false;
	if (slack >= SHADOW_SLACK_FAR) {
		if (has_second_granule(usable) && slack <= UINT32_MAX) {
			uint32_t *second = second_slot(p);

			if (!second)
				return false;
			__atomic_store_n(second, (uint32_t)slack, __ATOMIC_RELAXED);
		} else if (!put_away(p, node, size, usable)) {
			return false;
		}
		kept = SHADOW_SLACK_FAR;
	}
	__atomic_store_n(shadow_slot(leaf, p, shadow_shift),
			 node << SHADOW_NODE_SHIFT | SHADOW_HALF_OF(p) | kept, __ATOMIC_RELAXED);
	return true;
}

COLD bool shadow_take_far(uintptr_t p, size_t usable, uint32_t *node, size_t *size)
{
	uint32_t *leaf, *slot, entry;

	if (unlikely(__atomic_load_n(&ignored_blocks, __ATOMIC_RELAXED)))
		ignored_drop(p);
	if (p & 15)
		return escape_take(p, node, size);
	leaf = shadow_leaf(p);
	if (!leaf)
		return false;
	slot = shadow_slot(leaf, p, shadow_shift);
	entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
	if (!entry || shadow_is_freed(entry) || (entry & SHADOW_HALF) != SHADOW_HALF_OF(p))
		return false;
	__atomic_store_n(slot, entry | SHADOW_SLACK_FREED, __ATOMIC_RELAXED);
	if (has_second_granule(usable)) {
		uint32_t *second = second_slot(p), kept = 0;

		if (second)
			kept = __atomic_exchange_n(second, 0, __ATOMIC_RELAXED);
		if (kept) {
			*node = entry >> SHADOW_NODE_SHIFT;
			*size = usable - kept;
			return true;
		}
	}
	return escape_take(p, node, size);
}

COLD bool shadow_put_sized_far(uintptr_t p, uint32_t node, size_t size)
{
	uint32_t *leaf, *second, slack = SHADOW_SLACK_FAR;

	if (p & 15)
		return escape_put(p, node, size);
	leaf = shadow_make_leaf(p);
	if (!leaf)
		return false;
	if (size <= SHADOW_SIZED_SLACK) {
		slack = (uint32_t)(SHADOW_SIZED_SLACK - size);
	} else {
		second = second_slot(p);
		/* 0 says that it is in the hash table. */
		if (!second || (size > UINT32_MAX && !escape_put(p, node, size)))
			return false;
		__atomic_store_n(second, size > UINT32_MAX ? 0 : (uint32_t)size, __ATOMIC_RELAXED);
	}
	shadow_set(leaf, p, node, slack, SHADOW_SIZED_SHIFT);
	return true;
}

COLD bool shadow_take_sized_far(uintptr_t p, uint32_t *node, size_t *size)
{
	uint32_t *leaf, *second, entry, slack;

	if (p & 15)
		return escape_take(p, node, size);
	leaf = shadow_leaf(p);
	entry = leaf ? __atomic_load_n(shadow_slot(leaf, p, SHADOW_SIZED_SHIFT), __ATOMIC_RELAXED)
		     : 0;
	slack = (entry ^ SHADOW_HALF_OF(p)) & (2 * SHADOW_HALF - 1);
	if (!entry || (slack > SHADOW_SIZED_SLACK && slack != SHADOW_SLACK_FAR))
		return false;
	*node = entry >> SHADOW_NODE_SHIFT;
	*size = SHADOW_SIZED_SLACK - slack;
	if (slack == SHADOW_SLACK_FAR) {
		second = second_slot(p);
		*size = second ? __atomic_exchange_n(second, 0, __ATOMIC_RELAXED) : 0;
		if (!*size && !escape_take(p, node, size))
			return false;
	}
	__atomic_store_n(shadow_slot(leaf, p, SHADOW_SIZED_SHIFT), entry | SHADOW_SLACK_FREED,
			 __ATOMIC_RELAXED);
	return true;
}

bool shadow_move_far(uintptr_t p, size_t usable)
{
	uint32_t *leaf = shadow_leaf(p), *slot, entry, slack;

	if (p & 15)
		return true;
	if (!leaf)
		return false;
	slot = shadow_slot(leaf, p, shadow_shift);
	entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
	slack = entry & (SHADOW_HALF - 1);
	if (!entry || slack == SHADOW_SLACK_FREED || (entry & SHADOW_HALF) != SHADOW_HALF_OF(p))
		return false;
	if (slack == SHADOW_SLACK_FAR)
		return true;
	if (slack && has_second_granule(usable)) {
		uint32_t *second = second_slot(p);

		if (!second)
			return false;
		__atomic_store_n(second, slack, __ATOMIC_RELAXED);
	} else if (!put_away(p, entry >> SHADOW_NODE_SHIFT, usable - slack, usable)) {
		return false;
	}
	__atomic_store_n(slot, (entry & ~(SHADOW_HALF - 1)) | SHADOW_SLACK_FAR, __ATOMIC_RELAXED);
	return true;
}
