/* SPDX-License-Identifier: MIT */
/* timeline_sum.h - curves of several processes added up. */
#ifndef ANALYZER_REPORTS_TIMELINE_SUM_H
#define ANALYZER_REPORTS_TIMELINE_SUM_H

#include <stddef.h>

struct doc_series;

/* The sum of `n` series at every time any has a point; one that has not begun or is over is 0. */
void timeline_sum(const struct doc_series *const *series, size_t n, struct doc_series *out);

#endif
