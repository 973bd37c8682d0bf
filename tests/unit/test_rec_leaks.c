/* SPDX-License-Identifier: MIT */
/*
 * The parts of a leak check: blocks as bits against a sorted list, lines of
 * /proc/self/maps, and pointers into the middle that own their block.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "leak_blocks.h"
#include "leak_maps.h"
#include "leak_pages.h"
#include "leak_words.h"

#define BLOCKS 20000

static struct {
	uintptr_t start;
	size_t size;
} list[BLOCKS];

static size_t size_of(void *ctx, uintptr_t p)
{
	size_t low = 0, high = BLOCKS;

	(void)ctx;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (list[mid].start < p)
			low = mid + 1;
		else
			high = mid;
	}
	cr_assert_eq(list[low].start, p);
	return list[low].size;
}

/* What the bits must say, by the list: the last start at or before p. */
static uintptr_t before(uintptr_t p)
{
	size_t low = 0, high = BLOCKS;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (list[mid].start <= p)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? list[low - 1].start : 0;
}

/* Blocks of all sizes, some over several leaves, with gaps of all sizes. */
static void fill(struct leak_blocks *blocks, unsigned int shift)
{
	uintptr_t at = (uintptr_t)0x550000000000, granule = (uintptr_t)1 << shift;

	srand(7);
	cr_assert_eq(leak_blocks_init(blocks, shift, 0), 0);
	for (int i = 0; i < BLOCKS; i++) {
		unsigned int kind = (unsigned int)rand() % 1000;

		at += (uintptr_t)(rand() % 4) << shift;
		if (kind == 0)
			at += (uintptr_t)1 << (20 + rand() % 12);
		list[i].start = at;
		list[i].size = kind == 1   ? (size_t)1 << (16 + rand() % 13)
			       : kind < 50 ? (size_t)rand() % 100000
					   : (size_t)rand() % 200;
		at += (list[i].size + granule) & ~(granule - 1);
		leak_blocks_add(blocks, list[i].start);
	}
	leak_blocks_done(blocks, size_of, NULL);
	cr_assert(!blocks->full);
	cr_assert_eq(blocks->n, BLOCKS);
}

static void look(unsigned int shift)
{
	struct leak_blocks blocks;

	fill(&blocks, shift);
	for (int i = 0; i < BLOCKS; i++) {
		uintptr_t p = list[i].start;

		cr_assert(leak_is_start(&blocks, p));
		cr_assert(!leak_is_start(&blocks, p + 1));
		cr_assert_eq(leak_blocks_before(&blocks, p), p);
		if (list[i].size)
			cr_assert_eq(leak_blocks_before(&blocks, p + list[i].size - 1), p);
		if (i)
			cr_assert_eq(leak_blocks_before(&blocks, p - 1), list[i - 1].start);
		if (i + 1 < BLOCKS)
			cr_assert_eq(leak_blocks_after(&blocks, p + 1, UINTPTR_MAX / 2),
				     list[i + 1].start);
		cr_assert_eq(leak_blocks_after(&blocks, p + 1, p + 2), p + 2);
	}
	for (int i = 0; i < 100000; i++) {
		uintptr_t p = list[0].start + ((uintptr_t)rand() << 12 | (uintptr_t)rand() % 4096) %
						      (list[BLOCKS - 1].start - list[0].start);

		/* Where no leaf is there is no block either. */
		if (leak_leaf_of(&blocks, p))
			cr_assert_eq(leak_blocks_before(&blocks, p), before(p));
		else
			cr_assert(before(p) + size_of(NULL, before(p)) <= p);
	}
	leak_blocks_release(&blocks);
}

Test(leaks, blocks_of_16)
{
	look(4);
}

Test(leaks, blocks_of_8)
{
	look(3);
}

Test(leaks, hold)
{
	struct leak_bits bits = { 0 };

	for (int hold = 0; hold < LEAK_HOLDS; hold++) {
		leak_set(&bits, 4, (enum leak_hold)hold);
		leak_set(&bits, 8, LEAK_POSSIBLE);
		cr_assert_eq(leak_get(&bits, 4), (enum leak_hold)hold);
		cr_assert_eq(leak_get(&bits, 8), LEAK_POSSIBLE);
		cr_assert_eq(leak_get(&bits, 16), LEAK_UNREACHED);
	}
}

static struct leak_map parsed(const char *line)
{
	struct leak_map map;

	cr_assert(leak_map_parse(&map, line, line + strlen(line)), "%s", line);
	return map;
}

Test(leaks, maps)
{
	struct leak_map m = parsed("7f7745719000-7f774571d000 rw-p 001cf000 fe:00 332835     "
				   "   /usr/lib/x86_64-linux-gnu/libc.so.6");
	static const char *const bad[] = { "",
					   "x",
					   "7f77-",
					   "7f77-7f78",
					   "7f77-7f78 rw",
					   "7f77-7f78 rw-p 0",
					   "7f77-7f78 rw-p 0 0:0" };

	cr_assert_eq(m.start, 0x7f7745719000);
	cr_assert_eq(m.end, 0x7f774571d000);
	cr_assert_eq(m.offset, 0x1cf000);
	cr_assert_eq(m.inode, 332835);
	cr_assert_eq(m.flags, LEAK_READ | LEAK_WRITE | LEAK_RUNTIME);
	cr_assert_eq(parsed("1000-2000 r-xs 00000000 00:01 7 /dev/shm/x y").flags,
		     LEAK_READ | LEAK_EXEC | LEAK_SHARED | LEAK_MEMORY);
	cr_assert_eq(parsed("1000-2000 rw-p 00000000 00:00 0 [heap]").flags,
		     LEAK_READ | LEAK_WRITE | LEAK_HEAP);
	cr_assert_eq(parsed("1000-2000 ---p 00000000 00:00 0 ").flags, 0);
	cr_assert_eq(parsed("1000-2000 rw-p 0 0:0 9 /lib64/ld-linux-x86-64.so.2").flags,
		     LEAK_READ | LEAK_WRITE | LEAK_RUNTIME | LEAK_LOADER);
	cr_assert_eq(parsed("1000-2000 rw-p 0 0:0 9 /opt/libcurl.so.4").flags,
		     LEAK_READ | LEAK_WRITE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert(!leak_map_parse(&m, bad[i], bad[i] + strlen(bad[i])), "%s", bad[i]);
}

Test(leaks, maps_of_this_process)
{
	struct leak_maps maps;
	static int variable;

	cr_assert_eq(leak_maps_read(&maps), 0);
	cr_assert_gt(maps.n, 10);
	for (size_t i = 1; i < maps.n; i++)
		cr_assert_geq(maps.v[i].start, maps.v[i - 1].end);
	cr_assert(leak_maps_find(&maps, (uintptr_t)&variable)->flags & LEAK_WRITE);
	cr_assert(leak_maps_find(&maps, (uintptr_t)&leak_maps_read)->flags & LEAK_EXEC);
	cr_assert_null(leak_maps_find(&maps, 64));
}

/* Two tables of functions, as the two bases of an object would have. */
static const void *const table[] = { NULL, (const void *)&abort, (const void *)&exit };

Test(leaks, owners)
{
	struct leak_maps maps;
	uint64_t words[16] = { 0 };
	uintptr_t p = (uintptr_t)words;
	uintptr_t tables = (uintptr_t)table;

	cr_assert_eq(leak_maps_read(&maps), 0);
	cr_assert(!leak_word_is_owner(&maps, p + 8, p, 128));
	words[0] = 5; /* elements of 24 bytes */
	cr_assert(leak_word_is_owner(&maps, p + 8, p, 8 + 5 * 24));
	cr_assert(!leak_word_is_owner(&maps, p + 8, p, 8 + 5 * 24 - 8));
	cr_assert(!leak_word_is_owner(&maps, p + 16, p, 8 + 5 * 24));
	words[0] = 100; /* the length of the rest */
	cr_assert(leak_word_is_owner(&maps, p + 8, p, 108));
	words[0] = 3; /* length, capacity, references, characters */
	words[1] = 9;
	cr_assert(leak_word_is_owner(&maps, p + 24, p, 24 + 9 + 1));
	cr_assert(!leak_word_is_owner(&maps, p + 24, p, 24 + 9 + 2));
	words[0] = 10;
	cr_assert(!leak_word_is_owner(&maps, p + 24, p, 24 + 9 + 1));
	words[0] = tables;
	words[4] = tables;
	cr_assert(leak_word_is_owner(&maps, p + 32, p, 128));
	cr_assert(!leak_word_is_owner(&maps, p + 40, p, 128));
	words[0] = 0;
	cr_assert(!leak_word_is_owner(&maps, p + 32, p, 128));
}

Test(leaks, pages)
{
	const size_t len = 64 << 20;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t start = (uintptr_t)p, end = start + len, at, to;
	struct leak_pages pages;

	cr_assert_neq(p, MAP_FAILED);
	madvise(p, len, MADV_NOHUGEPAGE);
	p[5 << 20] = 1;
	p[(40 << 20) + 4096] = 1;
	p[40 << 20] = 1;
	leak_pages_open(&pages);
	cr_assert_geq(pages.fd, 0);
	at = leak_pages_next(&pages, start, end, &to);
	cr_assert_eq(at, start + (5 << 20));
	cr_assert_eq(to, at + 4096);
	at = leak_pages_next(&pages, to, end, &to);
	cr_assert_eq(at, start + (40 << 20));
	cr_assert_eq(to, at + 8192);
	at = leak_pages_next(&pages, to, end, &to);
	cr_assert_eq(at, end);
	cr_assert_eq(to, end);
	leak_pages_close(&pages);
	munmap(p, len);
}
