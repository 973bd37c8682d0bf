/* SPDX-License-Identifier: MIT */
/* branches.c - a doc's tree as rows for people. */
#include "render/branches.h"

#include <stdlib.h>

#include "util/xalloc.h"

static int64_t magnitude(int64_t n)
{
	return n < 0 ? -n : n;
}

/* What branches are made from, node by node. */
struct growth {
	const struct doc_tree *tree;
	int64_t least;
	bool *shown;
	size_t *children; /* shown ones */
	size_t *only;	  /* the last of them */
	size_t *branch;
};

/*
 * What was left out is only told when it stands beside something that was not.
 */
static bool is_shown(const struct growth *g, size_t i)
{
	const struct doc_node *node = &g->tree->nodes[i];

	if (!node->total || magnitude(node->total) < g->least)
		return false;
	if (node->hidden && i && node->parent == i - 1)
		return false;
	return node->parent == DOC_NO_PARENT || g->shown[node->parent];
}

/* Does the node hand all but a little on to its only child? */
static bool hands_on(const struct growth *g, size_t i)
{
	const struct doc_node *node = &g->tree->nodes[i], *child = &g->tree->nodes[g->only[i]];
	int64_t kept;

	if (g->children[i] != 1 || child->hidden)
		return false;
	kept = magnitude(node->total - child->total);
	return !kept || kept < g->least;
}

static void look(struct growth *g, int64_t *all)
{
	for (size_t i = 0; i < g->tree->n_nodes; i++) {
		size_t parent = g->tree->nodes[i].parent;

		g->shown[i] = is_shown(g, i);
		if (parent == DOC_NO_PARENT) {
			*all += g->tree->nodes[i].total;
		} else if (g->shown[i]) {
			g->children[parent]++;
			g->only[parent] = i;
		}
	}
}

static void grow(struct growth *g, struct branches *b, size_t i)
{
	size_t parent = g->tree->nodes[i].parent;
	struct branch *branch;

	if (parent != DOC_NO_PARENT && hands_on(g, parent)) {
		g->branch[i] = g->branch[parent];
		branch = &b->v[g->branch[i]];
		branch->last = i;
		branch->n++;
		return;
	}
	g->branch[i] = b->n;
	branch = &b->v[b->n++];
	*branch = (struct branch){ .first = i, .last = i, .n = 1, .parent = NO_BRANCH };
	if (parent == DOC_NO_PARENT)
		return;
	branch->parent = g->branch[parent];
	branch->level = b->v[branch->parent].level + 1;
}

/* From the end: the first one met is the last that grows from its branch. */
static void mark_last(struct branches *b)
{
	bool *followed = xcalloc(b->n + 1, sizeof(*followed)), root = false;

	for (size_t i = b->n; i--;) {
		size_t parent = b->v[i].parent;
		bool *seen = parent == NO_BRANCH ? &root : &followed[parent];

		b->v[i].is_last = !*seen;
		*seen = true;
	}
	free(followed);
}

void branches_init(struct branches *b, const struct doc_tree *tree, int64_t least)
{
	size_t n = tree->n_nodes + 1;
	struct growth g = {
		.tree = tree,
		.least = least,
		.shown = xcalloc(n, sizeof(*g.shown)),
		.children = xcalloc(n, sizeof(*g.children)),
		.only = xcalloc(n, sizeof(*g.only)),
		.branch = xcalloc(n, sizeof(*g.branch)),
	};

	*b = (struct branches){ .tree = tree };
	b->v = xcalloc(n, sizeof(*b->v));
	look(&g, &b->all);
	for (size_t i = 0; i < tree->n_nodes; i++)
		if (g.shown[i])
			grow(&g, b, i);
	mark_last(b);
	free(g.shown);
	free(g.children);
	free(g.only);
	free(g.branch);
}

void branches_release(struct branches *b)
{
	free(b->v);
	*b = (struct branches){ .v = NULL };
}
