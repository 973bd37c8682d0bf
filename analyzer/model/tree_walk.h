/* SPDX-License-Identifier: MIT */
/*
 * tree_walk.h - the tree of calls behind some stacks, walked depth first: what is
 * summed up takes time for each node once, however deep the stacks are and however
 * many have their outer frames in common.
 */
#ifndef ANALYZER_MODEL_TREE_WALK_H
#define ANALYZER_MODEL_TREE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

struct tree_walk_node {
	bool is_in;		 /* it is among its parent's children */
	uint32_t child, sibling; /* nodes; 0 for none */
};

struct tree_walk {
	struct tree_walk_node *nodes; /* as the model's */
};

void tree_walk_init(struct tree_walk *walk, const struct model *model);
void tree_walk_release(struct tree_walk *walk);

/*
 * Put a node into the tree, below `parent` (0: it is outermost), which is put there, too,
 * sooner or later.  False when it is in already.
 */
bool tree_walk_put(struct tree_walk *walk, uint32_t node, uint32_t parent);

/* What is done at a node before those below it and after them. */
struct tree_walk_steps {
	void (*enter)(void *ctx, uint32_t node);
	/* `sum` is what those below it came to; add the node's own. */
	void (*leave)(void *ctx, uint32_t node, struct counts *sum);
	void *ctx;
};

void tree_walk_go(const struct tree_walk *walk, const struct tree_walk_steps *steps);

#endif
