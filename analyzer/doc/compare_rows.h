/* SPDX-License-Identifier: MIT */
/* compare_rows.h - the table of what changed; private to doc/. */
#ifndef ANALYZER_DOC_COMPARE_ROWS_H
#define ANALYZER_DOC_COMPARE_ROWS_H

#include "doc/compare.h"

/* New less old; empty unless both are numbers. */
struct doc_cell compare_cell(const struct doc_cell *old, const struct doc_cell *new);

/* The part of doc_compare() that is about the main table. */
int compare_rows(const struct doc_table *old, const struct doc_table *new,
		 const struct compare_how *how, struct doc *out, struct compared *compared,
		 struct diag *diag);

#endif
