/* SPDX-License-Identifier: MIT */
/* reduce.c - millions of points as the few that can be seen; see reduce.h. */
#include "plot/reduce.h"

#include <stdlib.h>

#include "util/xalloc.h"

/* What is kept of a column. */
struct column {
	const struct doc_point *first, *low, *high, *last;
};

struct points {
	struct doc_point *v;
	size_t n, alloc;
};

static void add(struct points *points, const struct doc_point *p)
{
	const struct doc_point *last = points->n ? &points->v[points->n - 1] : NULL;

	if (last && last->t == p->t && last->value == p->value)
		return;
	XGROW(points->v, points->n, points->alloc);
	points->v[points->n++] = *p;
}

static void flush(struct points *points, struct column *c)
{
	if (!c->first)
		return;
	add(points, c->first);
	add(points, c->low < c->high ? c->low : c->high);
	add(points, c->low < c->high ? c->high : c->low);
	add(points, c->last);
	c->first = NULL;
}

static void take(struct column *c, const struct doc_point *p)
{
	if (!c->first)
		*c = (struct column){ p, p, p, p };
	if (p->value < c->low->value)
		c->low = p;
	if (p->value > c->high->value)
		c->high = p;
	c->last = p;
}

/* Index of the first point at or after `t`. */
static size_t find(const struct doc_series *s, uint64_t t)
{
	size_t low = 0, high = s->n_points;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->points[middle].t < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t reduce_line(const struct doc_series *s, uint64_t from, uint64_t to, size_t columns,
		   struct doc_point **out)
{
	double scale = (double)columns / (to > from ? (double)(to - from) : 1);
	struct points points = { .v = NULL };
	struct column column = { .first = NULL };
	size_t i = find(s, from), at = 0;

	if (i)
		add(&points, &s->points[i - 1]);
	for (; i < s->n_points && s->points[i].t <= to; i++) {
		size_t now = (size_t)((double)(s->points[i].t - from) * scale);

		if (now != at)
			flush(&points, &column);
		at = now;
		take(&column, &s->points[i]);
	}
	flush(&points, &column);
	if (i < s->n_points)
		add(&points, &s->points[i]);
	*out = points.v;
	return points.n;
}

double reduce_at(const struct doc_series *s, double t, size_t *hint)
{
	const struct doc_point *a, *b;
	size_t i = *hint;

	while (i && (double)s->points[i - 1].t > t)
		i--;
	while (i < s->n_points && (double)s->points[i].t <= t)
		i++;
	*hint = i;
	if (!i)
		return 0;
	a = &s->points[i - 1];
	if (i == s->n_points)
		return (double)a->t >= t ? (double)a->value : 0;
	b = &s->points[i];
	return (double)a->value +
	       (double)(b->value - a->value) * (t - (double)a->t) / (double)(b->t - a->t);
}

struct stack {
	const struct doc_series *const *series;
	size_t n;
	size_t *hints;
	double *now; /* values at the moment looked at last */
};

static double sum_at(struct stack *s, double t)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		s->now[i] = reduce_at(s->series[i], t, &s->hints[i]);
		sum += s->now[i];
	}
	return sum;
}

/* If the sum at `t` is above *best it takes the column. */
static void challenge(struct stack *s, double t, double *best, double *at, double *values)
{
	double sum = sum_at(s, t);

	if (sum <= *best)
		return;
	*best = sum;
	*at = t;
	for (size_t i = 0; i < s->n; i++)
		values[i] = s->now[i];
}

void reduce_stack(const struct doc_series *const *series, size_t n, uint64_t from, uint64_t to,
		  size_t columns, double *t, double *values)
{
	double step = (double)(to - from) / (double)columns;
	struct stack s = { .series = series, .n = n };
	size_t *next = xcalloc(n + 1, sizeof(*next));

	s.hints = xcalloc(n + 1, sizeof(*s.hints));
	s.now = xcalloc(n + 1, sizeof(*s.now));
	for (size_t i = 0; i < n; i++)
		next[i] = find(series[i], from);
	for (size_t c = 0; c < columns; c++) {
		double end = (double)from + step * (double)(c + 1), best = -1;

		challenge(&s, end, &best, &t[c], &values[c * n]);
		for (size_t i = 0; i < n; i++)
			for (; next[i] < series[i]->n_points &&
			       (double)series[i]->points[next[i]].t <= end;
			     next[i]++) {
				uint64_t moment = series[i]->points[next[i]].t;

				/* areas of one source have their points in common */
				if (!i || next[i] >= series[0]->n_points ||
				    series[0]->points[next[i]].t != moment)
					challenge(&s, (double)moment, &best, &t[c], &values[c * n]);
			}
	}
	free(next);
	free(s.hints);
	free(s.now);
}
