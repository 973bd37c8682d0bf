/* SPDX-License-Identifier: MIT */
/* regions_doc.h - the tables of memprof regions; private to regions*.c. */
#ifndef ANALYZER_REPORTS_REGIONS_DOC_H
#define ANALYZER_REPORTS_REGIONS_DOC_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct doc;
struct model;
struct region_stats;

struct regions_doc {
	const struct model *model;
	const struct region_stats *stats;
	size_t n;	  /* rows; 0: all */
	int sort;	  /* as regions_sort() gave it */
	const char *unit; /* us, ms or s; NULL: what suits each time */
};

/* The key of that name (NULL: the default), or -EINVAL with the reason in `diag`. */
int regions_sort(const char *name, struct diag *diag);

/* What it orders by, in the words of pstats where it has it: "cumulative time". */
const char *regions_sort_words(int sort);

/* The stopwatch, when there are marks. */
void regions_add_marks(const struct regions_doc *what, struct doc *doc);

/* Regions by time, and by memory. */
void regions_add_table(const struct regions_doc *what, struct doc *doc);

/* Who called whom, by the one called or by the caller. */
void regions_add_links(const struct regions_doc *what, bool callers, struct doc *doc);

#endif
