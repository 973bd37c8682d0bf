/* SPDX-License-Identifier: MIT */
/* spans.c - regions and cases as intervals; see spans.h. */
#include "model/spans.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct stacked {
	size_t *v; /* indices of open spans */
	size_t n, alloc;
};

struct spans {
	struct span *v;
	size_t n, alloc;
	struct stacked open;
};

static bool is_begin(const struct model_moment *m)
{
	return m->kind == MOMENT_BEGIN || m->kind == MOMENT_CASE;
}

static bool is_end(const struct model_moment *m)
{
	return m->kind == MOMENT_END || m->kind == MOMENT_CASE_END;
}

static bool is_of(const struct span *span, const struct model_moment *end)
{
	if (!span->suite != (end->kind == MOMENT_END))
		return false;
	return !strcmp(span->name, end->name) && (!span->suite || !strcmp(span->suite, end->suite));
}

static void begin(struct spans *s, const struct model_moment *m)
{
	XGROW(s->open.v, s->open.n, s->open.alloc);
	s->open.v[s->open.n++] = s->n;
	XGROW(s->v, s->n, s->alloc);
	s->v[s->n++] = (struct span){
		.name = m->name,
		.suite = m->kind == MOMENT_CASE ? m->suite : NULL,
		.from = m->t,
		.thread = m->thread,
		.region = m->region,
		.depth = (uint32_t)s->open.n - 1,
		.open = true,
	};
}

/* Those above `depth` end here, too; `m` is NULL for the end of a thread. */
static void end(struct spans *s, size_t depth, uint64_t t, const struct model_moment *m)
{
	while (s->open.n > depth) {
		struct span *span = &s->v[s->open.v[--s->open.n]];

		span->to = t > span->from ? t : span->from;
		if (m && s->open.n == depth) {
			span->open = false;
			span->end = m;
		}
	}
}

static void match(struct spans *s, const struct model_moment *m)
{
	for (size_t i = s->open.n; i; i--)
		if (is_of(&s->v[s->open.v[i - 1]], m)) {
			end(s, i - 1, m->t, m);
			return;
		}
}

/* By thread, then by time; lines of one time in their order. */
static int compare(const void *left, const void *right)
{
	const struct model_moment *a = *(const struct model_moment *const *)left;
	const struct model_moment *b = *(const struct model_moment *const *)right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return a < b ? -1 : a > b;
}

static uint64_t thread_end(const struct model *model, uint32_t thread)
{
	uint64_t ended = model->threads[thread].ended;

	return ended == UINT64_MAX ? model->last_time : ended;
}

size_t spans_build(const struct model *model, struct span **spans)
{
	const struct model_moment **order = xcalloc(model->n_moments + 1, sizeof(*order));
	struct spans s = { .v = NULL };
	size_t n = 0;

	for (size_t i = 0; i < model->n_moments; i++)
		if (is_begin(&model->moments[i]) || is_end(&model->moments[i]))
			order[n++] = &model->moments[i];
	qsort(order, n, sizeof(*order), compare);
	for (size_t i = 0; i < n; i++) {
		if (i && order[i]->thread != order[i - 1]->thread)
			end(&s, 0, thread_end(model, order[i - 1]->thread), NULL);
		if (is_begin(order[i]))
			begin(&s, order[i]);
		else
			match(&s, order[i]);
	}
	if (n)
		end(&s, 0, thread_end(model, order[n - 1]->thread), NULL);
	free(order);
	free(s.open.v);
	*spans = s.v;
	return s.n;
}
