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
 * one time, nothing exact in between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/strmap.h"

/* Between two batches at least half the header's rhythm passes; this when it has none. */
#define GAP_NS UINT64_C(50000000)

/* Length at which a list of names in a message is long enough. */
enum { NAMES_MAX = 500 };

void answer_start(struct builder *b)
{
	enum point_kind kind = b->model->point.kind;

	b->answer.settled = kind == POINT_START || kind == POINT_PEAK;
}

static void settle(struct builder *b, uint64_t t)
{
	b->answer.settled = true;
	b->model->point_time = t;
}

static bool starts_batch(const struct builder *b, uint32_t thread, uint64_t t)
{
	const struct answer *a = &b->answer;
	const struct thread_extra *extra = &b->extras[thread];
	uint64_t sites_ns = b->model->header.sites_ns;
	uint64_t gap = sites_ns ? sites_ns / 2 : GAP_NS;

	return !a->batch || (extra->batch == a->batch && extra->batch_time != t) ||
	       (t > a->batch_first && t - a->batch_first > gap);
}

bool answer_delta(struct builder *b, uint32_t thread, uint64_t t)
{
	struct model *m = b->model;
	struct answer *a = &b->answer;

	if (!a->settled && starts_batch(b, thread, t)) {
		if (a->answered)
			settle(b, a->batch_last);
		a->batch++;
		a->batch_first = a->batch_last = t;
	}
	if (a->settled || (m->point.kind == POINT_TIME && t > m->point.time))
		return false;
	b->extras[thread] = (struct thread_extra){ .batch = a->batch, .batch_time = t };
	if (t > a->batch_last)
		a->batch_last = t;
	if (t > m->point_time)
		m->point_time = t;
	if (a->waiting && t >= m->point_asked)
		a->answered = true;
	return true;
}

/* The first line with the wanted name; later ones are counted. */
static bool is_wanted(struct builder *b, uint64_t t, const char *name)
{
	const struct point *point = &b->model->point;

	if (point->kind != POINT_NAME || !name || strcmp(name, point->name))
		return false;
	b->answer.same_name++;
	if (b->answer.found)
		return false;
	b->answer.found = true;
	b->model->point_asked = t;
	return true;
}

void answer_exact(struct builder *b, uint64_t t, const char *name)
{
	struct answer *a = &b->answer;
	bool wanted = is_wanted(b, t, name);

	if (a->settled)
		return;
	if (wanted || (a->waiting && t >= b->model->point_asked))
		settle(b, t);
	a->batch++;
	a->batch_first = a->batch_last = t;
}

void answer_mark(struct builder *b, uint64_t t, const char *name)
{
	struct answer *a = &b->answer;

	if (!is_wanted(b, t, name) || a->settled)
		return;
	a->waiting = true;
	a->answered = a->batch && a->batch_last >= t;
}

static int no_such_name(const struct builder *b)
{
	const struct model *m = b->model;
	struct strbuf names = STRBUF_INIT;
	struct strmap told = STRMAP_INIT;
	int err;

	for (size_t i = 0; i < m->n_moments && names.len < NAMES_MAX; i++) {
		const struct model_moment *moment = &m->moments[i];
		void **seen;

		if (moment->kind != MOMENT_MARK && moment->kind != MOMENT_SNAPSHOT)
			continue;
		seen = strmap_at(&told, moment->name);
		if (!*seen)
			strbuf_addf(&names, "'%s', ", moment->name);
		*seen = moment->name;
	}
	err = diag_error(b->diag, -ENOENT,
			 "no snapshot or mark '%s' in '%s': it has %sstart, peak, end and times "
			 "such as 1.5s",
			 m->point.name, m->path, names.buf);
	strmap_release(&told);
	strbuf_release(&names);
	return err;
}

int answer_done(struct builder *b)
{
	struct model *m = b->model;
	struct answer *a = &b->answer;

	switch (m->point.kind) {
	case POINT_START:
		m->point_time = m->point_asked = 0;
		return 0;
	case POINT_END:
		m->point_asked = m->point_time;
		return 0;
	case POINT_TIME:
		m->point_asked = m->point.time;
		return 0;
	case POINT_PEAK:
		m->point_time = m->point_asked = m->peak_time;
		if (m->has_peak)
			return 0;
		return diag_error(b->diag, -ENOENT,
				  "'%s' has no peak: nothing was allocated, or "
				  "the trace ends before its first peak line",
				  m->path);
	case POINT_NAME:
		break;
	}
	if (!a->found)
		return no_such_name(b);
	if (a->same_name > 1)
		diag_add(b->diag, DIAG_NOTE, m->path, 0,
			 "%llu points are called '%s': this is "
			 "the first",
			 (unsigned long long)a->same_name, m->point.name);
	return 0;
}
