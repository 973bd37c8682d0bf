/* SPDX-License-Identifier: MIT */
/* regions_doc.h - the tables of memprof regions; private to regions*.c. */
#ifndef ANALYZER_REPORTS_REGIONS_DOC_H
#define ANALYZER_REPORTS_REGIONS_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc/doc.h"

struct model;
struct region_stats;

struct regions_doc {
	const struct model *model;
	const struct region_stats *stats;
	size_t n;	  /* rows; 0: all */
	int sort;	  /* as regions_sort() of regions_order.h gave it */
	const char *unit; /* us, ms or s; NULL: what suits each time */
};

/* The stopwatch, when there are marks. */
void regions_add_marks(const struct regions_doc *what, struct doc *doc);

/* Regions by time, and by memory. */
void regions_add_table(const struct regions_doc *what, struct doc *doc);

/* Who called whom, by the one called or by the caller. */
void regions_add_links(const struct regions_doc *what, bool callers, struct doc *doc);

/* A time: for people in the unit that was asked for, else as it is. */
struct doc_cell regions_time_cell(const struct regions_doc *what, struct doc *doc, uint64_t ns);

/*
 * Columns of times are for people, in that unit and titled so; the raw ones beside them
 * stay as they are.
 */
void regions_unit_columns(const struct regions_doc *what, struct doc *doc,
			  struct doc_column *columns, size_t n);

#endif
