/* SPDX-License-Identifier: MIT */
/*
 * stacks.h - what exporters share: the stacks of a model with their counts, the
 * frames of a stack, and the numbers that can be asked for.
 */
#ifndef ANALYZER_EXPORT_STACKS_H
#define ANALYZER_EXPORT_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/measure.h"
#include "model/symbols.h"

struct strbuf;

/* A number of a stack; the keys are those reports sort by. */
struct export_measure {
	const char *key;
	const char *words; /* "bytes live" */
	bool bytes;
	int64_t (*get)(const struct counts *c);
};

/* By enum measure. */
extern const struct export_measure export_measures[MEASURES];

/* By key, or NULL. */
const struct export_measure *export_measure_find(const char *key);

/* Each stack with what all threads did there. */
struct export_stacks {
	struct model_site *v; /* in the order of their numbers in the trace */
	size_t n;
};

void export_stacks_init(struct export_stacks *stacks, const struct model *model, enum mp_kind kind);
void export_stacks_release(struct export_stacks *stacks);

struct export_frame {
	const struct frame *frame;
	uint32_t node; /* whose address it is of; inlined frames share one */
};

/* A growing list of frames. */
struct export_frames {
	struct export_frame *v; /* innermost first */
	size_t n, alloc;
};

/* Fill `frames` with those of a stack; the mark of a cut stack is its outermost one. */
void export_frames_of(struct export_frames *frames, const struct model *model,
		      struct symbols *symbols, uint32_t node);

/* The function, or file+0x12 where it has no name; clean of control characters. */
void export_add_name(struct strbuf *out, const struct frame *frame);

/* The address as the process had it; of a call, not of what it returns to. */
uint64_t export_address(const struct model *model, uint32_t node);

#endif
