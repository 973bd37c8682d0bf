/* SPDX-License-Identifier: MIT */
/*
 * b_heap.c - a large heap that is held to the end, for the leak check: SHAPE MIB.
 *
 *   list      one list of small blocks, in the order of addresses
 *   shuffled  the same list in random order: one block after the other, far apart
 *   graph     small blocks with pointers to four random others
 *   tree      a tree that is sorted by random keys
 *   buffers   blocks of 64 KiB with a pointer a line
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE 48 /* 64 bytes in the heap of the C library, less its header */

struct node {
	struct node *next[4];
	uint64_t key;
};

static void *volatile root;

static uint64_t seed = 88172645463325252u;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static struct node *make(void)
{
	struct node *n = malloc(NODE);

	if (!n)
		exit(1);
	memset(n, 0, NODE);
	return n;
}

static void build_list(size_t n, int shuffled, int graph)
{
	struct node **v = malloc(n * sizeof(*v));

	if (!v)
		exit(1);
	for (size_t i = 0; i < n; i++)
		v[i] = make();
	for (size_t i = n - 1; shuffled && i; i--) {
		size_t k = random_number() % (i + 1);
		struct node *swap = v[i];

		v[i] = v[k];
		v[k] = swap;
	}
	for (size_t i = 0; i + 1 < n; i++)
		v[i]->next[0] = v[i + 1];
	for (size_t i = 0; graph && i < n; i++)
		for (int k = 1; k < 4; k++)
			v[i]->next[k] = v[random_number() % n];
	root = v[0];
	free(v);
}

static void build_tree(size_t n)
{
	struct node *top = NULL;

	for (size_t i = 0; i < n; i++) {
		struct node **at = &top;
		uint64_t key = random_number();

		while (*at)
			at = &(*at)->next[key > (*at)->key];
		*at = make();
		(*at)->key = key;
	}
	root = top;
}

static void build_buffers(size_t bytes)
{
	size_t n = bytes / 65536;
	void **v = malloc(n * sizeof(*v));

	for (size_t i = 0; v && i < n; i++) {
		v[i] = calloc(1, 65536 - 16);
		for (size_t k = 0; v[i] && k + 64 < 65536; k += 64)
			*(void **)((char *)v[i] + k) = v[random_number() % (i + 1)];
	}
	root = v;
}

int main(int argc, char **argv)
{
	const char *shape = argc > 1 ? argv[1] : "list";
	size_t bytes = (size_t)(argc > 2 ? atoi(argv[2]) : 16) << 20, n = bytes / 64;

	if (!strcmp(shape, "tree"))
		build_tree(n);
	else if (!strcmp(shape, "buffers"))
		build_buffers(bytes);
	else
		build_list(n, strcmp(shape, "list") != 0, !strcmp(shape, "graph"));
	return 0;
}
