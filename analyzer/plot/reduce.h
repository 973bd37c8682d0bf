/* SPDX-License-Identifier: MIT */
/*
 * reduce.h - millions of points as the few that can be seen: of each column of
 * pixels the first, the lowest, the highest and the last, as the picture of all
 * would show them.
 */
#ifndef ANALYZER_PLOT_REDUCE_H
#define ANALYZER_PLOT_REDUCE_H

#include <stddef.h>

#include "doc/doc.h"

/*
 * The points of `series` from `from` to `to` in `columns` columns, and the
 * nearest outside on either side.  *out is to be freed; returns how many.
 */
size_t reduce_line(const struct doc_series *series, uint64_t from, uint64_t to, size_t columns,
		   struct doc_point **out);

/*
 * The values of `n` series at one moment of each of `columns` columns: that at
 * which their sum is highest.  Fills t[column] (ns) and values[column * n + i].
 */
void reduce_stack(const struct doc_series *const *series, size_t n, uint64_t from, uint64_t to,
		  size_t columns, double *t, double *values);

/* The value at `t` on the line between points, 0 outside them; *hint starts as 0. */
double reduce_at(const struct doc_series *series, double t, size_t *hint);

#endif
