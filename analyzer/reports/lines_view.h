/* SPDX-License-Identifier: MIT */
/*
 * lines_view.h - the functions and files that the lines report shows, and what
 * each of their lines allocated.
 */
#ifndef ANALYZER_REPORTS_LINES_VIEW_H
#define ANALYZER_REPORTS_LINES_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/group.h"

struct view_line {
	uint32_t line;
	struct counts counts;
};

/* One function, or one whole file. */
struct view {
	const char *function; /* NULL: the whole file */
	const char *file;
	uint32_t declared; /* where the function begins; 0 when unknown */
	struct counts sum;
	struct view_line *lines; /* those that allocated, in the order of their numbers */
	size_t n, alloc;
};

struct views {
	struct view *v; /* what was asked for in that order, else the largest first */
	size_t n, alloc;
	size_t nameless; /* groups whose line is not known */
	struct counts of_nameless, all;
	const char *missing; /* an operand that nothing matches; NULL when all do */
};

/*
 * Views of what the operands name (files by path or its last parts, else
 * functions, both as globs), or of the `most` functions (0: all) with the
 * largest get(); with `whole` of the files they are in.  Groups are BY_LINE.  Release in every case.
 */
void views_build(struct views *views, const struct groups *groups, const char *const *operands,
		 uint64_t most, bool whole, int64_t (*get)(const struct counts *c));
void views_release(struct views *views);

#endif
