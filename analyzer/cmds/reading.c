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
#include "cmds/settle.h"
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

int reading_load(struct model *model, const char *text)
{
	struct diag diag = DIAG_INIT;
	struct point point = { .kind = POINT_END };
	char *path = NULL;
	int err, status;

	*model = (struct model){ .path = NULL };
	err = point_split(text, &path, &point, &diag);
	if (err) {
		complain_diag(&diag);
		status = EXIT_USAGE;
	} else {
		err = settle_and_load(model, path, &point, &diag);
		if (err)
			complain_errors(&diag, path, err);
		/* a point that does not exist is wrong use of a good trace */
		status = err == -ENOENT && model->lines ? EXIT_USAGE : exit_status_of(err);
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

static bool is_same_file(const char *output, const char *trace)
{
	struct stat a, b;

	return stat(output, &a) == 0 && stat(trace, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

bool reading_is_trace(const char *output, const struct model *model)
{
	if (!output || !is_same_file(output, model->path))
		return false;
	complain("'%s' is the trace itself: name another file after -o", output);
	return true;
}

int reading_open_output(struct sink *sink, const char *output)
{
	int err = 0;

	/* a reader that has seen enough is no trouble; write() then says EPIPE */
	signal(SIGPIPE, SIG_IGN);
	if (output)
		err = sink_to_file(sink, output);
	else
		sink_to_fd(sink, STDOUT_FILENO);
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
	if (output)
		complain("cannot write '%s': %s", output, strerror(-err));
	else
		complain("cannot write standard output: %s", strerror(-err));
	return EXIT_IO;
}
