/* SPDX-License-Identifier: MIT */
/* time_rows.h - the tables of memprof time; private to time*.c. */
#ifndef ANALYZER_REPORTS_TIME_ROWS_H
#define ANALYZER_REPORTS_TIME_ROWS_H

#include <stddef.h>

struct doc;
struct timeline;

/*
 * The table of the run in `n` intervals, or with a row a sample when n is 0 or
 * there are no more.  Makes it the doc's main table.  Returns how many intervals, 0 when rows
 * are samples.
 */
size_t time_rows(const struct timeline *line, size_t n, struct doc *doc);

/* For programs: tables of marks and the like, and of regions as they came. */
void time_moments(const struct timeline *line, struct doc *doc);

#endif
