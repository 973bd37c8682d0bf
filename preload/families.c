/* SPDX-License-Identifier: MIT */
/* families.c - families by stack, in chunks made as they are needed; see families.h.
 * Floor: counters. */
#include "families.h"

#include "arena.h"
#include "rt.h"

#define CHUNK ((size_t)1 << FAMILY_CHUNK_BITS)

uint8_t *families_seen[1 << (NODE_BITS - FAMILY_CHUNK_BITS)];

COLD void families_add(uint32_t node, enum family family)
{
	uint8_t **slot = &families_seen[node >> FAMILY_CHUNK_BITS];
	uint8_t *chunk = __atomic_load_n(slot, __ATOMIC_ACQUIRE), *made;

	if (!chunk) {
		made = arena_map(CHUNK, ARENA_COUNTERS);
		/* Without memory the stack has no family, and nothing is checked. */
		if (!made)
			return;
		if (__atomic_compare_exchange_n(slot, &chunk, made, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			chunk = made;
		else
			arena_unmap(made, CHUNK);
	}
	__atomic_fetch_or(&chunk[node & (CHUNK - 1)], (uint8_t)(1U << family), __ATOMIC_RELAXED);
}
