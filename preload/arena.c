/* SPDX-License-Identifier: MIT */
/* arena.c - private memory of the recorder; see arena.h.  Floor: rt. */
#define _GNU_SOURCE
#include "arena.h"

#include <sys/mman.h>

#include "sys.h"

#define BOOT_HEADER 16
#define HUGE_PAGE ((size_t)2 << 20)

char arena_boot_pool[ARENA_BOOT_POOL] __attribute__((aligned(16)));
static size_t boot_used;

/* Every mapping, so that what is resident can be told.  An entry is claimed first, and gets
 * its address once the rest is in it.  When the list is full, later mappings go uncounted. */
#define MAPPINGS 4096
#define CLAIMED 1
static struct {
	uintptr_t start;
	size_t len;
	enum arena_use use;
} mappings[MAPPINGS];
static uint32_t mappings_used;

static bool claim(uint32_t i)
{
	uintptr_t none = 0;

	return __atomic_compare_exchange_n(&mappings[i].start, &none, CLAIMED, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void remember(uintptr_t start, size_t len, enum arena_use use)
{
	uint32_t n = __atomic_load_n(&mappings_used, __ATOMIC_RELAXED), i = 0;

	while (i < n ? !claim(i) : n < MAPPINGS) {
		/* past the last one a new one is there for whoever claims it first */
		if (i < n)
			i++;
		else if (__atomic_compare_exchange_n(&mappings_used, &n, n + 1, false,
						     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			n++;
	}
	if (i == MAPPINGS)
		return;
	__atomic_store_n(&mappings[i].use, use, __ATOMIC_RELAXED);
	__atomic_store_n(&mappings[i].len, len, __ATOMIC_RELAXED);
	__atomic_store_n(&mappings[i].start, start, __ATOMIC_RELEASE);
}

/* Where it starts; 0 when the entry is not in use, or not yet. */
static uintptr_t start_of(uint32_t i)
{
	uintptr_t start = __atomic_load_n(&mappings[i].start, __ATOMIC_ACQUIRE);

	return start == CLAIMED ? 0 : start;
}

static void forget(uintptr_t start)
{
	uint32_t n = __atomic_load_n(&mappings_used, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n; i++)
		if (start_of(i) == start)
			__atomic_store_n(&mappings[i].start, 0, __ATOMIC_RELEASE);
}

void *arena_map(size_t len, enum arena_use use)
{
	intptr_t p = sys_mmap(NULL, len, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (sys_failed(p))
		return NULL;
	/* These are large and touched here and there: with huge pages on for all,
	 * each touch would take 2 MiB. */
	if (len >= HUGE_PAGE)
		sys_madvise((void *)p, len, MADV_NOHUGEPAGE);
	remember((uintptr_t)p, len, use);
	return (void *)p;
}

void arena_unmap(void *p, size_t len)
{
	if (!p)
		return;
	forget((uintptr_t)p);
	sys_munmap(p, len);
}

void arena_clear(void *p, size_t len)
{
	size_t pages = len & ~(size_t)4095;

	/* Given back to the kernel, pages come again as zeros. */
	if (pages < 65536 || sys_madvise(p, pages, MADV_DONTNEED) != 0)
		pages = 0;
	for (size_t i = pages; i < len; i++)
		((char *)p)[i] = 0;
}

void *arena_grow(void *p, size_t old_len, size_t new_len, enum arena_use use)
{
	intptr_t q = sys_mremap(p, old_len, new_len, MREMAP_MAYMOVE, NULL);

	if (sys_failed(q))
		return NULL;
	forget((uintptr_t)p);
	remember((uintptr_t)q, new_len, use);
	return (void *)q;
}

void arena_resident(uint64_t bytes[ARENA_USES])
{
	uint32_t n = __atomic_load_n(&mappings_used, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n; i++) {
		uintptr_t start = start_of(i);

		if (start)
			bytes[__atomic_load_n(&mappings[i].use, __ATOMIC_RELAXED)] += sys_resident(
				(void *)start, __atomic_load_n(&mappings[i].len, __ATOMIC_RELAXED));
	}
}

void arena_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx)
{
	uint32_t n = __atomic_load_n(&mappings_used, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n; i++) {
		uintptr_t start = start_of(i);

		if (start)
			each(ctx, start,
			     start + __atomic_load_n(&mappings[i].len, __ATOMIC_RELAXED));
	}
}

void *arena_boot_alloc(size_t size)
{
	size_t need = ((size + 15) & ~(size_t)15) + BOOT_HEADER, at;

	if (size > ARENA_BOOT_POOL)
		return NULL;
	at = __atomic_fetch_add(&boot_used, need, __ATOMIC_RELAXED);
	if (at + need > ARENA_BOOT_POOL)
		return NULL;
	*(size_t *)(arena_boot_pool + at) = need - BOOT_HEADER;
	return arena_boot_pool + at + BOOT_HEADER;
}

size_t arena_boot_size(const void *p)
{
	return *(const size_t *)((const char *)p - BOOT_HEADER);
}
