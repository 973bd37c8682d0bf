/* SPDX-License-Identifier: MIT */
/*
 * leak_when.h - in the program's own words when a site leaked: after which mark it was
 * first seen, and in which cases it grew.
 */
#ifndef ANALYZER_REPORTS_LEAK_WHEN_H
#define ANALYZER_REPORTS_LEAK_WHEN_H

struct leak_rows;

/* Set mark and cases of each row, from the model's history; first must be set. */
void leak_when_find(struct leak_rows *rows);

#endif
