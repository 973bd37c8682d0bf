/* SPDX-License-Identifier: MIT */
/*
 * v_realloc.c - blocks that change size: in place, moved, to nothing, from
 * nothing, and in vain.  A realloc that succeeds is a release and an
 * allocation, one that fails is neither and leaves the block as it was.  With the
 * argument `any` only what holds for every allocator.
 *
 * build: -fno-builtin -Wno-alloc-size-larger-than -Wno-use-after-free
 */
#include <errno.h>
#include <string.h>

#include "truth.h"

#define TOO_MUCH (SIZE_MAX / 2 + 1)

/* Filled with something that depends on the place, so that a wrong copy shows. */
static void fill(unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (unsigned char)(i * 7 + size);
}

static int filled(const unsigned char *p, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (unsigned char)(i * 7 + size))
			return 0;
	return 1;
}

static NOINLINE void steps(const size_t *sizes, size_t n)
{
	size_t now = sizes[0];
	unsigned char *p = counted(malloc(now), now);
	/* Something behind the block now and then, so that it has to move. */
	void *wall = NULL;

	fill(p, now);
	for (size_t i = 1; i < n; i++) {
		if (i % 3 == 0)
			wall = counted(malloc(40), 40);
		p = resized(p, now, sizes[i]);
		expect(p && filled(p, now < sizes[i] ? now : sizes[i], now));
		fill(p, now = sizes[i]);
		if (i % 3 == 2) {
			drop(wall, 40);
			wall = NULL;
		}
	}
	if (wall)
		drop(wall, 40);
	drop(p, now);
}

static NOINLINE void in_vain(int any)
{
	unsigned char *p = counted(malloc(1000), 1000);
	void *q;

	fill(p, 1000);
	errno = 0;
	q = resized(p, 1000, TOO_MUCH);
	expect(!q && (any || errno == ENOMEM) && filled(p, 1000, 1000));
	errno = 0;
	q = keep(reallocarray(p, SIZE_MAX / 4, 8));
	expect(!q && (any || errno == ENOMEM) && filled(p, 1000, 1000));
	errno = 0;
	q = resized(NULL, 0, TOO_MUCH);
	expect(!q && (any || errno == ENOMEM));
	/* After all that it is known as before. */
	p = resized(p, 1000, 2000);
	expect(filled(p, 1000, 1000));
	drop(p, 2000);
}

static NOINLINE void to_and_from_nothing(void)
{
	void *p = resized(NULL, 0, 100);

	expect(p);
	/* This library releases the block and returns nothing. */
	uncounted((uintptr_t)p, 100);
	expect(keep(realloc(p, 0)) == NULL);
	p = resized(NULL, 0, 0);
	expect(p);
	p = resized(p, 0, 10);
	expect(p);
	drop(p, 10);
	p = counted(reallocarray(NULL, 10, 20), 200);
	expect(p);
	uncounted((uintptr_t)p, 200);
	p = counted(reallocarray(p, 30, 20), 600);
	expect(p);
	uncounted((uintptr_t)p, 600);
	expect(keep(reallocarray(p, 0, 20)) == NULL);
}

/* Blocks of a strict alignment, and of those that are mapped on their own. */
static NOINLINE void odd_blocks(void)
{
	unsigned char *p = counted(aligned_alloc(4096, 4096), 4096);

	fill(p, 4096);
	p = resized(p, 4096, 9000);
	expect(filled(p, 4096, 4096));
	drop(p, 9000);
	p = counted(malloc(1 << 20), 1 << 20);
	fill(p, 1 << 20);
	p = resized(p, 1 << 20, 5 << 20);
	expect(filled(p, 1 << 20, 1 << 20));
	p = resized(p, 5 << 20, 100);
	expect(filled(p, 100, 1 << 20));
	drop(p, 100);
}

int main(int argc, char **argv)
{
	/* Another allocator may do otherwise in odd cases. */
	int any = argc > 1 && !strcmp(argv[1], "any");
	static const size_t mixed[] = { 1,	24, 25,	    24, 200, 100, 10,	   5000, 4999,
					100000, 30, 200000, 7,	8,   9,	  3000000, 50 };
	size_t growing[200];

	for (size_t i = 0; i < 200; i++)
		growing[i] = 13 * i + 1;
	steps(mixed, sizeof(mixed) / sizeof(*mixed));
	steps(growing, 200);
	in_vain(any);
	if (!any)
		to_and_from_nothing();
	odd_blocks();
	say(1, "all as it should be\n");
	truth_write();
	return 0;
}
