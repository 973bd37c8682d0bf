/* SPDX-License-Identifier: MIT */
/* leaks.c - what the program did wrong with its blocks: leaks, bad releases, limits. */
#include <stdlib.h>

#include "model/build.h"
#include "util/xalloc.h"

/* A stack that the line names: 0 when it is out of range. */
static uint32_t stack_of(struct builder *b, const struct event *event, uint64_t stack)
{
	if (build_reach(b, stack))
		return (uint32_t)stack;
	build_bad(b, event->line, "stack %llu is out of range", (unsigned long long)stack);
	return 0;
}

void build_leak_check(struct builder *b, const struct event *event)
{
	const struct mp_leak_check *line = &event->leak_check_line;
	struct model *m = b->model;
	struct model_leak_check check = {
		.t = line->t,
		.tid = line->tid,
		.took = line->took,
		.scanned = line->scanned,
		.name = xstrdup(line->name),
		.rules = xstrdup(line->rules),
		.note = xstrdup(line->note),
		.rows = xcalloc(line->n_rows + 1, sizeof(*check.rows)),
		.n_rows = line->n_rows,
	};

	for (size_t i = 0; i < line->n_rows; i++)
		check.rows[i] = (struct model_leak_row){
			.stack = stack_of(b, event, line->rows[i].stack),
			.class = (enum mp_leak)line->rows[i].class,
			.count = line->rows[i].count,
			.bytes = line->rows[i].bytes,
			.kind = (enum mp_kind)line->rows[i].kind,
		};
	XGROW(m->leak_checks, m->n_leak_checks, b->leak_checks_alloc);
	m->leak_checks[m->n_leak_checks++] = check;
}

void build_invalid(struct builder *b, const struct event *event)
{
	const struct mp_invalid *line = &event->invalid_line;
	struct model *m = b->model;

	XGROW(m->invalids, m->n_invalids, b->invalids_alloc);
	m->invalids[m->n_invalids++] = (struct model_invalid){
		.t = line->t,
		.tid = line->tid,
		.address = line->address,
		.thread = build_thread_of(b, line->tid, line->t),
		.what = xstrdup(line->what),
		.function = xstrdup(line->function),
		.gave = xstrdup(line->gave),
		.stack = stack_of(b, event, line->stack),
		.alloc = stack_of(b, event, line->alloc),
		.freed = stack_of(b, event, line->freed),
	};
}

void build_limit(struct builder *b, const struct event *event)
{
	const struct mp_limit *line = &event->limit_line;
	struct model *m = b->model;

	XGROW(m->limits, m->n_limits, b->limits_alloc);
	m->limits[m->n_limits++] = (struct model_limit){
		.t = line->t,
		.tid = line->tid,
		.limit = line->limit,
		.value = line->value,
		.thread = build_thread_of(b, line->tid, line->t),
		.broken = line->broken != 0,
		.stack = stack_of(b, event, line->stack),
		.what = xstrdup(line->what),
		.suite = xstrdup(line->suite),
		.name = xstrdup(line->name),
	};
}

void model_release_leaks(struct model *m)
{
	for (size_t i = 0; i < m->n_leak_checks; i++) {
		free(m->leak_checks[i].name);
		free(m->leak_checks[i].rules);
		free(m->leak_checks[i].note);
		free(m->leak_checks[i].rows);
	}
	for (size_t i = 0; i < m->n_invalids; i++) {
		free(m->invalids[i].what);
		free(m->invalids[i].function);
		free(m->invalids[i].gave);
	}
	for (size_t i = 0; i < m->n_limits; i++) {
		free(m->limits[i].what);
		free(m->limits[i].suite);
		free(m->limits[i].name);
	}
	free(m->leak_checks);
	free(m->invalids);
	free(m->limits);
}
