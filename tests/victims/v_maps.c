/* SPDX-License-Identifier: MIT */
/*
 * v_maps.c - pages: mapped, unmapped in part, grown and moved, replaced in
 * place, and failing.  They are a kind of their own beside the heap's totals.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "truth.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define P 4096UL

static NOINLINE char *map(size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static NOINLINE char *map_file(size_t len, int fd)
{
	return mmap64(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
}

static NOINLINE char *map_over(char *at, size_t len)
{
	return mmap(at, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static NOINLINE char *grow(char *p, size_t old, size_t len)
{
	return mremap(p, old, len, MREMAP_MAYMOVE);
}

int main(void)
{
	char *a = map(100 * P), *b = map(7 * P - 100), *c = map(50 * P), *d, *reserved;
	int fd = open("/proc/self/exe", O_RDONLY);

	expect(a != MAP_FAILED && b != MAP_FAILED && c != MAP_FAILED);
	memset(a, 1, 100 * P);
	memset(c, 3, 50 * P);
	/* A hole, an end, a beginning. */
	expect(munmap(a + 40 * P, 20 * P) == 0);
	expect(munmap(a + 90 * P, 10 * P) == 0);
	expect(munmap(a, 10 * P) == 0);
	expect(a[10 * P] == 1 && a[60 * P] == 1);
	/* Grown, with its contents; wherever it lies now. */
	c = grow(c, 50 * P, 300 * P);
	expect(c != MAP_FAILED && c[50 * P - 1] == 3 && c[300 * P - 1] == 0);
	c = grow(c, 300 * P, 20 * P);
	expect(c != MAP_FAILED && c[20 * P - 1] == 3);
	/* To a place that was asked for. */
	reserved = map(32 * P);
	d = mremap(b, 7 * P, 9 * P, MREMAP_MAYMOVE | MREMAP_FIXED, reserved + 4 * P);
	expect(d == reserved + 4 * P);
	/* Over a part of what is there. */
	expect(map_over(reserved + 20 * P, 4 * P) == reserved + 20 * P);
	/* A file's pages. */
	expect(fd >= 0);
	d = map_file(2 * P, fd);
	expect(d != MAP_FAILED && memcmp(d, "\177ELF", 4) == 0);
	expect(munmap(d, 2 * P) == 0);
	/* In vain. */
	errno = 0;
	expect(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	       errno == EINVAL);
	errno = 0;
	expect(map_file(P, 10000) == MAP_FAILED && errno == EBADF);
	errno = 0;
	expect(grow(c + 1, 20 * P, 30 * P) == MAP_FAILED && errno == EINVAL);
	errno = 0;
	expect(munmap(c + 1, P) == -1 && errno == EINVAL);
	expect(c[0] == 3);
	/* Moved away, and yet still there; older kernels do not know how. */
	d = mremap(c, 20 * P, 20 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	if (d != MAP_FAILED) {
		expect(c[0] == 0 && d[0] == 3);
		expect(munmap(c, 20 * P) == 0);
		c = d;
	}
	/*
	 * Still mapped: 60 pages of a, 20 of c, 9 moved onto the reserve, which keeps
	 * 32 - 9 of its own less the 4 that were mapped over.
	 */
	drop(counted(malloc(100), 100), 100);
	say(1, "done\n");
	truth_write();
	truth_say("mmap live_bytes", (60 + 20 + 9 + 32 - 9) * P);
	return 0;
}
