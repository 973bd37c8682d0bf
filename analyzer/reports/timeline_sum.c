/* SPDX-License-Identifier: MIT */
/* timeline_sum.c - curves of several processes added up; see timeline_sum.h. */
#include "reports/timeline_sum.h"

#include <stdlib.h>

#include "doc/doc.h"
#include "reports/curve.h"
#include "util/xalloc.h"

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* All times of all, each once; and those just before the first and after the last of each. */
static size_t all_times(const struct doc_series *const *series, size_t n, uint64_t **out)
{
	size_t all = 0, kept = 0;
	uint64_t *t;

	for (size_t i = 0; i < n; i++)
		all += series[i]->n_points + 2;
	t = xcalloc(all + 1, sizeof(*t));
	all = 0;
	for (size_t i = 0; i < n; i++) {
		const struct doc_series *s = series[i];

		if (!s->n_points)
			continue;
		if (s->points[0].t)
			t[all++] = s->points[0].t - 1;
		for (size_t k = 0; k < s->n_points; k++)
			t[all++] = s->points[k].t;
		t[all++] = s->points[s->n_points - 1].t + 1;
	}
	qsort(t, all, sizeof(*t), compare);
	for (size_t i = 0; i < all; i++)
		if (!kept || t[i] != t[kept - 1])
			t[kept++] = t[i];
	*out = t;
	return kept;
}

void timeline_sum(const struct doc_series *const *series, size_t n, struct doc_series *out)
{
	uint64_t *t;
	size_t n_times = all_times(series, n, &t);
	int64_t *sums = xcalloc(n_times + 1, sizeof(*sums));

	for (size_t i = 0; i < n; i++) {
		const struct doc_series *s = series[i];
		size_t at = 0;

		for (size_t k = 0; k < n_times && s->n_points; k++) {
			if (t[k] < s->points[0].t)
				continue;
			if (t[k] > s->points[s->n_points - 1].t)
				break;
			while (at + 1 < s->n_points && s->points[at + 1].t <= t[k])
				at++;
			/* two points are enough to find the one at this time */
			sums[k] += curve_at(&s->points[at], at + 1 < s->n_points ? 2 : 1, t[k]);
		}
	}
	for (size_t k = 0; k < n_times; k++)
		doc_add_point(out, t[k], sums[k]);
	free(t);
	free(sums);
}
