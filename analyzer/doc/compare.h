/* SPDX-License-Identifier: MIT */
/*
 * compare.h - two docs of one report as a doc of what changed between them: for
 * any report, since only columns and values are looked at.
 */
#ifndef ANALYZER_DOC_COMPARE_H
#define ANALYZER_DOC_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "doc/doc.h"
#include "doc/join.h"

struct diag;

struct compare_how {
	uint64_t n;	  /* rows wanted; 0: all */
	bool all;	  /* rows whose size is the same, too */
	bool parts;	  /* rows are parts of a whole: sum up those not shown */
	const char *size; /* column to order by; NULL: the new table's own */
	struct join_rules rules;
};

/* What came of it. */
struct compared {
	const char *size; /* key of the column that orders the rows; NULL without a table */
	size_t rows, changed, gone, fresh;
	size_t by_order; /* rows matched by function alone */
};

/*
 * Fill `out`, which is initialised: values X and X_diff for each number X, the
 * main table with its key columns and X, X_diff for each other number, in
 * tracemalloc's order: descending by |size_diff|, size, |count_diff|, count, key.
 * What is gone has 0.  Titles are left to the caller; notes are those of both,
 * equal ones once.  Returns 0, or -EINVAL when the docs have not the same columns
 * or no column `size`; diag says so.
 */
int doc_compare(const struct doc *old, const struct doc *new, const struct compare_how *how,
		struct doc *out, struct compared *compared, struct diag *diag);

/* A number of a cell; false for texts and the like. */
bool doc_cell_number(const struct doc_cell *cell, double *n);

#endif
