/* SPDX-License-Identifier: MIT */
/* top_rows.h - the rows of the top report: sort keys, order, table. */
#ifndef ANALYZER_REPORTS_TOP_ROWS_H
#define ANALYZER_REPORTS_TOP_ROWS_H

#include "doc/doc.h"
#include "reports/group.h"

struct top_sort_key {
	const char *key;   /* of the column */
	const char *title; /* above it */
	const char *words; /* in "by ..." */
	enum doc_unit unit;
	int priority;
	int64_t (*get)(const struct counts *c);
};

#define TOP_SORT_KEYS 7

/* In the order of the table's columns. */
extern const struct top_sort_key top_sort_keys[TOP_SORT_KEYS];

struct top {
	struct groups *groups;
	const char *group_by;
	enum mp_kind kind;
	int sort;		    /* index into top_sort_keys */
	const struct group **order; /* all groups, the largest first; to be freed */
	size_t shown;		    /* so many of them are wanted */
};

int64_t top_peak_bytes(const struct counts *c);

/*
 * At the end most programs have freed everything: what they held at their peak
 * answers where memory went.  Elsewhere it is what lives there.
 */
int top_default_sort(const struct model *model, enum mp_kind kind);

/* Sort the groups; `n` rows are wanted, 0 for all. */
void top_order(struct top *top, uint64_t n);

struct doc_table *top_add_table(const struct top *top, struct doc *doc);

#endif
