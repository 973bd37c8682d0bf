/* SPDX-License-Identifier: MIT */
/*
 * v_qsort.c - callbacks of the C library that allocate: qsort, bsearch, tsearch,
 * nftw's cousins by way of twalk.  The frames between are the library's own.
 */
#include <search.h>

#include "truth.h"

static unsigned long compared, found, walked;

static NOINLINE void *in_compare(void)
{
	compared++;
	return counted(malloc(17), 17);
}

static NOINLINE void *in_search(void)
{
	found++;
	return counted(malloc(19), 19);
}

static NOINLINE void *in_walk(void)
{
	walked++;
	return counted(malloc(23), 23);
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	drop(in_compare(), 17);
	return (x > y) - (x < y);
}

static int search(const void *a, const void *b)
{
	drop(in_search(), 19);
	return *(const int *)a - *(const int *)b;
}

static int compare_outer(const void *a, const void *b)
{
	int v[] = { 3, 17, 1 };

	qsort(v, 3, sizeof(*v), compare);
	return compare(a, b);
}

static void visit(const void *node, VISIT which, int depth)
{
	(void)node, (void)depth;
	if (which == preorder || which == leaf)
		in_walk();
}

int main(void)
{
	static int v[500];
	void *root = NULL;
	int key = 250;

	for (int i = 0; i < 500; i++)
		v[i] = i * 7919 % 500;
	qsort(v, 500, sizeof(*v), compare);
	for (int i = 0; i < 500; i++)
		expect(v[i] == i);
	qsort(v, 40, sizeof(*v), compare_outer);
	expect(bsearch(&key, v, 500, sizeof(*v), search) == &v[250]);
	for (int i = 0; i < 100; i++)
		tsearch(&v[i], &root, search);
	twalk(root, visit);
	say(1, "compared %lu found %lu walked %lu\n", compared, found, walked);
	truth_site("in_compare", compared, compared * 17, 0, 0);
	truth_site("in_search", found, found * 19, 0, 0);
	truth_site("in_walk", walked, walked * 23, walked, walked * 23);
	return 0;
}
