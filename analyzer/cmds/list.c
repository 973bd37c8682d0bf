/* SPDX-License-Identifier: MIT */
/* list.c - memprof list: the traces in a folder, one row each. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/places.h"
#include "cmds/settle.h"
#include "doc/doc.h"
#include "model/model.h"
#include "render/renderer.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"

/* YYYY-MM-DDTHH:MM:SS of an epoch. */
#define SECONDS 19

struct args {
	const char *format;
};

static const struct opt options[] = {
	{ .letter = 'f',
	  .name = "format",
	  .type = OPT_WORD,
	  .offset = offsetof(struct args, format),
	  .def = "text",
	  .arg = "text|json|csv",
	  .help = "how to write it" },
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof list",
	"memprof list --format json traces/ | jq '.tables.traces[] | select(.state == \"killed\")'",
	NULL,
};

static const char *state_of(const struct model *model, enum orphan_kind kind)
{
	if (kind == ORPHAN_LIVE && !model->has_footer)
		return "live";
	if (!model->has_footer)
		return "cut";
	return !strcmp(model->footer.reason, "killed") ? "killed" : "complete";
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The footer's words are exact; without one the last totals must do. */
static void add_trace(struct doc *doc, struct doc_table *table, const struct trace_place *place,
		      const struct model *model, enum orphan_kind kind, bool for_people)
{
	struct counts sum = model_total(model, MP_HEAP);
	uint64_t peak = model->has_footer ? model->footer.peak : model->peak_bytes;
	const char *epoch = model->header.epoch ? model->header.epoch : "";
	char seconds[SECONDS + 1];
	struct stat st = place->st;

	/* it may have grown just now */
	if (lstat(place->path, &st))
		st = place->st;
	snprintf(seconds, sizeof(seconds), "%.*s", SECONDS, epoch);
	if (for_people && strlen(seconds) > 10)
		seconds[10] = ' ';

	const struct doc_cell cells[] = {
		CELL_T(place->path),
		CELL_T(base_of(model->header.exe ? model->header.exe : "")),
		CELL_U(model->header.pid),
		CELL_T(for_people ? seconds : epoch),
		CELL_U(model->last_time),
		CELL_U(model->has_footer ? model->footer.allocs : sum.allocs),
		CELL_U(peak),
		CELL_T(state_of(model, kind)),
		CELL_U((uint64_t)st.st_size),
	};

	doc_add_row(doc, table, cells);
}

static int add_all(struct doc *doc, struct doc_table *table, const struct trace_places *places,
		   bool for_people)
{
	int status = EXIT_FINE;

	for (size_t i = 0; i < places->n; i++) {
		const char *path = places->v[i].path;
		struct diag diag = DIAG_INIT;
		struct orphan orphan;
		struct model model;
		int err = model_load(&model, settle(&orphan, path), NULL, &diag);

		if (err) {
			complain("cannot read '%s': %s", path, strerror(-err));
			status = exit_status_of(err);
		} else {
			add_trace(doc, table, &places->v[i], &model, orphan.kind, for_people);
		}
		model_release(&model);
		orphan_release(&orphan);
		diag_release(&diag);
	}
	return status;
}

static int write_doc(const struct doc *doc, const struct renderer *renderer)
{
	struct sink sink;
	struct term term;
	int err;

	signal(SIGPIPE, SIG_IGN);
	sink_to_fd(&sink, STDOUT_FILENO);
	term_init(&term, STDOUT_FILENO, TERM_AUTO);
	renderer->write(doc, &term, &sink);
	err = sink_close(&sink);
	if (!err || err == -EPIPE)
		return EXIT_FINE;
	complain("cannot write standard output: %s", strerror(-err));
	return EXIT_IO;
}

static int run(const void *given, int n_operands, char **operands)
{
	static const struct doc_column columns[] = {
		{ .key = "trace", .title = "Trace", .unit = UNIT_TEXT, .flags = COLUMN_KEY },
		{ .key = "program", .title = "Program", .unit = UNIT_TEXT },
		{ .key = "pid", .title = "Pid", .unit = UNIT_NONE },
		{ .key = "start", .title = "Start (UTC)", .unit = UNIT_TEXT },
		{ .key = "duration_ns", .title = "Duration", .unit = UNIT_NS },
		{ .key = "allocations", .title = "Allocations", .unit = UNIT_COUNT },
		{ .key = "peak_bytes", .title = "Peak", .unit = UNIT_BYTES },
		{ .key = "state", .title = "State", .unit = UNIT_TEXT },
		{ .key = "bytes", .title = "Size", .unit = UNIT_BYTES },
	};
	const struct args *args = given;
	const struct renderer *renderer = renderer_find(args->format);
	const char *dir = n_operands ? operands[0] : ".";
	struct trace_places places;
	struct doc_table *table;
	struct doc doc;
	int err = trace_places_find(&places, dir), status, written;

	if (err) {
		complain("cannot open '%s': %s", dir, strerror(-err));
		return EXIT_IO;
	}
	doc_init(&doc, "list");
	doc.main_table = "traces";
	table = doc_add_table(&doc, "traces", "Traces", columns,
			      sizeof(columns) / sizeof(*columns));
	status = add_all(&doc, table, &places, renderer->for_people);
	if (places.n || !renderer->for_people) {
		written = write_doc(&doc, renderer);
		status = written ? written : status;
	} else {
		complain("there are no traces in '%s': 'memprof run PROGRAM' records one", dir);
	}
	doc_release(&doc);
	trace_places_release(&places);
	return status;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "show the traces in a folder",
	.operands = "[DIR]",
	.description =
		"One row a trace in DIR (by default the current folder), the oldest first. The "
		"state is complete; killed, when a signal ended the process; live, while it "
		"runs; or cut, when the end of the trace is missing.",
	.options = options,
	.args_size = sizeof(struct args),
	.max_operands = 1,
	.examples = examples,
	.run = run,
};
