/* SPDX-License-Identifier: MIT */
/* tree_walk.c - see tree_walk.h. */
#include "model/tree_walk.h"

#include <stdlib.h>

#include "util/xalloc.h"

void tree_walk_init(struct tree_walk *walk, const struct model *model)
{
	*walk = (struct tree_walk){ .nodes = xcalloc(model->n_nodes + 1, sizeof(*walk->nodes)) };
}

void tree_walk_release(struct tree_walk *walk)
{
	free(walk->nodes);
	*walk = (struct tree_walk){ .nodes = NULL };
}

bool tree_walk_put(struct tree_walk *walk, uint32_t node, uint32_t parent)
{
	struct tree_walk_node *here = &walk->nodes[node];

	if (here->is_in)
		return false;
	here->is_in = true;
	here->sibling = walk->nodes[parent].child;
	walk->nodes[parent].child = node;
	return true;
}

/* From the outermost node to where the walk is, each with what was found below it. */
struct path {
	struct level {
		uint32_t node;
		struct counts sum;
	} * v;
	size_t n, alloc;
};

void tree_walk_go(const struct tree_walk *walk, const struct tree_walk_steps *steps)
{
	uint32_t node = walk->nodes[0].child;
	struct path path = { .n = 0 };

	while (node || path.n) {
		struct level *level;

		if (node) {
			XGROW(path.v, path.n, path.alloc);
			path.v[path.n++] = (struct level){ .node = node };
			steps->enter(steps->ctx, node);
			node = walk->nodes[node].child;
			continue;
		}
		level = &path.v[--path.n];
		steps->leave(steps->ctx, level->node, &level->sum);
		if (path.n)
			counts_add(&level[-1].sum, &level->sum);
		node = walk->nodes[level->node].sibling;
	}
	free(path.v);
}
