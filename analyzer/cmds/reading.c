/* SPDX-License-Identifier: MIT */
/* reading.c - TRACE[@POINT] to a model, bytes to where -o says. */
#include "cmds/reading.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/members.h"
#include "cmds/settle.h"
#include "model/family.h"
#include "model/family_point.h"
#include "model/model.h"
#include "model/point.h"
#include "util/diag.h"
#include "util/sink.h"

/* Only what made it fail; what was skipped on the way is in the report's notes. */
static void complain_errors(const struct diag *diag, const char *path, int err)
{
	bool told = false;

	for (size_t i = 0; i < diag->n; i++) {
		const struct diag_message *m = &diag->messages[i];

		if (m->level == DIAG_ERROR)
			complain("%s%s%s", m->file && !strstr(m->text, m->file) ? m->file : "",
				 m->file && !strstr(m->text, m->file) ? ": " : "", m->text);
		told |= m->level == DIAG_ERROR;
	}
	if (!told)
		complain("cannot read '%s': %s", path, strerror(-err));
}

static int load_one(struct model *model, const char *path, const struct point *point,
		    unsigned int flags, struct diag *diag)
{
	int err = settle_and_load(model, path, point, flags, diag);

	if (err)
		complain_errors(diag, path, err);
	/* a point that does not exist is wrong use of a good trace */
	return err == -ENOENT && model->lines ? EXIT_USAGE : exit_status_of(err);
}

/* One of several: what cannot be read is told and left out. */
static int load_member(struct model *model, const char *path, const struct point *point,
		       unsigned int flags)
{
	static const struct point start = { .kind = POINT_START };
	struct diag diag = DIAG_INIT;
	int err = settle_and_load(model, path, point, flags, &diag);

	/* a process that allocated nothing has no peak, for one */
	if (err == -ENOENT && model->lines) {
		model_release(model);
		err = settle_and_load(model, path, &start, flags, NULL);
	}
	if (err)
		complain("warning: '%s' was left out: %s", path, strerror(-err));
	diag_release(&diag);
	return err;
}

static int load_all(struct model *model, const char *text, const struct members *members,
		    const struct family_points *points, unsigned int flags, struct family *family)
{
	size_t added = 0;

	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->v[i];
		struct model one;
		struct point at;

		if (family_points_of(points, i, member->line.epoch, &at)) {
			if (!load_member(&one, member->path, &at, flags)) {
				family_add(family, &one);
				added++;
			}
			model_release(&one);
		}
		point_release(&at);
	}
	family_done(family, model);
	if (added)
		return EXIT_FINE;
	complain("'%s' has no trace that could be read at this point", text);
	return EXIT_TRACE;
}

static int load_family(struct model *model, const char *text, const struct members *members,
		       const struct point *point, unsigned int flags)
{
	uint64_t epoch = members->v[0].line.epoch;
	struct family_points *points = family_points_new(point, epoch);
	const char *missing;
	bool is_case = false;
	int status;

	for (size_t i = 0; i < members->n; i++)
		family_points_look(points, i, members->v[i].path, members->v[i].line.epoch);
	missing = family_points_missing(points, &is_case);
	if (missing) {
		complain("no %s '%s' in any of the %zu traces of '%s'",
			 is_case ? "case" : "snapshot or mark", missing, members->n, text);
		status = EXIT_USAGE;
	} else {
		status = load_all(model, text, members, points, flags,
				  family_new(text, point, epoch));
	}
	family_points_free(points);
	return status;
}

static int load(struct model *model, const char *path, const struct point *point,
		const struct reading *how, struct diag *diag)
{
	struct members members;
	int err = members_find(&members, path, how->family, diag), status;

	if (err) {
		complain_errors(diag, path, err);
		status = exit_status_of(err);
	} else {
		settle_tell(diag);
		diag_release(diag);
		status = members.n == 1
				 ? load_one(model, members.v[0].path, point, how->flags, diag)
				 : load_family(model, path, &members, point, how->flags);
	}
	members_release(&members);
	return status;
}

int reading_load_with(struct model *model, const char *text, const struct reading *how)
{
	static const struct reading plain;
	struct diag diag = DIAG_INIT;
	struct point point = { .kind = POINT_END };
	char *path = NULL;
	int status;

	*model = (struct model){ .path = NULL };
	if (point_split(text, &path, &point, &diag)) {
		complain_diag(&diag);
		status = EXIT_USAGE;
	} else {
		status = load(model, path, &point, how ? how : &plain, &diag);
	}
	point_release(&point);
	free(path);
	diag_release(&diag);
	return status;
}

int reading_load_whole(struct model *model, const char *path)
{
	struct diag diag = DIAG_INIT;
	int err = model_load(model, path, NULL, &diag);

	if (err)
		complain_errors(&diag, path, err);
	diag_release(&diag);
	return exit_status_of(err);
}

int reading_load(struct model *model, const char *text)
{
	return reading_load_with(model, text, NULL);
}

static bool is_same_file(const char *output, const char *trace)
{
	struct stat a, b;

	return stat(output, &a) == 0 && stat(trace, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

bool reading_is_trace(const char *output, const struct model *model)
{
	bool is_trace = output && is_same_file(output, model->path);

	for (size_t i = 0; i < model->n_processes && output; i++)
		is_trace |= is_same_file(output, model->processes[i].path);
	if (!is_trace)
		return false;
	complain("'%s' is the trace itself: name another file after -o", output);
	return true;
}

const char reading_stderr[] = "(standard error)";

static bool is_stdout(const char *output)
{
	return !output || !strcmp(output, "-");
}

int reading_open_output(struct sink *sink, const char *output)
{
	int err = 0;

	/* a reader that has seen enough is no trouble; write() then says EPIPE */
	signal(SIGPIPE, SIG_IGN);
	if (output == reading_stderr)
		sink_to_fd(sink, STDERR_FILENO);
	else if (is_stdout(output))
		sink_to_fd(sink, STDOUT_FILENO);
	else
		err = sink_to_file(sink, output);
	if (!err)
		return EXIT_FINE;
	complain("cannot create '%s': %s", output, strerror(-err));
	return EXIT_IO;
}

int reading_close_output(struct sink *sink, const char *output)
{
	int err = sink_close(sink);

	if (!err || err == -EPIPE)
		return EXIT_FINE;
	if (is_stdout(output))
		complain("cannot write standard output: %s", strerror(-err));
	else
		complain("cannot write '%s': %s", output, strerror(-err));
	return EXIT_IO;
}
