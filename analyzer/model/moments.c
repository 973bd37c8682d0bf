/* SPDX-License-Identifier: MIT */
/* moments.c - what a program named or did at one time: marks, snapshots, regions, cases, forks. */
#include <string.h>

#include "model/build.h"
#include "util/xalloc.h"

/* Good until the next one. */
static struct model_moment *add_moment(struct builder *b, enum moment_kind kind, uint64_t t,
				       uint64_t tid, const char *suite, const char *name,
				       uint64_t child)
{
	struct model *m = b->model;

	XGROW(m->moments, m->n_moments, b->moments_alloc);
	m->moments[m->n_moments++] = (struct model_moment){
		.kind = kind,
		.t = t,
		.tid = tid,
		.thread = build_thread_of(b, tid, t),
		.name = xstrdup(name),
		.suite = xstrdup(suite),
		.child = child,
	};
	return &m->moments[m->n_moments - 1];
}

/* A case begins with all totals just written. */
static void add_totals(struct builder *b, struct model_moment *moment)
{
	struct counts c = model_total(b->model, MP_HEAP);

	moment->allocs = c.allocs;
	moment->bytes = c.bytes;
	moment->frees = c.frees;
	moment->freed = c.freed;
}

/* ... and ends so: what was done since the last one of its name began. */
static void add_difference(struct builder *b, struct model_moment *end)
{
	struct counts c = model_total(b->model, MP_HEAP);
	const struct model_moment *begin = end;

	while (begin-- > b->model->moments)
		if (begin->kind == MOMENT_CASE && !strcmp(begin->name, end->name) &&
		    !strcmp(begin->suite, end->suite)) {
			end->allocs = c.allocs - begin->allocs;
			end->bytes = c.bytes - begin->bytes;
			end->frees = c.frees - begin->frees;
			end->freed = c.freed - begin->freed;
			return;
		}
}

void build_mark(struct builder *b, const struct event *event)
{
	const struct mp_mark *line = &event->mark_line;
	struct model_moment *mark = add_moment(b, MOMENT_MARK, line->t, line->tid, NULL, line->name,
					       0);

	mark->allocs = line->allocs;
	mark->bytes = line->bytes;
	mark->frees = line->frees;
	mark->freed = line->freed;
	answer_mark(b, line->t, line->name);
}

void build_snapshot(struct builder *b, const struct event *event)
{
	const struct mp_snapshot *line = &event->snapshot_line;

	add_moment(b, MOMENT_SNAPSHOT, line->t, line->tid, NULL, line->name, 0);
	answer_snapshot(b, line->t, line->name);
}

void build_begin(struct builder *b, const struct event *event)
{
	const struct mp_begin *line = &event->begin_line;

	add_moment(b, MOMENT_BEGIN, line->t, line->tid, NULL, line->name, 0)->region =
		build_region_of(b, line->region);
}

void build_end(struct builder *b, const struct event *event)
{
	const struct mp_end *line = &event->end_line;
	struct model_moment *end = add_moment(b, MOMENT_END, line->t, line->tid, NULL, line->name,
					      0);

	end->allocs = line->allocs;
	end->bytes = line->bytes;
	end->frees = line->frees;
	end->freed = line->freed;
	end->peak = line->peak;
	end->region = build_region_of(b, line->region);
}

void build_case(struct builder *b, const struct event *event)
{
	const struct mp_case *line = &event->case_line;

	add_totals(b, add_moment(b, MOMENT_CASE, line->t, line->tid, line->suite, line->name, 0));
	answer_case(b, line->t, line->suite, line->name, false);
}

void build_case_end(struct builder *b, const struct event *event)
{
	const struct mp_case_end *line = &event->case_end_line;

	struct model_moment *end = add_moment(b, MOMENT_CASE_END, line->t, line->tid, line->suite,
					      line->name, 0);

	end->allocs = line->allocs;
	end->bytes = line->bytes;
	end->frees = line->frees;
	end->freed = line->freed;
	end->peak = (int64_t)line->peak;
	end->live = line->live;
	/* of a recorder that did not say */
	if (!line->allocs && !line->frees)
		add_difference(b, end);
	answer_case(b, line->t, line->suite, line->name, true);
}

void build_fork(struct builder *b, const struct event *event)
{
	const struct mp_fork *line = &event->fork_line;

	add_moment(b, MOMENT_FORK, line->t, line->tid, NULL, "", line->child);
}

void build_exec(struct builder *b, const struct event *event)
{
	const struct mp_exec *line = &event->exec_line;

	add_moment(b, MOMENT_EXEC, line->t, line->tid, NULL, line->path, 0);
}
