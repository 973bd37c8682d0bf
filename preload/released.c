/* SPDX-License-Identifier: MIT */
/* released.c - where blocks were released; see released.h.  Floor: record. */
#include "released.h"

#include "arena.h"
#include "capture.h"
#include "config.h"

#define ENTRY_BITS 18
#define ENTRIES ((size_t)1 << ENTRY_BITS)

/* An entry is the rest of the address above the node: blocks are 16 bytes apart. */
#define ADDRESS_BITS (47 - 4 - ENTRY_BITS)

_Static_assert(ADDRESS_BITS + NODE_BITS <= 64, "an entry is one word");

bool released_kept;

static uint64_t *entries;

void released_start(void)
{
	if (!config.free_stacks)
		return;
	if (!entries)
		entries = arena_map(ENTRIES * sizeof(*entries), ARENA_BLOCKS);
	released_kept = entries != NULL;
}

static uint64_t *entry_of(uintptr_t p)
{
	return &entries[p >> 4 & (ENTRIES - 1)];
}

static uint64_t rest_of(uintptr_t p)
{
	return (uint64_t)(p >> (4 + ENTRY_BITS)) << NODE_BITS;
}

uint32_t released_at(uintptr_t p)
{
	uint64_t entry;

	if (!released_kept || p & 15)
		return 0;
	entry = __atomic_load_n(entry_of(p), __ATOMIC_RELAXED);
	return entry >> NODE_BITS == rest_of(p) >> NODE_BITS
		       ? (uint32_t)(entry & (((uint64_t)1 << NODE_BITS) - 1))
		       : 0;
}

void released_keep(struct thread *t, uintptr_t p, const void *frame)
{
	struct origin from = origin_of(frame);

	if (p & 15)
		return;
	__atomic_store_n(entry_of(p), rest_of(p) | capture_look(t, &from).node, __ATOMIC_RELAXED);
}
