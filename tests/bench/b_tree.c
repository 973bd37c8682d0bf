/* SPDX-License-Identifier: MIT */
/*
 * b_tree.c - random binary trees built and torn down by recursion, as parsers
 * do: every node is allocated at its own depth, by a path that few others have.
 * build: -O2
 *
 *   b_tree NODES NODES-OF-A-TREE
 */
#include "bench.h"

struct node {
	struct node *left, *right;
	long value;
};

static uint64_t seed = 1;

/* The left side gets a fifth of the nodes on average: deep, not degenerate. */
static NOINLINE struct node *build(long n)
{
	struct node *node;
	long left;

	if (n <= 0)
		return NULL;
	node = bench_alive(malloc(sizeof(*node)));
	left = (long)((double)(n - 1) * (double)(bench_random(&seed) >> 40) / (1 << 24) * 0.4);
	node->value = n;
	node->left = build(left);
	NO_TAIL_CALL;
	node->right = build(n - 1 - left);
	NO_TAIL_CALL;
	return node;
}

static NOINLINE void tear_down(struct node *node)
{
	if (!node)
		return;
	tear_down(node->left);
	tear_down(node->right);
	free(node);
	NO_TAIL_CALL;
}

int main(int argc, char **argv)
{
	long nodes = bench_arg(argc, argv, 1, 1000000), tree = bench_arg(argc, argv, 2, 20000);

	for (; nodes > 0; nodes -= tree)
		tear_down(build(tree < nodes ? tree : nodes));
	return 0;
}
