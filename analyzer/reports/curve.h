/* SPDX-License-Identifier: MIT */
/*
 * curve.h - points on their way into a series: put in order, cut to a window.
 */
#ifndef ANALYZER_REPORTS_CURVE_H
#define ANALYZER_REPORTS_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "doc/doc.h"

struct timeline;

struct curve_points {
	struct doc_point *v;
	size_t n, alloc;
};

void curve_add(struct curve_points *points, uint64_t t, int64_t value);
void curve_release(struct curve_points *points);

/* By time; of several at one time the order stays. */
void curve_sort(struct curve_points *points);

/*
 * The growth of `totals` from each point to the next, per nanosecond and times
 * `scale`, at the later one; points within a millisecond are one.
 */
void curve_rates(struct curve_points *totals, double scale, struct curve_points *rates);

/* The value at `t` of sorted points, between two on the line from one to the other. */
int64_t curve_at(const struct doc_point *v, size_t n, uint64_t t);

/* Sort and put into the series what is in the window, with a point at each of its ends. */
void curve_finish(struct curve_points *points, const struct timeline *line,
		  struct doc_series *series);

#endif
