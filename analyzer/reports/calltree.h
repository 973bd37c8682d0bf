/* SPDX-License-Identifier: MIT */
/*
 * calltree.h - one measure of all allocations as a tree of functions: from the
 * outermost callers down, or from where memory is allocated up to its callers.
 *
 * Functions are one node wherever their stacks agree, whatever the line.
 */
#ifndef ANALYZER_REPORTS_CALLTREE_H
#define ANALYZER_REPORTS_CALLTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "reports/filter.h"
#include "reports/places.h"
#include "util/map.h"
#include "util/strmap.h"

struct calltree_node {
	const struct frame *frame; /* of one of its addresses; NULL for the root */
	uint32_t parent;	   /* index, lower than its own */
	uint32_t identity;	   /* equal for frames of the same function */
	uint32_t module;	   /* index into model.modules, or UINT32_MAX */
	uint32_t line;		   /* where all its stacks are in it; 0 when they differ */
	/* self: stacks that start here (bottom-up: end here), or were followed no further */
	int64_t self, total;
};

struct calltree {
	struct calltree_node *v; /* v[0] is the root of all */
	size_t n, alloc;
	struct places places;
	struct strmap identities;
	struct map children; /* parent and identity -> index */
	int64_t all;	     /* what v[0] has in all */
};

/* What to build. */
struct calltree_how {
	enum mp_kind kind;
	int64_t (*get)(const struct counts *c); /* the measure */
	bool bottom_up, allocator_frames;
	/*
	 * Bottom-up: nodes below this part of the whole (0 to 1) are not followed
	 * to their callers, and none deeper than `depth` (0: no limit).
	 */
	double least;
	uint64_t depth;
	const struct filters *filters;
};

/* The model, the symbols and the filters must outlive the tree. */
void calltree_build(struct calltree *tree, const struct model *model, struct symbols *symbols,
		    const struct calltree_how *how);
void calltree_release(struct calltree *tree);

#endif
