/* SPDX-License-Identifier: MIT */
/*
 * v_bad_frees.c - releases that are wrong, one kind a run: what the C library does
 * about them is its own affair.  With "fine" what only looks like one.
 *
 * build: -Wno-free-nonheap-object -Wno-use-after-free
 */
#include "truth.h"

static char variable[64];

static NOINLINE void *made(size_t size)
{
	return keep(malloc(size));
}

static NOINLINE void released(void *p)
{
	free(keep(p));
	keep(&p);
}

static NOINLINE void again(void *p)
{
	free(keep(p));
	keep(&p);
}

/* The same address, given out and released over and over. */
static NOINLINE void fine(void)
{
	for (int i = 0; i < 100000; i++) {
		void *p = made(24 + i % 64), *q = made(1000);

		p = keep(realloc(p, 48));
		released(p);
		q = keep(realloc(q, 100000));
		released(q);
		released(NULL);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "fine";
	char local[64];
	void *p = made(40), *other = made(40);

	if (!strcmp(what, "fine")) {
		fine();
	} else if (!strcmp(what, "double")) {
		released(p);
		released(other);
		again(p);
	} else if (!strcmp(what, "resized")) {
		released(p);
		keep(realloc(keep(p), 80));
	} else if (!strcmp(what, "interior")) {
		again((char *)p + 16);
	} else if (!strcmp(what, "variable")) {
		again(variable + 16);
	} else if (!strcmp(what, "stack")) {
		again(local + 16);
	}
	return 0;
}
