/* SPDX-License-Identifier: MIT */
/* family_point.c - see family_point.h. */
#include "model/family_point.h"

#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/point.h"
#include "trace/reader.h"
#include "util/diag.h"
#include "util/xalloc.h"

/* A name that was asked for, and the first moment in any trace that has it. */
struct named {
	const char *name; /* of a case: suite/name; NULL: no name */
	bool is_case, found, ended;
	size_t member;	  /* whose it is */
	uint64_t at, end; /* ns since 1970 */
};

enum { TO, FROM, NAMES };

struct family_points {
	const struct point *asked;
	uint64_t epoch;
	struct named names[NAMES];
};

struct family_points *family_points_new(const struct point *asked, uint64_t epoch)
{
	struct family_points *points = xcalloc(1, sizeof(*points));

	points->asked = asked;
	points->epoch = epoch;
	points->names[TO].name = asked->name;
	points->names[TO].is_case = asked->kind == POINT_CASE;
	if (asked->from)
		points->names[FROM].name = asked->from->name;
	return points;
}

void family_points_free(struct family_points *points)
{
	free(points);
}

static bool is_case(const char *wanted, const char *suite, const char *name)
{
	size_t len = strlen(suite);

	return !strncmp(wanted, suite, len) && wanted[len] == '/' &&
	       !strcmp(wanted + len + 1, name);
}

/* Is the line what `named` asks for?  *end: the end of a case. */
static bool is_named(const struct named *named, const struct event *event, bool *end)
{
	*end = event->type == MP_case_end;
	switch (event->type) {
	case MP_mark:
		return !named->is_case && !strcmp(event->mark_line.name, named->name);
	case MP_snapshot:
		return !named->is_case && !strcmp(event->snapshot_line.name, named->name);
	case MP_case:
		return named->is_case &&
		       is_case(named->name, event->case_line.suite, event->case_line.name);
	case MP_case_end:
		return named->is_case &&
		       is_case(named->name, event->case_end_line.suite, event->case_end_line.name);
	default:
		return false;
	}
}

static void meet(struct named *named, size_t member, uint64_t at, bool end)
{
	bool ours = named->found && named->member == member;

	if (end) {
		if (ours && !named->ended) {
			named->ended = true;
			named->end = at;
		}
		return;
	}
	/* of several in a trace the first is meant */
	if (named->found && (ours || named->at <= at))
		return;
	named->found = true;
	named->ended = false;
	named->member = member;
	named->at = at;
}

int family_points_look(struct family_points *points, size_t member, const char *path,
		       uint64_t epoch)
{
	struct diag unheard = DIAG_INIT;
	const struct event *event;
	struct reader *reader;
	int err;

	if (!points->names[TO].name && !points->names[FROM].name)
		return 0;
	err = reader_open(&reader, path, 0, &unheard);
	while (!err && (err = reader_next(reader, &event)) > 0) {
		for (int i = 0; i < NAMES; i++) {
			struct named *named = &points->names[i];
			bool end;

			if (named->name && is_named(named, event, &end))
				meet(named, member, epoch + event->t, end);
		}
		err = 0;
	}
	reader_close(reader);
	diag_release(&unheard);
	return err;
}

const char *family_points_missing(const struct family_points *points, bool *of_case)
{
	for (int i = 0; i < NAMES; i++)
		if (points->names[i].name && !points->names[i].found) {
			*of_case = points->names[i].is_case;
			return points->names[i].name;
		}
	return NULL;
}

/* `at` in a trace of that epoch: before it there is only its start. */
static struct point at_time(uint64_t at, uint64_t epoch)
{
	if (at < epoch)
		return (struct point){ .kind = POINT_START };
	return (struct point){ .kind = POINT_TIME, .time = at - epoch };
}

/* One end, without its range. */
static struct point one_end(const struct family_points *points, const struct point *asked,
			    const struct named *named, size_t member, uint64_t epoch)
{
	if (asked->kind == POINT_TIME)
		return at_time(points->epoch + asked->time, epoch);
	if (asked->kind == POINT_NAME && named->member != member)
		return at_time(named->at, epoch);
	return (struct point){ .kind = asked->kind, .name = xstrdup(asked->name) };
}

/* A case of another process is a range of times. */
static struct point others_case(const struct named *named, uint64_t epoch)
{
	struct point to = named->ended ? at_time(named->end, epoch)
				       : (struct point){ .kind = POINT_END };

	to.from = xmalloc(sizeof(*to.from));
	*to.from = at_time(named->at, epoch);
	return to;
}

bool family_points_of(const struct family_points *points, size_t member, uint64_t epoch,
		      struct point *point)
{
	const struct point *asked = points->asked;
	const struct named *to = &points->names[TO];

	if (asked->kind == POINT_CASE && to->member != member) {
		*point = others_case(to, epoch);
	} else {
		*point = one_end(points, asked, to, member, epoch);
		if (asked->from) {
			point->from = xmalloc(sizeof(*point->from));
			*point->from = one_end(points, asked->from, &points->names[FROM], member,
					       epoch);
		}
	}
	return asked->kind == POINT_START || point->kind != POINT_START;
}
