/* SPDX-License-Identifier: MIT */
/*
 * places.h - the source-level frames of a model's stacks, looked up once for
 * each address, and which of them a report should name.
 */
#ifndef ANALYZER_REPORTS_PLACES_H
#define ANALYZER_REPORTS_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/symbols.h"
#include "util/map.h"

struct model;

/* What is known of one address. */
struct place {
	const struct frame *frames; /* innermost first; owned by the symbols */
	size_t n;
	size_t skip;	  /* frames at the inner end that only allocate; n when all do */
	uint32_t *groups; /* free for the user of places: one a frame, PLACE_NO_GROUP at first */
};

#define PLACE_NO_GROUP UINT32_MAX

struct places {
	const struct model *model;
	struct symbols *symbols;
	bool allocator_frames; /* name frames that only allocate, too */
	struct map by_address, names;
	struct place *list;
	size_t n, alloc;
};

void places_init(struct places *places, const struct model *model, struct symbols *symbols,
		 bool allocator_frames);
void places_release(struct places *places);

/* The place of a node's address; good until the next call.  NULL for the root. */
const struct place *places_of(struct places *places, uint32_t node);

/*
 * Where a stack starts for a reader: the first frame that does more than to
 * allocate, or the innermost one when there is none.  Moves *node to the node
 * it belongs to and sets *index; NULL for an empty stack.
 */
const struct place *places_start(struct places *places, uint32_t *node, size_t *index);

/* Does this function only allocate for its caller?  By reports/allocators.def. */
bool places_is_allocator(const char *function);

#endif
