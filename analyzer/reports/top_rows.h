/* SPDX-License-Identifier: MIT */
/* top_rows.h - the rows of the top report: order and table. */
#ifndef ANALYZER_REPORTS_TOP_ROWS_H
#define ANALYZER_REPORTS_TOP_ROWS_H

#include "doc/doc.h"
#include "reports/group.h"
#include "reports/top_keys.h"

struct top {
	struct groups *groups;
	const char *group_by;
	enum mp_kind kind;
	int sort;		    /* index into top_sort_keys */
	bool range;		    /* what is shown is net growth */
	const struct group **order; /* the largest first; to be freed */
	size_t n;		    /* groups in it: of a range those that changed */
	size_t shown;		    /* so many of them are wanted */
};

/* The column of that index for these counts; empty where it is not known. */
struct doc_cell top_cell(const struct top *top, int column, const struct counts *c);

/* The name a reader can find the place by: function, function+0x1a, module+0x12ab. */
const char *top_place_name(struct doc *doc, const char *function, const char *module,
			   uint64_t offset, bool with_offset);

/*
 * Where code without names allocates, its first named callers say more than an
 * address: "called by parse < main", for the detail of a row.  Those of one stack of
 * the row; the others may have more.  NULL when the row has a name.
 */
const char *top_callers(struct groups *groups, struct doc *doc, const struct group *g);

/* Sort the groups; `n` rows are wanted, 0 for all. */
void top_order(struct top *top, uint64_t n);

struct doc_table *top_add_table(const struct top *top, struct doc *doc);

#endif
