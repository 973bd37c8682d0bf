/* SPDX-License-Identifier: MIT */
/* curve.c - points on their way into a series; see curve.h. */
#include "reports/curve.h"

#include <stdlib.h>

#include "reports/timeline.h"
#include "util/xalloc.h"

#define RATE_LEAST 1000000 /* ns */

void curve_add(struct curve_points *points, uint64_t t, int64_t value)
{
	XGROW(points->v, points->n, points->alloc);
	points->v[points->n++] = (struct doc_point){ .t = t, .value = value };
}

void curve_release(struct curve_points *points)
{
	free(points->v);
	*points = (struct curve_points){ .v = NULL };
}

/* Few are out of place, and those by little. */
void curve_sort(struct curve_points *points)
{
	struct doc_point *v = points->v;

	for (size_t i = 1; i < points->n; i++) {
		struct doc_point p = v[i];
		size_t low = 0, high = i;

		if (p.t >= v[i - 1].t)
			continue;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (v[middle].t <= p.t)
				low = middle + 1;
			else
				high = middle;
		}
		for (size_t k = i; k > low; k--)
			v[k] = v[k - 1];
		v[low] = p;
	}
}

void curve_rates(struct curve_points *totals, double scale, struct curve_points *rates)
{
	const struct doc_point *was = NULL;

	curve_sort(totals);
	for (size_t i = 0; i < totals->n; i++) {
		const struct doc_point *now = &totals->v[i];

		/* of less a rate is noise */
		if (was && now->t < was->t + RATE_LEAST)
			continue;
		if (was)
			curve_add(rates, now->t,
				  (int64_t)((double)(now->value - was->value) * scale /
						    (double)(now->t - was->t) +
					    0.5));
		was = now;
	}
}

int64_t curve_at(const struct doc_point *v, size_t n, uint64_t t)
{
	size_t low = 0, high = n;
	double part;

	if (!n)
		return 0;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (v[middle].t <= t)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return v[0].value;
	if (low == n)
		return v[n - 1].value;
	part = (double)(t - v[low - 1].t) / (double)(v[low].t - v[low - 1].t);
	return v[low - 1].value + (int64_t)(part * (double)(v[low].value - v[low - 1].value));
}

void curve_finish(struct curve_points *points, const struct timeline *line,
		  struct doc_series *series)
{
	const struct doc_point *v;
	size_t n = points->n, i = 0;
	uint64_t to = line->to ? line->to : UINT64_MAX;

	curve_sort(points);
	v = points->v;
	while (i < n && v[i].t < line->from)
		i++;
	if (i && i < n && v[i].t > line->from)
		doc_add_point(series, line->from + line->shift, curve_at(v, n, line->from));
	for (; i < n && v[i].t <= to; i++)
		doc_add_point(series, v[i].t + line->shift, v[i].value);
	if (i && i < n && v[i - 1].t < to)
		doc_add_point(series, to + line->shift, curve_at(v, n, to));
}
