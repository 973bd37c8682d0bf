/* SPDX-License-Identifier: MIT */
/*
 * arena.h - private memory of the recorder, straight from the kernel.  Floor: rt.
 *
 * Never the program's heap, so the recorder's memory is told apart and cannot
 * be corrupted through it.  Every byte is zero at first.  All functions may be
 * called from any thread and from signal handlers; nothing here is inherited
 * by a fork child except as plain copied memory.
 */
#ifndef PRELOAD_ARENA_H
#define PRELOAD_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What memory is for. */
enum arena_use {
	ARENA_BLOCKS,	/* live blocks by address */
	ARENA_STACKS,	/* the tree of stacks */
	ARENA_COUNTERS, /* sites of each thread */
	ARENA_CAPTURE,	/* rules, memos and leaf caches of threads */
	ARENA_OUTPUT,	/* buffers, and all the rest */
	ARENA_USES
};

/* Whole pages, lazily backed; NULL when the kernel refuses. */
void *arena_map(size_t len, enum arena_use use);
void arena_unmap(void *p, size_t len);
/* Zero the first bytes of a mapping, cheaply when there are many. */
void arena_clear(void *p, size_t len);
/* Grow a mapping, moving it if need be; NULL leaves the old one as it was. */
void *arena_grow(void *p, size_t old_len, size_t new_len, enum arena_use use);

/* Add the bytes of these mappings that are in memory: asks the kernel, a
 * millisecond for a gigabyte of mappings. */
void arena_resident(uint64_t bytes[ARENA_USES]);

/* Call `each` for every mapping that is remembered, in no order; no lock. */
void arena_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx);

/*
 * Memory for the program's calls that come before the real allocator is known
 * (dlsym may call calloc).  A fixed pool: blocks are 16-byte aligned, zeroed
 * and never reused; NULL when it is exhausted.
 */
void *arena_boot_alloc(size_t size);

#define ARENA_BOOT_POOL 65536
extern char arena_boot_pool[ARENA_BOOT_POOL] __attribute__((visibility("hidden")));

/* Inlined: programs that ask for usable sizes do so for every block. */
static inline bool arena_boot_owns(const void *p)
{
	return (uintptr_t)p - (uintptr_t)arena_boot_pool < ARENA_BOOT_POOL;
}

/* Usable size of a block of the pool. */
size_t arena_boot_size(const void *p);

#endif
