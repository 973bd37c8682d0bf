/* SPDX-License-Identifier: MIT */
/*
 * cumulate.h - what each group allocated with all it called: a stack counts once
 * for each group on it, however often the group is there.
 */
#ifndef ANALYZER_REPORTS_CUMULATE_H
#define ANALYZER_REPORTS_CUMULATE_H

#include <stddef.h>
#include <stdint.h>

#include "model/tree_walk.h"

struct groups;

/* What one stack allocated, put down at the frame where the stack starts for a reader. */
struct cumulate_start {
	const struct counts *counts;
	size_t frame;  /* of the node's place */
	uint32_t next; /* of the same node: index + 1; 0 for none */
};

struct cumulate {
	struct tree_walk walk;
	uint32_t *first; /* of the starts at each node: index + 1 */
	struct cumulate_start *starts;
	size_t n, alloc;
};

void cumulate_init(struct cumulate *c, const struct model *model);
void cumulate_release(struct cumulate *c);

/*
 * A stack that starts at frame i of `node`, and outwards.  Makes the groups of its
 * frames; what they get is counted by cumulate_count().  Borrows the counts until then.
 */
void cumulate_add(struct cumulate *c, struct groups *groups, uint32_t node, size_t i,
		  const struct counts *counts);

/* Add to each group what the stacks have that it is on. */
void cumulate_count(const struct cumulate *c, struct groups *groups);

#endif
