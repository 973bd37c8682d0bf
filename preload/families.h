/* SPDX-License-Identifier: MIT */
/*
 * families.h - by which functions the blocks of a stack are allocated.  Floor: counters.
 *
 * Blocks of malloc, of operator new and of operator new[] have each to be released
 * their own way.  A call calls one function, nearly always, so the family is known by the
 * stack and no block has to carry it.  Where one call site uses several (a call
 * through a pointer, a function that ends in jumps to two of them) nothing is said.
 *
 * Any thread, also in signal handlers; noted before the stack's first block is entered.
 */
#ifndef PRELOAD_FAMILIES_H
#define PRELOAD_FAMILIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rt.h"
#include "state.h"

enum family { FAMILY_C, FAMILY_NEW, FAMILY_ARRAY, FAMILIES };

/*
 * What a thread's map of cells has of a stack: the cell's number, and a bit for each
 * family whose releases must not be counted unseen.  That of C is the sign, so that the
 * test for a number at all finds it, too.
 */
#define FAMILY_BAR(family) ((uint32_t)1 << (31 - (family)))
#define FAMILY_BARS (FAMILY_BAR(FAMILY_C) | FAMILY_BAR(FAMILY_NEW) | FAMILY_BAR(FAMILY_ARRAY))

/* By the names of the operators: _Zna and _Zda are those of arrays. */
#define FAMILY_OF_OPERATOR(symbol) ((symbol)[3] == 'a' ? FAMILY_ARRAY : FAMILY_NEW)

/* By node a byte with a bit for each family that was seen there. */
#define FAMILY_CHUNK_BITS 16
extern uint8_t *families_seen[1 << (NODE_BITS - FAMILY_CHUNK_BITS)]
	__attribute__((visibility("hidden")));

/* The cold half. */
void families_add(uint32_t node, enum family family);

static inline uint32_t families_of(uint32_t node)
{
	const uint8_t *chunk = __atomic_load_n(&families_seen[node >> FAMILY_CHUNK_BITS],
					       __ATOMIC_ACQUIRE);

	return chunk ? __atomic_load_n(&chunk[node & ((1 << FAMILY_CHUNK_BITS) - 1)],
				       __ATOMIC_RELAXED)
		     : 0;
}

/* The stack `node` has allocated a block of that family. */
static inline void families_note(uint32_t node, enum family family)
{
	if (unlikely(!(families_of(node) & 1U << family)))
		families_add(node, family);
}

/* The bars of a stack: against all families but its own; none when it has several. */
static inline uint32_t families_bars(uint32_t node)
{
	uint32_t seen = families_of(node);

	if (!seen || seen & (seen - 1))
		return 0;
	return FAMILY_BARS & ~FAMILY_BAR((uint32_t)__builtin_ctz(seen));
}

/* May its blocks be released by that family's functions, as far as is known? */
static inline bool families_agree(uint32_t node, enum family family)
{
	return !(families_bars(node) & FAMILY_BAR(family));
}

#endif
