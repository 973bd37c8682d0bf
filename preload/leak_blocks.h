/* SPDX-License-Identifier: MIT */
/*
 * leak_blocks.h - the live blocks as bits, so that any word can be asked which
 * block it points into.  Floor: leaks.
 *
 * Each 64 MiB of address space with blocks has a leaf; a leaf has a struct of
 * bits for every 64 granules: where blocks start, and what is known of each.  A
 * pointer into the middle of a block is found by the last start before it; bits
 * over the bits make that a few loads however large the block is.
 */
#ifndef PRELOAD_LEAK_BLOCKS_H
#define PRELOAD_LEAK_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rt.h"

#define LEAK_LEAF_BITS 26
#define LEAK_LEAVES ((size_t)1 << (47 - LEAK_LEAF_BITS))

/* What holds a block: the higher, the firmer. */
enum leak_hold { LEAK_UNREACHED, LEAK_POSSIBLE, LEAK_BY_RUNTIME, LEAK_REACHED, LEAK_HOLDS };

/* 64 granules: a bit each. */
struct leak_bits {
	uint64_t start;
	uint64_t hold[2]; /* enum leak_hold of the block that starts here, bit by bit */
	uint64_t mark;	  /* of one that is not reached: another such one points to it; of
			   * one that is: the program wants it ignored */
};

struct leak_leaf {
	uint64_t *some, *many; /* bits over `bits` with a start, and over those */
	uintptr_t before;      /* the last block that starts in a leaf before; 0: none */
	uint32_t any;
	void *mapping;
	struct leak_bits bits[];
};

struct leak_blocks {
	struct leak_leaf **leaves; /* LEAK_LEAVES */
	unsigned int shift;	   /* log2 of the granule: 3 or 4 */
	uintptr_t low, high;	   /* all blocks lie here, once they are all entered */
	uint64_t n;
	bool full;  /* there was no memory for a block */
	bool large; /* there are so many that large pages pay */
};

/* A granule of 1 << shift bytes, at which all blocks are aligned; about so many bytes in all
 * blocks.  0 or -ENOMEM. */
int leak_blocks_init(struct leak_blocks *blocks, unsigned int shift, uint64_t bytes);
void leak_blocks_release(struct leak_blocks *blocks);

/* Enter a block that starts at p. */
void leak_blocks_add(struct leak_blocks *blocks, uintptr_t p);

/* When all are entered: what the last block of each leaf needs.  `size` tells how
 * large a block is. */
void leak_blocks_done(struct leak_blocks *blocks, size_t (*size)(void *ctx, uintptr_t p),
		      void *ctx);

/* The last start at or before p; 0 when there is none. */
uintptr_t leak_blocks_before(const struct leak_blocks *blocks, uintptr_t p);

/* The first start at or after p and before `end`; `end` when there is none. */
uintptr_t leak_blocks_after(const struct leak_blocks *blocks, uintptr_t p, uintptr_t end);

static inline struct leak_leaf *leak_leaf_of(const struct leak_blocks *blocks, uintptr_t p)
{
	return blocks->leaves[(p >> LEAK_LEAF_BITS) & (LEAK_LEAVES - 1)];
}

static inline struct leak_bits *leak_bits_of(const struct leak_blocks *blocks,
					     struct leak_leaf *leaf, uintptr_t p)
{
	return &leaf->bits[(p & (((uintptr_t)1 << LEAK_LEAF_BITS) - 1)) >> (blocks->shift + 6)];
}

static inline uint64_t leak_bit(const struct leak_blocks *blocks, uintptr_t p)
{
	return (uint64_t)1 << ((p >> blocks->shift) & 63);
}

static inline bool leak_is_aligned(const struct leak_blocks *blocks, uintptr_t p)
{
	return !(p & (((uintptr_t)1 << blocks->shift) - 1));
}

/* Does a block start at p? */
static inline bool leak_is_start(const struct leak_blocks *blocks, uintptr_t p)
{
	struct leak_leaf *leaf = leak_leaf_of(blocks, p);

	return leaf && leak_is_aligned(blocks, p) &&
	       (leak_bits_of(blocks, leaf, p)->start & leak_bit(blocks, p));
}

/* Of a block, given by its start. */
static inline enum leak_hold leak_get(const struct leak_bits *bits, uint64_t bit)
{
	return (enum leak_hold)((bits->hold[0] & bit ? 1 : 0) | (bits->hold[1] & bit ? 2 : 0));
}

static inline void leak_set(struct leak_bits *bits, uint64_t bit, enum leak_hold hold)
{
	bits->hold[0] = hold & 1 ? bits->hold[0] | bit : bits->hold[0] & ~bit;
	bits->hold[1] = hold & 2 ? bits->hold[1] | bit : bits->hold[1] & ~bit;
}

#endif
