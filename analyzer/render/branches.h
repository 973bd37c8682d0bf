/* SPDX-License-Identifier: MIT */
/*
 * branches.h - a doc's tree as rows for people: who shares a row, who is too
 * small to have one.
 */
#ifndef ANALYZER_RENDER_BRANCHES_H
#define ANALYZER_RENDER_BRANCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc/doc.h"

#define NO_BRANCH SIZE_MAX

/*
 * A chain of nodes, each of which hands all but a little on to the next one
 * alone; mostly it is just one node.
 */
struct branch {
	size_t first, last; /* nodes of the doc's tree; by parents one comes from last to first */
	size_t n;	    /* nodes in it */
	size_t parent;	    /* the branch it grows from, or NO_BRANCH */
	size_t level;	    /* branches below it */
	bool is_last;	    /* no other follows that grows from the same one */
};

struct branches {
	const struct doc_tree *tree;
	struct branch *v; /* in preorder */
	size_t n;
	int64_t all; /* sum of the roots */
};

/* Nodes below `least` have no branch, nor has what grows from them. */
void branches_init(struct branches *branches, const struct doc_tree *tree, int64_t least);
void branches_release(struct branches *branches);

#endif
