/* SPDX-License-Identifier: MIT */
/*
 * join.h - which row of one table is which of another: of two runs, maybe of
 * two builds, of a program.
 */
#ifndef ANALYZER_DOC_JOIN_H
#define ANALYZER_DOC_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "doc/doc.h"

struct join_rules {
	bool other_run;	  /* columns OF_RUN do not count, folders may differ */
	bool other_build; /* columns OF_BUILD may have moved */
};

#define JOIN_NONE SIZE_MAX

/*
 * Find the partner of each row: partner[i] is the row of `old` that row i of
 * `new` was, or JOIN_NONE.  Rows of one build are the same by their key
 * columns.  Those of two builds are by key and text of the line (the row's
 * detail), then by the lines of a function that moved together, then by file
 * and line, and what is left of a function in order of its lines.  Returns how
 * many were matched by that last rule.
 */
size_t doc_join(const struct doc_table *old, const struct doc_table *new,
		const struct join_rules *rules, size_t *partner);

/* What comes first by the key columns: by file, line, then the others; negative, 0, positive. */
int doc_compare_keys(const struct doc_table *table, const struct doc_cell *a,
		     const struct doc_cell *b);

#endif
