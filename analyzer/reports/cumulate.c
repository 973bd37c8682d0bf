/* SPDX-License-Identifier: MIT */
/* cumulate.c - one walk of the tree of calls; see cumulate.h. */
#include "reports/cumulate.h"

#include <stdlib.h>

#include "reports/group.h"
#include "util/xalloc.h"

void cumulate_init(struct cumulate *c, const struct model *model)
{
	*c = (struct cumulate){ .first = xcalloc(model->n_nodes + 1, sizeof(*c->first)) };
	tree_walk_init(&c->walk, model);
}

void cumulate_release(struct cumulate *c)
{
	tree_walk_release(&c->walk);
	free(c->first);
	free(c->starts);
	*c = (struct cumulate){ .starts = NULL };
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
	c->starts[c->n++] = (struct cumulate_start){ counts, i, c->first[node] };
	c->first[node] = (uint32_t)c->n;
	for (; place; i = 0) {
		uint32_t here = node;

		for (; i < place->n; i++)
			groups_of_frame(groups, place, i, here);
		node = groups->model->nodes[here].parent;
		place = callers_at(groups, node);
		if (!tree_walk_put(&c->walk, here, place ? node : 0))
			return;
	}
}

struct counting {
	const struct cumulate *c;
	struct groups *groups;
};

static void enter(void *ctx, uint32_t node)
{
	struct groups *groups = ((struct counting *)ctx)->groups;
	const struct place *place = callers_at(groups, node);

	for (size_t i = 0; i < place->n; i++)
		if (place->groups[i] != PLACE_NO_GROUP)
			groups->v[place->groups[i]].on_path++;
}

/* Frames are left innermost first, so a group is counted at its outermost frame,
 * which all its stacks pass. */
static void leave(void *ctx, uint32_t node, struct counts *sum)
{
	const struct cumulate *c = ((struct counting *)ctx)->c;
	struct groups *groups = ((struct counting *)ctx)->groups;
	const struct place *place = callers_at(groups, node);

	for (size_t i = 0; i < place->n; i++) {
		uint32_t group = place->groups[i];

		for (uint32_t at = c->first[node]; at; at = c->starts[at - 1].next)
			if (c->starts[at - 1].frame == i)
				counts_add(sum, c->starts[at - 1].counts);
		if (group != PLACE_NO_GROUP && !--groups->v[group].on_path)
			counts_add(&groups->v[group].counts, sum);
	}
}

void cumulate_count(const struct cumulate *c, struct groups *groups)
{
	struct counting counting = { c, groups };

	tree_walk_go(&c->walk, &(struct tree_walk_steps){ enter, leave, &counting });
}
