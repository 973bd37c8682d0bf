/* SPDX-License-Identifier: MIT */
/*
 * leak_growth.h - which sites grow through the whole run: the leak that a search for
 * pointers does not see, since the program still holds every block.
 */
#ifndef ANALYZER_REPORTS_LEAK_GROWTH_H
#define ANALYZER_REPORTS_LEAK_GROWTH_H

struct leak_rows;

/* Set first, last, steady and per_second of each row, from the model's history. */
void leak_growth_find(struct leak_rows *rows);

#endif
