/* SPDX-License-Identifier: MIT */
/*
 * answer.c - which delta lines count for a point, decided while they stream
 * by: what was replaced cannot be had again, so rows stop counting at the right
 * moment.
 *
 * A snapshot is exact at its line.  A mark only has a time, and its line may
 * come before or after the totals written in the same go; the answer is the
 * first batch of delta lines that reaches the mark's time, taken whole.  A
 * batch is what the recorder wrote in one go: one line a thread, or several at
 * one time, nothing exact in between.  A range has two answers, each found
 * without knowing of the other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/point.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/strmap.h"

/* Between two batches at least half the header's rhythm passes; this when it has none. */
#define GAP_NS UINT64_C(50000000)

/* Length at which a list of names in a message is long enough. */
enum { NAMES_MAX = 500 };

void answer_start(struct builder *b)
{
	const struct point *point = &b->model->point;

	b->n_answers = point_is_range(point) ? 2 : 1;
	b->answers[ANSWER_TO].point = point;
	b->answers[ANSWER_FROM].point = point->from ? point->from : point;
	for (int i = 0; i < b->n_answers; i++) {
		enum point_kind kind = b->answers[i].point->kind;

		b->answers[i].settled = kind == POINT_START || kind == POINT_PEAK;
	}
}

static void settle(struct answer *a, uint64_t t)
{
	a->settled = true;
	a->time = t;
}

static bool starts_batch(struct builder *b, int which, uint32_t thread, uint64_t t)
{
	const struct answer *a = &b->answers[which];
	const struct thread_extra *extra = &b->extras[thread];
	uint64_t sites_ns = b->model->header.sites_ns;
	uint64_t gap = sites_ns ? sites_ns / 2 : GAP_NS;

	return !a->batch ||
	       (extra->of[which].batch == a->batch && extra->of[which].batch_time != t) ||
	       (t > a->batch_first && t - a->batch_first > gap);
}

bool answer_delta(struct builder *b, int which, uint32_t thread, uint64_t t)
{
	struct answer *a = &b->answers[which];

	if (!a->settled && starts_batch(b, which, thread, t)) {
		if (a->answered)
			settle(a, a->batch_last);
		a->batch++;
		a->batch_first = a->batch_last = t;
	}
	if (a->settled || (a->point->kind == POINT_TIME && t > a->point->time))
		return false;
	b->extras[thread].of[which].batch = a->batch;
	b->extras[thread].of[which].batch_time = t;
	if (t > a->batch_last)
		a->batch_last = t;
	if (t > a->time)
		a->time = t;
	if (a->waiting && t >= a->asked)
		a->answered = true;
	return true;
}

bool answer_takes(const struct builder *b, int which, uint64_t t)
{
	const struct answer *a = &b->answers[which];

	return !a->settled && (a->point->kind != POINT_TIME || t <= a->point->time);
}

/* The first line that is meant; later ones are counted. */
static bool is_first(struct answer *a, uint64_t t)
{
	a->same_name++;
	if (a->found)
		return false;
	a->found = true;
	a->asked = t;
	return true;
}

static bool has_name(const struct answer *a, const char *name)
{
	return a->point->kind == POINT_NAME && name && !strcmp(name, a->point->name);
}

/* Totals were just written whole: they are for who wants this line, and for marks before it. */
static void exact(struct answer *a, uint64_t t, bool wanted)
{
	if (a->settled)
		return;
	if (wanted || (a->waiting && t >= a->asked))
		settle(a, t);
	a->batch++;
	a->batch_first = a->batch_last = t;
}

void answer_snapshot(struct builder *b, uint64_t t, const char *name)
{
	for (int i = 0; i < b->n_answers; i++) {
		struct answer *a = &b->answers[i];

		exact(a, t, has_name(a, name) && is_first(a, t));
	}
}

/* Is it the case that is meant?  Its end counts only once it began. */
static bool is_case(const struct builder *b, int which, const char *suite, const char *name,
		    bool end)
{
	const char *wanted = b->answers[which].point->name;
	size_t len = strlen(suite);

	if (b->model->point.kind != POINT_CASE || end != (which == ANSWER_TO))
		return false;
	if (end && !b->answers[ANSWER_FROM].found)
		return false;
	return !strncmp(wanted, suite, len) && wanted[len] == '/' &&
	       !strcmp(wanted + len + 1, name);
}

void answer_case(struct builder *b, uint64_t t, const char *suite, const char *name, bool end)
{
	for (int i = 0; i < b->n_answers; i++) {
		struct answer *a = &b->answers[i];

		exact(a, t, is_case(b, i, suite, name, end) && is_first(a, t));
	}
}

void answer_mark(struct builder *b, uint64_t t, const char *name)
{
	for (int i = 0; i < b->n_answers; i++) {
		struct answer *a = &b->answers[i];

		if (!has_name(a, name) || !is_first(a, t) || a->settled)
			continue;
		a->waiting = true;
		a->answered = a->batch && a->batch_last >= t;
	}
}

static void add_names(const struct model *m, struct strbuf *names, bool cases)
{
	struct strmap told = STRMAP_INIT;

	for (size_t i = 0; i < m->n_moments && names->len < NAMES_MAX; i++) {
		const struct model_moment *moment = &m->moments[i];
		struct strbuf name = STRBUF_INIT;
		void **seen;

		if (moment->kind == MOMENT_CASE && cases)
			strbuf_addf(&name, "case:%s/%s", moment->suite, moment->name);
		else if ((moment->kind == MOMENT_MARK || moment->kind == MOMENT_SNAPSHOT) && !cases)
			strbuf_addf(&name, "'%s'", moment->name);
		else
			continue;
		seen = strmap_at(&told, name.buf);
		if (!*seen)
			strbuf_addf(names, "%s, ", name.buf);
		*seen = moment->name;
		strbuf_release(&name);
	}
	strmap_release(&told);
}

static int no_such_point(const struct builder *b, const struct point *point)
{
	const struct model *m = b->model;
	bool is_case = point->kind == POINT_CASE;
	struct strbuf names = STRBUF_INIT;
	int err;

	add_names(m, &names, false);
	add_names(m, &names, true);
	err = diag_error(b->diag, -ENOENT,
			 "no %s '%s' in '%s': it has %sstart, peak, end and times such as 1.5s",
			 is_case ? "case" : "snapshot or mark", point->name, m->path, names.buf);
	strbuf_release(&names);
	return err;
}

/* Where a case that never ended was left: the end. */
static int end_case(struct builder *b)
{
	struct answer *to = &b->answers[ANSWER_TO];

	if (!b->answers[ANSWER_FROM].found)
		return no_such_point(b, &b->model->point);
	if (!to->found)
		to->asked = to->time;
	return 0;
}

static int finish(struct builder *b, int which)
{
	struct model *m = b->model;
	struct answer *a = &b->answers[which];

	switch (a->point->kind) {
	case POINT_START:
		a->time = a->asked = 0;
		return 0;
	case POINT_END:
		a->asked = a->time;
		return 0;
	case POINT_TIME:
		a->asked = a->point->time;
		return 0;
	case POINT_PEAK:
		a->time = a->asked = m->peak_time;
		if (m->has_peak)
			return 0;
		return diag_error(b->diag, -ENOENT,
				  "'%s' has no peak: nothing was allocated, or "
				  "the trace ends before its first peak line",
				  m->path);
	case POINT_CASE:
		return end_case(b);
	case POINT_NAME:
		break;
	}
	return a->found ? 0 : no_such_point(b, a->point);
}

/* More than one is called so: say which one it is. */
static void tell_first(struct builder *b, const struct answer *a)
{
	if (a->same_name > 1)
		diag_add(b->diag, DIAG_NOTE, b->model->path, 0,
			 "%llu %s are called '%s': this is the first",
			 (unsigned long long)a->same_name,
			 a->point->kind == POINT_CASE ? "cases" : "points", a->point->name);
}

/* Rows after the second end would count as growth below nothing. */
static int check_order(struct builder *b)
{
	const struct answer *from = &b->answers[ANSWER_FROM], *to = &b->answers[ANSWER_TO];
	struct strbuf range = STRBUF_INIT;
	bool backwards = from->asked > to->asked && to->point->kind != POINT_END;
	int err = 0;

	if (from->time <= to->time && !backwards)
		return 0;
	point_format(&b->model->point, &range);
	if (backwards)
		err = diag_error(b->diag, -ENOENT,
				 "'%s' ends before it begins: it begins at %.9gs and ends at %.9gs",
				 range.buf, (double)from->asked / 1e9, (double)to->asked / 1e9);
	else
		err = diag_error(b->diag, -ENOENT,
				 "no totals were written between the ends of '%s': those after its "
				 "beginning are of %.9gs",
				 range.buf, (double)from->time / 1e9);
	strbuf_release(&range);
	return err;
}

int answer_done(struct builder *b)
{
	const struct answer *from = &b->answers[ANSWER_FROM], *to = &b->answers[ANSWER_TO];
	struct model *m = b->model;
	int err = 0;

	for (int i = b->n_answers - 1; i >= 0 && !err; i--) {
		err = finish(b, i);
		/* both ends of a case have its name */
		if (!err && !(i == ANSWER_TO && m->point.kind == POINT_CASE))
			tell_first(b, &b->answers[i]);
	}
	m->point_time = to->time;
	m->point_asked = to->asked;
	m->from_time = from->time;
	m->from_asked = from->asked;
	return !err && b->n_answers > 1 ? check_order(b) : err;
}
