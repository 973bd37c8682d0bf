/* SPDX-License-Identifier: MIT */
/* ignored.c - a hash set of addresses; see ignored.h.  Floor: shadow.
 *
 * Open addressing with linear probing, as in escape.c. */
#include "ignored.h"

#include "arena.h"
#include "blocks.h"
#include "lock.h"
#include "shadow.h"
#include "sys.h"

#define FIRST_ENTRIES 512

uint64_t ignored_blocks;

static struct lock lock;
static uintptr_t *entries; /* 0: empty */
static size_t room;	   /* a power of two */

static size_t home(uintptr_t p)
{
	return (size_t)((p >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (room - 1);
}

/* The entry of p, or the empty one where it would go. */
static size_t find(uintptr_t p)
{
	size_t i = home(p);

	while (entries[i] && entries[i] != p)
		i = (i + 1) & (room - 1);
	return i;
}

static bool grow(void)
{
	uintptr_t *old = entries, *more;
	size_t n = room, larger = room ? room * 2 : FIRST_ENTRIES;

	more = arena_map(larger * sizeof(*more), ARENA_BLOCKS);
	if (!more)
		return false;
	entries = more;
	room = larger;
	for (size_t i = 0; i < n; i++)
		if (old[i])
			entries[find(old[i])] = old[i];
	if (old)
		arena_unmap(old, n * sizeof(*old));
	return true;
}

void ignored_add(uintptr_t p, size_t usable)
{
	lock_take(&lock, (uint32_t)sys_gettid());
	/* Without memory the block is reported. */
	if (ignored_blocks * 2 < room || grow()) {
		size_t i = find(p);

		if (!entries[i] && (!blocks_glibc || shadow_move_far(p, usable))) {
			entries[i] = p;
			__atomic_store_n(&ignored_blocks, ignored_blocks + 1, __ATOMIC_RELEASE);
		}
	}
	lock_release(&lock);
}

/* Later entries of the run move back (Knuth, TAOCP 6.4, algorithm R). */
static void remove_at(size_t hole)
{
	size_t mask = room - 1;

	entries[hole] = 0;
	for (size_t i = (hole + 1) & mask; entries[i]; i = (i + 1) & mask) {
		size_t from = home(entries[i]);

		if (((i - from) & mask) >= ((i - hole) & mask)) {
			entries[hole] = entries[i];
			entries[i] = 0;
			hole = i;
		}
	}
}

void ignored_drop(uintptr_t p)
{
	size_t i;

	lock_take(&lock, (uint32_t)sys_gettid());
	i = room ? find(p) : 0;
	if (room && entries[i]) {
		remove_at(i);
		__atomic_store_n(&ignored_blocks, ignored_blocks - 1, __ATOMIC_RELEASE);
	}
	lock_release(&lock);
}

void ignored_each(void (*each)(void *ctx, uintptr_t p), void *ctx)
{
	for (size_t i = 0; i < room; i++)
		if (entries[i])
			each(ctx, entries[i]);
}

void ignored_after_fork(void)
{
	lock_init(&lock);
}
