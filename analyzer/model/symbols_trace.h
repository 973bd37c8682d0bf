/* SPDX-License-Identifier: MIT */
/*
 * symbols_trace.h - names that the trace itself has: those memprof symbolize
 * wrote, and those of code made at run time; private to symbols.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_TRACE_H
#define ANALYZER_MODEL_SYMBOLS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/map.h"

struct model;
struct model_name;

struct trace_names {
	const struct model *model;
	struct map index; /* module, offset and kind -> first of model.names + 1 */
};

void trace_names_init(struct trace_names *names, const struct model *model);
void trace_names_release(struct trace_names *names);

/*
 * The frames of an address of the module with that index + 1 (0: none),
 * innermost first; NULL when there are none.
 */
const struct model_name *trace_names_find(const struct trace_names *names, uint32_t module,
					  uint64_t offset, bool exact, size_t *n);

/* Code of a just-in-time compiler. */
struct jit_frame {
	char *function, *file; /* to free(); file may be NULL */
	uint32_t line;
	uint64_t offset; /* in the function */
};

/* Who made the code at `pc`?  False when nobody said. */
bool trace_jit_find(const struct model *model, uint64_t pc, struct jit_frame *frame);

/*
 * The parts of a perf map's name, as node, Python and others write them:
 * "JS:*render /srv/app.js:12:5", "py::parse:/srv/app.py".  Else it is all function.
 */
void trace_jit_split(const char *name, struct jit_frame *frame);

#endif
