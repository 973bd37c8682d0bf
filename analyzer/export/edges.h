/* SPDX-License-Identifier: MIT */
/*
 * edges.h - the graph of functions and calls behind all stacks: what functions
 * allocate themselves and with their callees, and what goes over each call.
 * A stack counts once for each function and each call on it, however often it
 * goes through them.
 */
#ifndef ANALYZER_EXPORT_EDGES_H
#define ANALYZER_EXPORT_EDGES_H

#include "export/names.h"
#include "export/stacks.h"
#include "util/map.h"

/* The counts of a function at one line of it. */
struct edges_line {
	uint32_t function; /* number in names */
	uint32_t line;
	struct counts self;
};

/* Calls of one function from one line of another one. */
struct edges_call {
	uint32_t from, line, to;
	struct counts counts;
	uint32_t on_path; /* so often it is on the stack that is walked */
};

struct edges_function {
	struct counts self, total;
	uint32_t on_path;
};

struct edges {
	struct export_names names;
	struct edges_function *functions; /* one a name */
	struct edges_line *lines;	  /* sorted by function and line */
	size_t n_lines;
	struct edges_call *calls; /* sorted by caller, line and callee */
	size_t n_calls;
	struct counts total;
	/* only while it is built */
	size_t a_lines, a_calls, a_functions, n_functions;
	struct strmap index;
	const struct model *model;
	struct symbols *symbols;
	struct export_stacks stacks;
	uint32_t *stack_at; /* of each node: the stack that ends there, index + 1 */
};

void edges_init(struct edges *edges, const struct model *model, struct symbols *symbols,
		enum mp_kind kind);
void edges_release(struct edges *edges);

#endif
