/* SPDX-License-Identifier: MIT */
/*
 * family_leaks.c - leak checks of one name are one in all processes; bad releases and limits
 * follow each other.
 */
#include <stdlib.h>
#include <string.h>

#include "model/family_parts.h"
#include "util/xalloc.h"

/* The check of that name, made when it is new. */
static struct model_leak_check *check_of(struct family *f, const struct model_leak_check *from)
{
	struct model *m = f->model;

	for (size_t i = 0; i < m->n_leak_checks; i++)
		if (!strcmp(m->leak_checks[i].name, from->name) &&
		    !strcmp(m->leak_checks[i].rules, from->rules))
			return &m->leak_checks[i];
	XGROW(m->leak_checks, m->n_leak_checks, f->rest.leak_checks);
	m->leak_checks[m->n_leak_checks] = (struct model_leak_check){
		.tid = from->tid,
		.name = xstrdup(from->name),
		.rules = xstrdup(from->rules),
		.note = xstrdup(from->note),
	};
	return &m->leak_checks[m->n_leak_checks++];
}

static void add_check(struct family *f, const struct model_leak_check *from, int64_t shift,
		      const struct family_indexes *indexes)
{
	struct model_leak_check *check = check_of(f, from);
	uint64_t t = family_time(from->t, shift);

	check->t = t > check->t ? t : check->t;
	check->took += from->took;
	check->scanned += from->scanned;
	if (!*check->note && *from->note) {
		free(check->note);
		check->note = xstrdup(from->note);
	}
	check->rows = xreallocarray(check->rows, check->n_rows + from->n_rows + 1,
				    sizeof(*check->rows));
	for (size_t i = 0; i < from->n_rows; i++) {
		struct model_leak_row row = from->rows[i];

		row.stack = indexes->nodes[row.stack];
		check->rows[check->n_rows++] = row;
	}
}

static uint32_t thread_of(const struct family_indexes *indexes, const struct model *member,
			  uint32_t thread)
{
	return thread < member->n_threads ? indexes->threads[thread] : MODEL_NO_THREAD;
}

void family_add_leaks(struct family *f, const struct model *member, int64_t shift,
		      const struct family_indexes *indexes)
{
	struct model *m = f->model;

	/* several checks of one name in a process: the last is how it ended */
	for (size_t i = 0; i < member->n_leak_checks; i++) {
		const struct model_leak_check *check = &member->leak_checks[i];
		bool again = false;

		for (size_t k = i + 1; k < member->n_leak_checks && !again; k++)
			again = !strcmp(member->leak_checks[k].name, check->name) &&
				!strcmp(member->leak_checks[k].rules, check->rules);
		if (!again)
			add_check(f, check, shift, indexes);
	}
	for (size_t i = 0; i < member->n_invalids; i++) {
		struct model_invalid invalid = member->invalids[i];

		invalid.t = family_time(invalid.t, shift);
		invalid.thread = thread_of(indexes, member, invalid.thread);
		invalid.what = xstrdup(invalid.what);
		invalid.function = xstrdup(invalid.function);
		invalid.gave = xstrdup(invalid.gave);
		invalid.stack = indexes->nodes[invalid.stack];
		invalid.alloc = indexes->nodes[invalid.alloc];
		invalid.freed = indexes->nodes[invalid.freed];
		XGROW(m->invalids, m->n_invalids, f->rest.invalids);
		m->invalids[m->n_invalids++] = invalid;
	}
	for (size_t i = 0; i < member->n_limits; i++) {
		struct model_limit limit = member->limits[i];

		limit.t = family_time(limit.t, shift);
		limit.thread = thread_of(indexes, member, limit.thread);
		limit.stack = indexes->nodes[limit.stack];
		limit.what = xstrdup(limit.what);
		limit.suite = xstrdup(limit.suite);
		limit.name = xstrdup(limit.name);
		XGROW(m->limits, m->n_limits, f->rest.limits);
		m->limits[m->n_limits++] = limit;
	}
}
