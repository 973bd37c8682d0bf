/* SPDX-License-Identifier: MIT */
/*
 * v_family.c - every C function that allocates, asks and releases, with the
 * arguments at the edge: nothing, too much, a product that overflows, an
 * alignment that is none.  Results, alignment, contents and errno must be what
 * the C library says, whoever listens.
 *
 * build: -fno-builtin -Wno-alloc-size-larger-than
 */
#include <errno.h>
#include <malloc.h>
#include <wchar.h>

#include "truth.h"

#define HUGE_SIZE (SIZE_MAX / 2 + 1)
#define ALIGNED(p, align) (((uintptr_t)(p) & ((align)-1)) == 0)
#define KEPT 4711 /* errno of before: a call that succeeds leaves it alone */

/* A block that must be there, at its alignment and writable to its end. */
static void *block(void *p, size_t size, size_t align)
{
	expect(p != NULL && errno == KEPT);
	expect(ALIGNED(p, align));
	expect(malloc_usable_size(p) >= size);
	memset(p, 0x5a, size);
	return p;
}

#define FAILS(call, err)                    \
	do {                                \
		errno = 0;                  \
		expect(keep(call) == NULL); \
		expect(errno == (err));     \
		errno = KEPT;               \
	} while (0)

static NOINLINE void plain(void)
{
	void *p = block(counted(malloc(0), 0), 0, 16), *q = block(counted(malloc(0), 0), 0, 16);
	unsigned char *zeroed;

	expect(p != q);
	drop(p, 0);
	drop(q, 0);
	for (size_t size = 1; size < 300000; size = size * 3 + 1)
		drop(block(counted(malloc(size), size), size, 16), size);
	FAILS(malloc(HUGE_SIZE), ENOMEM);
	FAILS(malloc(SIZE_MAX), ENOMEM);
	zeroed = counted(calloc(33, 31), 33 * 31);
	for (size_t i = 0; i < 33 * 31; i++)
		expect(zeroed[i] == 0);
	drop(zeroed, 33 * 31);
	drop(block(counted(calloc(0, 5), 0), 0, 16), 0);
	drop(block(counted(calloc(5, 0), 0), 0, 16), 0);
	FAILS(calloc(SIZE_MAX / 2, 3), ENOMEM);
	FAILS(calloc(3, SIZE_MAX / 2), ENOMEM);
	FAILS(calloc((size_t)1 << 32, (size_t)1 << 32), ENOMEM);
}

/* An alignment no compiler sees through: clang 14 breaks down over a constant that is none. */
static size_t odd(size_t align)
{
	__asm__("" : "+r"(align));
	return align;
}

static NOINLINE void aligned(void)
{
	size_t page = (size_t)getpagesize();
	void *p = NULL;

	for (size_t align = 8; align <= 1 << 16; align *= 2) {
		drop(block(counted(memalign(align, 100), 100), 100, align), 100);
		drop(block(counted(aligned_alloc(align, align), align), align, align), align);
		p = &p;
		expect(posix_memalign(&p, align, 77) == 0);
		drop(block(counted(p, 77), 77, align), 77);
		p = &p;
		expect(posix_memalign(&p, align, 0) == 0);
		drop(counted(p, 0), 0);
	}
	/* posix_memalign tells by its result, and leaves errno and *out alone. */
	p = &p;
	expect(posix_memalign(&p, 0, 100) == EINVAL && p == &p && errno == KEPT);
	expect(posix_memalign(&p, 4, 100) == EINVAL && p == &p && errno == KEPT);
	expect(posix_memalign(&p, 24, 100) == EINVAL && p == &p && errno == KEPT);
	expect(posix_memalign(&p, 64, HUGE_SIZE) == ENOMEM && p == &p);
	errno = KEPT;
	FAILS(memalign(64, SIZE_MAX - 10), ENOMEM);
	FAILS(memalign(odd(HUGE_SIZE + 1), 10), EINVAL);
	FAILS(aligned_alloc(64, SIZE_MAX - 63), ENOMEM);
	/* An alignment that is no power of two is rounded up by this library. */
	drop(block(counted(memalign(odd(48), 10), 10), 10, 64), 10);
	drop(block(counted(memalign(odd(0), 10), 10), 10, 16), 10);
	drop(block(counted(valloc(10), 10), 10, page), 10);
	drop(block(counted(valloc(0), 0), 0, page), 0);
	drop(block(counted(pvalloc(10), 10), page, page), 10);
	drop(block(counted(pvalloc(page + 1), page + 1), 2 * page, page), page + 1);
	FAILS(valloc(SIZE_MAX - 10), ENOMEM);
	FAILS(pvalloc(SIZE_MAX - 10), ENOMEM);
}

/* Names that only some C libraries have; free() is what they stand for. */
extern void free_sized(void *p, size_t size) __attribute__((weak));
extern void free_aligned_sized(void *p, size_t align, size_t size) __attribute__((weak));
/* For old programs only: the linker does not find it unless it is told the version. */
extern void old_cfree(void *p) __attribute__((weak));
__asm__(".symver old_cfree, cfree@GLIBC_2.2.5");

static NOINLINE void released(void)
{
	void *p[3] = { counted(malloc(50), 50), counted(malloc(60), 60),
		       counted(aligned_alloc(64, 128), 128) };

	errno = KEPT;
	free(NULL);
	expect(old_cfree != NULL);
	uncounted((uintptr_t)p[0], 50);
	old_cfree(p[0]);
	old_cfree(NULL);
	uncounted((uintptr_t)p[1], 60);
	if (free_sized) {
		free_sized(p[1], 60);
		free_sized(NULL, 0);
	} else {
		free(p[1]);
	}
	uncounted((uintptr_t)p[2], 128);
	if (free_aligned_sized) {
		free_aligned_sized(p[2], 64, 128);
		free_aligned_sized(NULL, 64, 0);
	} else {
		free(p[2]);
	}
	expect(errno == KEPT);
	expect(malloc_usable_size(NULL) == 0);
}

static NOINLINE void copied(void)
{
	char *s = counted(strdup("a copy"), 7), *n = counted(strndup("a copy", 3), 4);
	wchar_t *w = counted(wcsdup(L"wide"), 5 * sizeof(wchar_t));

	expect(strcmp(s, "a copy") == 0 && strcmp(n, "a c") == 0 && wcscmp(w, L"wide") == 0);
	drop(s, 7);
	drop(n, 4);
	drop(w, 5 * sizeof(wchar_t));
}

int main(void)
{
	errno = KEPT;
	plain();
	aligned();
	copied();
	released();
	say(1, "all as it should be\n");
	truth_write();
	return 0;
}
