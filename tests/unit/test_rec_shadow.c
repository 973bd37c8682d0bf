/* SPDX-License-Identifier: MIT */
/* test_rec_shadow.c - what is entered for a block is what is taken out again. */
#include <criterion/criterion.h>

#include "escape.h"
#include "shadow.h"
#include "shadow_walk.h"

/* Addresses that nobody has: only their place in the table counts. */
#define BASE ((uintptr_t)1 << 40)
#define LEAF ((uintptr_t)1 << SHADOW_LEAF_BITS)
#define NODE (NODE_FIRST + 5)

static const size_t sizes[] = {
	0,
	1,
	15,
	16,
	17,
	31,
	32,
	48,
	61,
	62,
	63,
	64,
	100,
	1000,
	65536,
	UINT32_MAX - 1,
	UINT32_MAX,
	(size_t)UINT32_MAX + 1,
	(size_t)1 << 40,
};

#define SIZES (sizeof(sizes) / sizeof(*sizes))

static void expect_sized(uintptr_t p, size_t size)
{
	uint32_t node = 0;
	size_t got = 0;

	cr_assert(shadow_put_sized(p, NODE, size));
	cr_assert(shadow_look_far(p, &node, &got));
	cr_assert(node == NODE && got == size, "at %lx: %zu, not %zu", p, got, size);
	node = 0;
	got = 0;
	cr_assert(shadow_take_sized(p, &node, &got));
	cr_assert(node == NODE && got == size, "at %lx: %zu, not %zu", p, got, size);
	/* Only once; and who it was is still known, where there is an entry. */
	cr_assert(!shadow_take_sized(p, &node, &got));
	cr_assert(!shadow_look_far(p, &node, &got));
	cr_assert((p & 15) || (shadow_was_freed(p, &node) && node == NODE));
}

Test(shadow, sizes_are_kept_without_asking)
{
	shadow_init(SHADOW_SIZED_SHIFT);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < SIZES; i++) {
			expect_sized(BASE + 32, sizes[i]);
			expect_sized(BASE + 48, sizes[i]);
			expect_sized(BASE + 8, sizes[i]);
			/* The second granule is another leaf's. */
			expect_sized(BASE + 3 * LEAF - 16, sizes[i]);
			expect_sized(BASE + 3 * LEAF, sizes[i]);
		}
}

/* As close as blocks can lie, over the end of a leaf: block i has i bytes. */
#define BLOCKS 64

static uintptr_t nth(uint32_t n)
{
	uintptr_t p = BASE + 5 * LEAF - 1024;

	for (uint32_t i = 0; i < n; i++)
		p += (i ? i + 15 : 16) & ~(size_t)15;
	return p;
}

Test(shadow, neighbours_keep_theirs)
{
	uint32_t node;
	size_t size;

	shadow_init(SHADOW_SIZED_SHIFT);
	for (uint32_t i = 0; i < BLOCKS; i++)
		cr_assert(shadow_put_sized(nth(i), NODE + i, i));
	for (uint32_t i = 0; i < BLOCKS; i += 2)
		cr_assert(shadow_take_sized(nth(i), &node, &size) && node == NODE + i && size == i);
	for (uint32_t i = 0; i < BLOCKS; i += 2)
		cr_assert(shadow_put_sized(nth(i), NODE + 2 * i, i));
	for (uint32_t i = 0; i < BLOCKS; i++)
		cr_assert(shadow_take_sized(nth(i), &node, &size) && size == i &&
			  node == NODE + i * (2 - i % 2));
}

struct seen {
	uintptr_t p[8];
	uint32_t node[8];
	unsigned int n;
};

static bool see(void *ctx, uintptr_t p, uint32_t node)
{
	struct seen *seen = ctx;

	cr_assert_lt(seen->n, 8);
	seen->p[seen->n] = p;
	seen->node[seen->n++] = node;
	return true;
}

Test(shadow, a_walk_takes_no_size_for_a_block)
{
	uintptr_t at = BASE + 7 * LEAF;
	struct seen seen = { .n = 0 };
	uint32_t node;
	size_t size;

	shadow_init(SHADOW_SIZED_SHIFT);
	/* Sizes that look like entries of their own. */
	cr_assert(shadow_put_sized(at, NODE, (NODE << SHADOW_NODE_SHIFT) | 3));
	cr_assert(shadow_put_sized(at + ((size_t)1 << 20), NODE + 1, 4000));
	cr_assert(shadow_put_sized(at + ((size_t)2 << 20), NODE + 2, 16));
	cr_assert(shadow_put_sized(at + ((size_t)3 << 20), NODE + 3, (size_t)UINT32_MAX + 9));
	cr_assert(shadow_put_sized(at + ((size_t)4 << 20), NODE + 4, 99));
	cr_assert(shadow_take_sized(at + ((size_t)4 << 20), &node, &size));
	shadow_walk(at, at + LEAF, see, &seen);
	cr_assert_eq(seen.n, 4);
	for (unsigned int i = 0; i < 4; i++)
		cr_assert(seen.p[i] == at + ((uintptr_t)i << 20) && seen.node[i] == NODE + i);
}

Test(shadow, slack_is_taken_off_the_usable_size)
{
	uintptr_t p = BASE + 9 * LEAF + 64;

	shadow_init(5);
	for (size_t i = 0; i < SIZES; i++)
		for (size_t slack = 0; slack < 200; slack += 7) {
			size_t usable = sizes[i] + slack, got = 0;
			uint32_t node = 0;

			cr_assert(shadow_put(p, NODE, sizes[i], usable, 5));
			cr_assert(shadow_take(p, usable, &node, &got, 5));
			cr_assert(node == NODE && got == sizes[i], "%zu + %zu: %zu", sizes[i],
				  slack, got);
			cr_assert(!shadow_take(p, usable, &node, &got, 5));
		}
}
