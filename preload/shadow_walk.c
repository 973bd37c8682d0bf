/* SPDX-License-Identifier: MIT */
/* shadow_walk.c - read the whole block table; see shadow_walk.h.  Floor: shadow. */
#include "shadow_walk.h"

#include "escape.h"

/* How far back a live block is looked for that an address may lie in. */
#define MOST_BACK ((uintptr_t)4 << 20)

/* What the allocator gave, or 0 for what cannot be. */
static size_t usable_size(uintptr_t p)
{
	size_t usable = blocks_usable((void *)p);

	return usable < SHADOW_MOST ? usable : 0;
}

static bool has_second_granule(size_t usable)
{
	return usable >= (size_t)2 << shadow_shift;
}

static uint32_t second_entry(uintptr_t p)
{
	uintptr_t next = p + ((uintptr_t)1 << shadow_shift);
	uint32_t *leaf = shadow_leaf(next);

	return leaf ? *shadow_slot(leaf, next, shadow_shift) : 0;
}

/* The size of a block whose slack is not in its entry. */
static bool look_slack(uintptr_t p, size_t usable, size_t *size)
{
	uint32_t node, kept = has_second_granule(usable) ? second_entry(p) : 0;

	if (!kept)
		return escape_look(p, &node, size);
	*size = usable - kept;
	return kept <= usable;
}

/* The size of a block whose allocator is not asked. */
static bool look_sized(uintptr_t p, uint32_t slack, size_t *size)
{
	uint32_t node;

	*size = SHADOW_SIZED_SLACK - slack;
	if (slack != SHADOW_SLACK_FAR)
		return slack <= SHADOW_SIZED_SLACK;
	*size = second_entry(p);
	return *size || escape_look(p, &node, size);
}

bool shadow_look_far(uintptr_t p, uint32_t *node, size_t *size)
{
	uint32_t *leaf = shadow_leaf(p), entry, slack;
	size_t usable;

	if (p & 15)
		return escape_look(p, node, size);
	entry = leaf ? *shadow_slot(leaf, p, shadow_shift) : 0;
	if (!entry || shadow_is_freed(entry) || (entry & SHADOW_HALF) != SHADOW_HALF_OF(p))
		return false;
	*node = entry >> SHADOW_NODE_SHIFT;
	slack = entry & (SHADOW_HALF - 1);
	if (shadow_shift == SHADOW_SIZED_SHIFT)
		return look_sized(p, slack, size);
	usable = usable_size(p);
	if (slack == SHADOW_SLACK_FAR)
		return look_slack(p, usable, size);
	*size = usable - slack;
	return slack <= usable;
}

static void walk_leaf(const uint32_t *leaf, uintptr_t base, shadow_block *block, void *ctx)
{
	size_t n = (size_t)1 << (SHADOW_LEAF_BITS - shadow_shift);

	for (size_t i = 0; i < n;) {
		uint32_t entry = leaf[i];
		uintptr_t p = base + ((uintptr_t)i << shadow_shift);

		if (!(i & 1) && !*(const uint64_t *)&leaf[i]) {
			i += 2;
			continue;
		}
		i++;
		if (!entry || shadow_is_freed(entry))
			continue;
		p = shadow_start(p, entry);
		/* The next entry may hold slack, no block of its own. */
		if (block(ctx, p, entry >> SHADOW_NODE_SHIFT) &&
		    (entry & (SHADOW_HALF - 1)) == SHADOW_SLACK_FAR)
			i += shadow_shift == SHADOW_SIZED_SHIFT ||
			     has_second_granule(usable_size(p));
	}
}

void shadow_walk(uintptr_t from, uintptr_t to, shadow_block *block, void *ctx)
{
	for (uintptr_t i = from >> SHADOW_LEAF_BITS; i <= (to - 1) >> SHADOW_LEAF_BITS; i++)
		if (shadow_leaf(i << SHADOW_LEAF_BITS))
			walk_leaf(shadow_leaf(i << SHADOW_LEAF_BITS), i << SHADOW_LEAF_BITS, block,
				  ctx);
}

void shadow_walk_odd(shadow_block *block, void *ctx)
{
	/* Of those that are aligned there is an entry, too. */
	escape_walk(15, block, ctx);
}

uintptr_t shadow_find(uintptr_t p, uint32_t *node, size_t *size)
{
	uintptr_t granule = (uintptr_t)1 << shadow_shift, at = p & ~(granule - 1);

	for (uintptr_t end = at > MOST_BACK ? at - MOST_BACK : granule; at > end; at -= granule) {
		uint32_t *leaf = shadow_leaf(at), entry;
		uintptr_t start;

		if (!leaf) {
			at &= ~(((uintptr_t)1 << SHADOW_LEAF_BITS) - 1);
			continue;
		}
		entry = __atomic_load_n(shadow_slot(leaf, at, shadow_shift), __ATOMIC_RELAXED);
		if (!(entry >> SHADOW_NODE_SHIFT) || shadow_is_freed(entry))
			continue;
		start = shadow_start(at, entry);
		if (start <= p && shadow_look(start, node, size))
			return p - start < *size || p == start ? start : 0;
	}
	return 0;
}
