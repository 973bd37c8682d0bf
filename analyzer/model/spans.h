/* SPDX-License-Identifier: MIT */
/*
 * spans.h - regions and cases as the intervals they were, from the lines of
 * their beginnings and ends.
 */
#ifndef ANALYZER_MODEL_SPANS_H
#define ANALYZER_MODEL_SPANS_H

#include "model/model.h"

struct span {
	const char *name;  /* the model's */
	const char *suite; /* of a case, the model's; NULL for a region */
	uint64_t from, to; /* ns */
	uint32_t thread;   /* index into model.threads */
	uint32_t depth;	   /* in its thread, 0 for the outermost */
	uint32_t region;   /* index into model.regions + 1, 0 when unknown */
	bool open;	   /* its end was not seen: it reaches to that of what is around it */
	const struct model_moment *end; /* NULL when open */
};

/*
 * All spans, by thread, then by time, outer ones first.  An end closes the
 * innermost span of its name; spans inside that were left without an end, as by
 * longjmp, end with it.  *spans is to be freed.  Returns how many.
 */
size_t spans_build(const struct model *model, struct span **spans);

#endif
