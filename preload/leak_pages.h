/* SPDX-License-Identifier: MIT */
/*
 * leak_pages.h - which pages of a private mapping have something behind them.
 * Floor: leaks.
 *
 * Programs reserve far more than they touch.  A window over /proc/self/pagemap
 * tells what need not be read; without it every page counts as touched.
 */
#ifndef PRELOAD_LEAK_PAGES_H
#define PRELOAD_LEAK_PAGES_H

#include <stddef.h>
#include <stdint.h>

struct leak_pages {
	int fd;		   /* negative: not to be had */
	uintptr_t page;	   /* number of the first page in the window */
	size_t n;	   /* pages in it */
	uint64_t *entries; /* as the kernel gives them */
};

void leak_pages_open(struct leak_pages *pages);
void leak_pages_close(struct leak_pages *pages);

/* The first byte at or after `at` that may be other than zero, or `end`; and in *to
 * where that stops being so. */
uintptr_t leak_pages_next(struct leak_pages *pages, uintptr_t at, uintptr_t end, uintptr_t *to);

#endif
