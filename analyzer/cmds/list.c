/* SPDX-License-Identifier: MIT */
/* list.c - memprof list: the traces in a folder, one row each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/places.h"
#include "cmds/reading.h"
#include "cmds/settle.h"
#include "doc/doc.h"
#include "model/model.h"
#include "model/processes.h"
#include "render/renderer.h"
#include "reports/about.h"
#include "trace/first_line.h"
#include "util/diag.h"
#include "util/map.h"
#include "util/path.h"
#include "util/sink.h"
#include "util/strmap.h"
#include "util/term.h"
#include "util/xalloc.h"

/* YYYY-MM-DDTHH:MM:SS of an epoch. */
#define SECONDS 19

struct args {
	const char *format;
};

static const struct opt options[] = {
	OPTION_TABLE_FORMAT(struct args, format),
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

/* A trace with what was read of it. */
struct row {
	struct trace_place place;
	struct model_process process; /* owned */
	char *run, *epoch;
	uint64_t at, forked_from; /* at: the epoch in ns */
	uint64_t duration, allocs, peak;
	const char *state;
};

struct rows {
	struct row *v;
	size_t n, alloc;
};

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		process_release(&rows->v[i].process);
		free(rows->v[i].run);
		free(rows->v[i].epoch);
	}
	free(rows->v);
}

/* The footer's words are exact; without one the last totals must do. */
static struct row row_of(const struct trace_place *place, struct model *model,
			 enum orphan_kind kind)
{
	struct counts sum = model_total(model, MP_HEAP);
	struct row row = {
		.place = *place,
		.process = model->processes[0],
		.run = xstrdup(model->header.run ? model->header.run : ""),
		.epoch = xstrdup(model->header.epoch ? model->header.epoch : ""),
		.at = first_line_epoch(model->header.epoch),
		.forked_from = model->header.parent,
		.duration = model->last_time,
		.allocs = model->has_footer ? model->footer.allocs : sum.allocs,
		.peak = model->has_footer ? model->footer.peak : model->peak_bytes,
		.state = state_of(model, kind),
	};

	/* its strings are the row's now */
	model->n_processes = 0;
	/* it may have grown just now */
	if (lstat(place->path, &row.place.st))
		row.place.st = place->st;
	return row;
}

static int read_all(struct rows *rows, const struct trace_places *places)
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
			XGROW(rows->v, rows->n, rows->alloc);
			rows->v[rows->n++] = row_of(&places->v[i], &model, orphan.kind);
		}
		model_release(&model);
		orphan_release(&orphan);
		diag_release(&diag);
	}
	return status;
}

static int by_start(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return strverscmp(a->place.path, b->place.path);
}

static void add_row(struct doc *doc, struct doc_table *table, const struct row *row,
		    const struct model_process *process, bool for_people)
{
	char seconds[SECONDS + 1];

	snprintf(seconds, sizeof(seconds), "%.*s", SECONDS, row->epoch);
	if (for_people && strlen(seconds) > 10)
		seconds[10] = ' ';

	const struct doc_cell cells[] = {
		CELL_T(row->place.path),
		CELL_T(for_people ? about_process(process, doc) : path_last(process->exe)),
		CELL_U(process->pid),
		CELL_U(process->ppid),
		CELL_U(process->depth),
		CELL_T(row->run),
		CELL_T(for_people ? seconds : row->epoch),
		CELL_U(row->duration),
		CELL_U(row->allocs),
		CELL_U(row->peak),
		CELL_T(row->state),
		CELL_U((uint64_t)row->place.st.st_size),
	};

	doc_add_row(doc, table, cells);
}

/* The traces of a run, in order of their start, as a tree. */
static void add_run(struct doc *doc, struct doc_table *table, const struct rows *rows,
		    const char *run, bool for_people)
{
	struct model_process *processes = xcalloc(rows->n + 1, sizeof(*processes));
	uint64_t *forked_from = xcalloc(rows->n + 1, sizeof(*forked_from));
	size_t *index = xcalloc(rows->n + 1, sizeof(*index)), n = 0;
	const struct map forks = MAP_INIT;
	uint32_t *order;

	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(rows->v[i].run, run) != 0)
			continue;
		processes[n] = rows->v[i].process;
		forked_from[n] = rows->v[i].forked_from;
		index[n++] = i;
	}
	processes_link(processes, n, forked_from, &forks);
	order = model_tree_order(processes, n);
	for (size_t i = 0; i < n; i++)
		add_row(doc, table, &rows->v[index[order[i]]], &processes[order[i]], for_people);
	free(processes);
	free(forked_from);
	free(index);
	free(order);
}

static int add_all(struct doc *doc, struct doc_table *table, const struct trace_places *places,
		   bool for_people)
{
	struct rows rows = { .n = 0 };
	struct strmap runs = STRMAP_INIT;
	int status = read_all(&rows, places);

	if (rows.n)
		qsort(rows.v, rows.n, sizeof(*rows.v), by_start);
	for (size_t i = 0; i < rows.n; i++) {
		size_t before = runs.n;
		const char *run = strmap_intern(&runs, rows.v[i].run);

		if (runs.n > before)
			add_run(doc, table, &rows, run, for_people);
	}
	strmap_release(&runs);
	rows_release(&rows);
	return status;
}

static int write_doc(const struct doc *doc, const struct renderer *renderer)
{
	struct sink sink;
	struct term term;
	int status = reading_open_output(&sink, NULL);

	if (status)
		return status;
	term_init(&term, STDOUT_FILENO, TERM_AUTO);
	renderer->write(doc, &term, &sink);
	return reading_close_output(&sink, NULL);
}

static int run(const void *given, int n_operands, char **operands)
{
	static const struct doc_column columns[] = {
		{ .key = "trace", .title = "Trace", .unit = UNIT_TEXT, .flags = COLUMN_KEY },
		{ .key = "program", .title = "Program", .unit = UNIT_TEXT },
		{ .key = "pid", .title = "Pid", .unit = UNIT_NONE },
		{ .key = "ppid",
		  .title = "Parent",
		  .unit = UNIT_NONE,
		  .flags = COLUMN_FOR_MACHINES },
		{ .key = "depth",
		  .title = "Depth",
		  .unit = UNIT_NONE,
		  .flags = COLUMN_FOR_MACHINES },
		{ .key = "run", .title = "Run", .unit = UNIT_TEXT, .flags = COLUMN_FOR_MACHINES },
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
		"One row a trace in DIR (by default the current folder): run by run, the oldest "
		"first, children below the process that made them and to the right of it, = "
		"before a program that replaced the one above by exec. The "
		"state is complete; killed, when a signal ended the process; live, while it "
		"runs; or cut, when the end of the trace is missing.",
	.options = options,
	.args_size = sizeof(struct args),
	.max_operands = 1,
	.examples = examples,
	.run = run,
};
