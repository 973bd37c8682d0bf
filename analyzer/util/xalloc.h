/* SPDX-License-Identifier: MIT */
/*
 * xalloc.h - memory that is always there: these print one line and exit with
 * status 4 when the system has none left.  Release with free().
 */
#ifndef ANALYZER_UTIL_XALLOC_H
#define ANALYZER_UTIL_XALLOC_H

#include <stddef.h>

#define XALLOC_EXIT 4

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *ptr, size_t size);

/* Dies on overflow of n * size, too. */
void *xreallocarray(void *ptr, size_t n, size_t size);

/* NULL gives NULL, so that optional strings need no test at each copy. */
char *xstrdup(const char *text);

/* The first `len` bytes (fewer when a NUL comes before). */
char *xstrndup(const char *text, size_t len);

char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Make room for one more item: `v` is a pointer to the items, `n` how many are
 * in use, `alloc` how many fit.  Grows by half, so n pushes cost O(n).
 */
#define XGROW(v, n, alloc)                                                  \
	do {                                                                \
		if ((n) == (alloc)) {                                       \
			(alloc) = (alloc) ? (alloc) + (alloc) / 2 + 1 : 16; \
			(v) = xreallocarray((v), (alloc), sizeof(*(v)));    \
		}                                                           \
	} while (0)

#endif
