/* SPDX-License-Identifier: MIT */
/* leak_when.c - see leak_when.h.  Where a case begins and ends all sites are written, so
 * what changes in between is the case's, and that of whoever runs beside it. */
#include "reports/leak_when.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reports/leak_rows.h"
#include "util/map.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* Cases named of a row. */
#define NAMED 3

struct span_of_case {
	uint64_t from, to;
	const struct model_moment *begin;
};

struct cases {
	struct span_of_case *v; /* in the order of time */
	size_t n, a;
};

/* Pairs of beginnings and ends; one that did not end goes on. */
static void find_cases(struct cases *cases, const struct model *model)
{
	for (size_t i = 0; i < model->n_moments; i++) {
		const struct model_moment *m = &model->moments[i];

		if (m->kind == MOMENT_CASE) {
			XGROW(cases->v, cases->n, cases->a);
			cases->v[cases->n++] = (struct span_of_case){ m->t, UINT64_MAX, m };
		} else if (m->kind == MOMENT_CASE_END) {
			for (size_t k = cases->n; k-- > 0;)
				if (cases->v[k].to == UINT64_MAX &&
				    !strcmp(cases->v[k].begin->name, m->name) &&
				    !strcmp(cases->v[k].begin->suite, m->suite)) {
					cases->v[k].to = m->t;
					break;
				}
		}
	}
}

/* 1 + the newest case that time t is in; 0 for none. */
static size_t case_at(const struct cases *cases, uint64_t t)
{
	size_t low = 0, high = cases->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (cases->v[mid].from < t)
			low = mid + 1;
		else
			high = mid;
	}
	/* Few are open at once. */
	for (size_t k = low, tries = 8; k-- > 0 && tries--;)
		if (t <= cases->v[k].to)
			return k + 1;
	return 0;
}

/* What is first seen at the very time of a snapshot was there before: it is written then. */
static const char *mark_before(const struct model *model, uint64_t t)
{
	const char *name = NULL;

	for (size_t i = 0; i < model->n_moments && model->moments[i].t < t; i++)
		if (model->moments[i].kind == MOMENT_MARK ||
		    model->moments[i].kind == MOMENT_SNAPSHOT)
			name = model->moments[i].name;
	return name;
}

/* How much each stack grew in each case: the key is both. */
static void find_growth(struct map *growth, const struct cases *cases, const struct model *model)
{
	int64_t *held = xcalloc(model->n_sites + 1, sizeof(*held));

	for (size_t i = 0; i < model->n_history; i++) {
		const struct model_change *change = &model->history[i];
		size_t in;

		if (change->site >= model->n_sites)
			continue;
		in = case_at(cases, change->t);
		if (in)
			*map_at(growth, (uint64_t)model->sites[change->site].stack << 32 | in,
				NULL) += (uint64_t)(change->live - held[change->site]);
		held[change->site] = change->live;
	}
	free(held);
}

static char *names_of(const struct map *growth, const struct cases *cases, uint32_t stack)
{
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;

	for (size_t k = 0; k < cases->n; k++) {
		const uint64_t *grown = map_get(growth, (uint64_t)stack << 32 | (k + 1));
		const struct model_moment *begin = cases->v[k].begin;

		if (!grown || (int64_t)*grown <= 0 || n++ >= NAMED)
			continue;
		strbuf_addf(&text, "%s%s%s%s", n > 1 ? ", " : "", begin->suite,
			    *begin->suite ? "/" : "", begin->name);
	}
	if (n > NAMED)
		strbuf_addf(&text, " and %zu more", n - NAMED);
	if (n)
		return strbuf_detach(&text, NULL);
	strbuf_release(&text);
	return NULL;
}

void leak_when_find(struct leak_rows *rows)
{
	struct map growth = MAP_INIT;
	struct cases cases = { .n = 0 };

	find_cases(&cases, rows->model);
	if (cases.n)
		find_growth(&growth, &cases, rows->model);
	for (size_t i = 0; i < rows->n; i++) {
		struct leak_row *row = &rows->v[i];

		if (row->inherited)
			continue;
		row->mark = mark_before(rows->model, row->first);
		if (cases.n)
			row->cases = names_of(&growth, &cases, row->stack);
	}
	free(cases.v);
	map_release(&growth);
}
