/* SPDX-License-Identifier: MIT */
/* cumulate.c - one walk of the tree of calls, depth first; see cumulate.h. */
#include "reports/cumulate.h"

#include <stdlib.h>

#include "reports/group.h"
#include "util/xalloc.h"

void cumulate_init(struct cumulate *c, const struct model *model)
{
	*c = (struct cumulate){ .nodes = xcalloc(model->n_nodes + 1, sizeof(*c->nodes)) };
}

void cumulate_release(struct cumulate *c)
{
	free(c->nodes);
	free(c->starts);
	*c = (struct cumulate){ .nodes = NULL };
}

/* The frames of a node that are callers; NULL for the root and the mark of a cut stack. */
static const struct place *callers_at(struct groups *groups, uint32_t node)
{
	const struct place *place = places_of(&groups->places, node);

	return place && groups->model->nodes[node].kind != FRAME_TRUNCATED ? place : NULL;
}

void cumulate_add(struct cumulate *c, struct groups *groups, uint32_t node, size_t i,
		  const struct counts *counts)
{
	const struct place *place = callers_at(groups, node);

	if (!place)
		return;
	XGROW(c->starts, c->n, c->alloc);
	c->starts[c->n++] = (struct cumulate_start){ counts, i, c->nodes[node].start };
	c->nodes[node].start = (uint32_t)c->n;
	for (; place; i = 0) {
		struct cumulate_node *here = &c->nodes[node];
		uint32_t parent = groups->model->nodes[node].parent;

		for (; i < place->n; i++)
			groups_of_frame(groups, place, i, node);
		if (here->reached)
			return;
		here->reached = true;
		place = callers_at(groups, parent);
		node = place ? parent : 0;
		here->sibling = c->nodes[node].child;
		c->nodes[node].child = (uint32_t)(here - c->nodes);
	}
}

/* The nodes from the root to where the walk is, each with what was found below it. */
struct path {
	struct level {
		uint32_t node;
		struct counts sum;
	} * v;
	size_t n, alloc;
};

static void enter(struct path *path, struct groups *groups, uint32_t node)
{
	const struct place *place = callers_at(groups, node);

	for (size_t i = 0; i < place->n; i++)
		if (place->groups[i] != PLACE_NO_GROUP)
			groups->v[place->groups[i]].on_path++;
	XGROW(path->v, path->n, path->alloc);
	path->v[path->n++] = (struct level){ .node = node };
}

/* Frames are left innermost first, so a group is counted at its outermost frame,
 * which all its stacks pass. */
static void leave(struct path *path, const struct cumulate *c, struct groups *groups)
{
	struct level *level = &path->v[--path->n];
	const struct place *place = callers_at(groups, level->node);

	for (size_t i = 0; i < place->n; i++) {
		uint32_t group = place->groups[i];

		for (uint32_t at = c->nodes[level->node].start; at; at = c->starts[at - 1].next)
			if (c->starts[at - 1].frame == i)
				counts_add(&level->sum, c->starts[at - 1].counts);
		if (group != PLACE_NO_GROUP && !--groups->v[group].on_path)
			counts_add(&groups->v[group].counts, &level->sum);
	}
	if (path->n)
		counts_add(&level[-1].sum, &level->sum);
}

void cumulate_count(const struct cumulate *c, struct groups *groups)
{
	uint32_t node = c->nodes[0].child;
	struct path path = { .n = 0 };

	while (node || path.n) {
		if (node) {
			enter(&path, groups, node);
			node = c->nodes[node].child;
		} else {
			uint32_t left = path.v[path.n - 1].node;

			leave(&path, c, groups);
			node = c->nodes[left].sibling;
		}
	}
	free(path.v);
}
