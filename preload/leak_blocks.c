/* SPDX-License-Identifier: MIT */
/* leak_blocks.c - blocks as bits; see leak_blocks.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leak_blocks.h"

#include <errno.h>
#include <sys/mman.h>

#include "arena.h"
#include "sys.h"

/* Pointers lead anywhere: the larger a page, the sooner it is found.  Each is cleared first,
 * though. */
#define LARGE_PAGE ((uintptr_t)2 << 20)
#define LARGE_HEAP ((uint64_t)128 << 20)

#define LEAF_BYTES ((uintptr_t)1 << LEAK_LEAF_BITS)

/* struct leak_bits of a leaf, and words of the bits over them. */
static size_t n_bits(const struct leak_blocks *blocks)
{
	return LEAF_BYTES >> (blocks->shift + 6);
}

static size_t leaf_size(const struct leak_blocks *blocks)
{
	size_t bits = n_bits(blocks);

	return sizeof(struct leak_leaf) + bits * sizeof(struct leak_bits) +
	       (bits / 64 + bits / 4096) * sizeof(uint64_t) + (blocks->large ? LARGE_PAGE : 0);
}

int leak_blocks_init(struct leak_blocks *blocks, unsigned int shift, uint64_t bytes)
{
	*blocks = (struct leak_blocks){ .shift = shift, .large = bytes >= LARGE_HEAP };
	blocks->leaves = arena_map(LEAK_LEAVES * sizeof(*blocks->leaves), ARENA_OUTPUT);
	return blocks->leaves ? 0 : -ENOMEM;
}

void leak_blocks_release(struct leak_blocks *blocks)
{
	for (uintptr_t i = blocks->low >> LEAK_LEAF_BITS;
	     blocks->n && i <= blocks->high >> LEAK_LEAF_BITS; i++)
		if (blocks->leaves[i])
			arena_unmap(blocks->leaves[i]->mapping, leaf_size(blocks));
	arena_unmap(blocks->leaves, LEAK_LEAVES * sizeof(*blocks->leaves));
	*blocks = (struct leak_blocks){ 0 };
}

/* The leaf of p, made when there is none. */
static struct leak_leaf *reach(struct leak_blocks *blocks, uintptr_t p)
{
	struct leak_leaf **slot = &blocks->leaves[(p >> LEAK_LEAF_BITS) & (LEAK_LEAVES - 1)];
	struct leak_leaf *leaf = *slot;
	void *mapping;
	uintptr_t at;

	if (leaf)
		return leaf;
	mapping = arena_map(leaf_size(blocks), ARENA_OUTPUT);
	if (!mapping)
		return NULL;
	leaf = mapping;
	if (blocks->large) {
		/* The bits lie on whole pages. */
		at = ((uintptr_t)mapping + sizeof(*leaf) + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
		leaf = (void *)(at - sizeof(*leaf));
		sys_madvise((void *)at, n_bits(blocks) * sizeof(struct leak_bits), MADV_HUGEPAGE);
	}
	leaf->mapping = mapping;
	leaf->some = (uint64_t *)&leaf->bits[n_bits(blocks)];
	leaf->many = leaf->some + n_bits(blocks) / 64;
	*slot = leaf;
	return leaf;
}

void leak_blocks_add(struct leak_blocks *blocks, uintptr_t p)
{
	struct leak_leaf *leaf = reach(blocks, p);
	size_t i;

	if (!leaf) {
		blocks->full = true;
		return;
	}
	i = (size_t)(leak_bits_of(blocks, leaf, p) - leaf->bits);
	if (!leaf->bits[i].start) {
		leaf->some[i / 64] |= (uint64_t)1 << (i % 64);
		leaf->many[i / 4096] |= (uint64_t)1 << (i / 64 % 64);
		leaf->any = 1;
	}
	leaf->bits[i].start |= leak_bit(blocks, p);
	if (!blocks->n || p < blocks->low)
		blocks->low = p;
	if (p >= blocks->high)
		blocks->high = p + 1;
	blocks->n++;
}

void leak_blocks_done(struct leak_blocks *blocks, size_t (*size)(void *ctx, uintptr_t p), void *ctx)
{
	uintptr_t last = 0, first = blocks->low >> LEAK_LEAF_BITS;

	for (uintptr_t i = first; blocks->n && i <= (blocks->high - 1) >> LEAK_LEAF_BITS; i++) {
		struct leak_leaf *leaf = blocks->leaves[i];
		uintptr_t next = (i + 1) << LEAK_LEAF_BITS, end;

		if (!leaf)
			continue;
		leaf->before = last;
		if (leaf->any)
			last = leak_blocks_before(blocks, next - 1);
		end = last ? last + size(ctx, last) : 0;
		if (end > blocks->high)
			blocks->high = end;
		/* A pointer into the rest of a block must find a leaf there. */
		for (; next < end; next += LEAF_BYTES)
			blocks->full |= !reach(blocks, next);
	}
}

static unsigned int highest(uint64_t word)
{
	return 63 - (unsigned int)__builtin_clzll(word);
}

static unsigned int lowest(uint64_t word)
{
	return (unsigned int)__builtin_ctzll(word);
}

/* The bits below `bit`. */
static uint64_t below(size_t bit)
{
	return ((uint64_t)1 << (bit % 64)) - 1;
}

uintptr_t leak_blocks_before(const struct leak_blocks *blocks, uintptr_t p)
{
	const struct leak_leaf *leaf = leak_leaf_of(blocks, p);
	size_t i, word;
	uint64_t found;

	if (!leaf)
		return 0;
	i = (p & (LEAF_BYTES - 1)) >> (blocks->shift + 6);
	found = leaf->bits[i].start & (leak_bit(blocks, p) | (leak_bit(blocks, p) - 1));
	if (!found) {
		word = i / 64;
		found = leaf->some[word] & below(i);
		if (!found) {
			size_t top = word / 64;

			found = leaf->many[top] & below(word);
			while (!found && top)
				found = leaf->many[--top];
			if (!found)
				return leaf->before;
			word = top * 64 + highest(found);
			found = leaf->some[word];
		}
		i = word * 64 + highest(found);
		found = leaf->bits[i].start;
	}
	return (p & ~(LEAF_BYTES - 1)) + ((i * 64 + highest(found)) << blocks->shift);
}

uintptr_t leak_blocks_after(const struct leak_blocks *blocks, uintptr_t p, uintptr_t end)
{
	uintptr_t granule = ((uintptr_t)1 << blocks->shift) - 1;

	for (p = (p + granule) & ~granule; p < end;) {
		const struct leak_leaf *leaf = leak_leaf_of(blocks, p);
		size_t i = (p & (LEAF_BYTES - 1)) >> (blocks->shift + 6);
		uint64_t found;

		if (!leaf || !leaf->any) {
			p = (p & ~(LEAF_BYTES - 1)) + LEAF_BYTES;
			continue;
		}
		found = leaf->bits[i].start & ~(leak_bit(blocks, p) - 1);
		if (found) {
			p = (p & ~(LEAF_BYTES - 1)) + ((i * 64 + lowest(found)) << blocks->shift);
			break;
		}
		/* On to the next struct, or past 64 of them without a start. */
		i++;
		if (!(i % 64) && i < n_bits(blocks) && !leaf->some[i / 64])
			i += 64;
		p = (p & ~(LEAF_BYTES - 1)) + (i << (blocks->shift + 6));
	}
	return p < end ? p : end;
}
