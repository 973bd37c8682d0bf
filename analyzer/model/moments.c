/* SPDX-License-Identifier: MIT */
/* moments.c - what a program named or did at one time: marks, snapshots, regions, cases, forks. */
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

	add_moment(b, MOMENT_CASE, line->t, line->tid, line->suite, line->name, 0);
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
