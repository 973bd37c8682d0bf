/* SPDX-License-Identifier: MIT */
/*
 * slope.c - the straight line through a curve by least squares over its points,
 * as numpy.polyfit(t, y, 1) has it.
 */
#include "plot/picture.h"

void slope_find(struct drawn *curve, uint64_t from, uint64_t to)
{
	const struct doc_series *s = curve->series;
	double n = 0, mean_t = 0, mean_v = 0, tt = 0, tv = 0;

	/* running means: sums of squares of nanoseconds would lose what matters */
	for (size_t i = 0; i < s->n_points; i++) {
		double t, v, dt, dv;

		if (s->points[i].t < from || s->points[i].t > to)
			continue;
		t = (double)(s->points[i].t - from);
		v = (double)s->points[i].value;
		n++;
		dt = t - mean_t;
		dv = v - mean_v;
		mean_t += dt / n;
		mean_v += dv / n;
		tt += dt * (t - mean_t);
		tv += dt * (v - mean_v);
	}
	curve->slope = tt > 0 ? tv / tt : 0;
	curve->offset = mean_v - curve->slope * mean_t;
}
