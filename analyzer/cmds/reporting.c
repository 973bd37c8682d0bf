/* SPDX-License-Identifier: MIT */
/* reporting.c - from the words after a report's name to bytes on the output. */
#include <glob.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmds/commands.h"
#include "cmds/reading.h"
#include "cmds/source_lines.h"
#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "render/renderer.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"
#include "util/units.h"
#include "util/xalloc.h"

#define ROWS_FOR_PEOPLE 10

/* What everybody's options fill; those of the report come behind it. */
struct common {
	const char *format, *output, *n, *sort, *color, *sysroot, *debug_path;
	struct opt_list filters;
	bool cumulative;
};

#define COMMON(field) .offset = offsetof(struct common, field)

static const struct opt common_options[] = {
	{ .letter = 'n',
	  .name = "rows",
	  .type = OPT_NUMBER,
	  .flags = OPT_KEEP_TEXT,
	  COMMON(n),
	  .arg = "N",
	  .help = "show N rows; 0 for all (default: 10 in text, else all)" },
	{ .letter = 's',
	  .name = "sort",
	  .type = OPT_TEXT,
	  COMMON(sort),
	  .arg = "KEY",
	  .help = "sort by this column, the largest first" },
	{ .name = "filter",
	  .type = OPT_LIST,
	  COMMON(filters),
	  .arg = "FILTER",
	  .help = "include|exclude:function|file|module|thread:GLOB; kept is what any include and "
		  "no exclude matches" },
	{ .name = "cumulative",
	  .type = OPT_FLAG,
	  COMMON(cumulative),
	  .help = "count a stack for every frame on it, not only where it starts" },
	{ .letter = 'f',
	  .name = "format",
	  .type = OPT_WORD,
	  COMMON(format),
	  .arg = "text|json|csv|svg|html",
	  .help = "how to write it (default: by the end of FILE's name, else text)" },
	{ .letter = 'o',
	  .name = "output",
	  .type = OPT_PATH,
	  COMMON(output),
	  .arg = "FILE",
	  .help = "write to FILE instead of standard output" },
	{ .name = "color",
	  .type = OPT_WORD,
	  COMMON(color),
	  .arg = "auto|always|never",
	  .def = "auto",
	  .help = "colours: by default on a terminal, unless NO_COLOR is set" },
	{ .name = "sysroot",
	  .type = OPT_PATH,
	  COMMON(sysroot),
	  .arg = "DIR",
	  .help = "look for the trace's programs and libraries below DIR" },
	{ .name = "debug-path",
	  .type = OPT_TEXT,
	  COMMON(debug_path),
	  .arg = "DIR[:DIR]",
	  .help = "look for separate debug files here, too" },
	{ .type = OPT_END },
};

struct opt *report_options(const struct report *report)
{
	size_t own = 0, common = sizeof(common_options) / sizeof(*common_options);
	struct opt *table;

	while (report->options && report->options[own].type)
		own++;
	table = xcalloc(own + common, sizeof(*table));
	for (size_t i = 0; i < own; i++) {
		table[i] = report->options[i];
		table[i].offset += sizeof(struct common);
	}
	memcpy(table + own, common_options, sizeof(common_options));
	return table;
}

static int wrong_use(const struct report *report, const struct diag *diag)
{
	complain_diag(diag);
	complain("'memprof %s --help' shows how it is used", report->name);
	return EXIT_USAGE;
}

/* No trace was named: say so, and name one that lies here. */
static int no_trace(const struct report *report)
{
	glob_t found = { 0 };
	const char *newest = NULL;
	time_t when = 0;
	struct stat st;

	complain("%s wants a trace: memprof %s TRACE", report->name, report->name);
	if (glob("memprof.*.jsonl*", GLOB_NOSORT, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			if (stat(found.gl_pathv[i], &st) == 0 && (!newest || st.st_mtime > when)) {
				newest = found.gl_pathv[i];
				when = st.st_mtime;
			}
		}
	}
	if (newest)
		complain("the newest one here: memprof %s %s", report->name, newest);
	else
		complain("'memprof run PROGRAM' records one; 'memprof %s --help' says more",
			 report->name);
	globfree(&found);
	return EXIT_USAGE;
}

static int write_doc(const struct doc *doc, const struct common *args,
		     const struct renderer *renderer)
{
	struct sink sink;
	struct term term;
	int status = reading_open_output(&sink, args->output);

	if (status)
		return status;
	term_init(&term, sink.fd, term_color_parse(args->color));
	renderer->write(doc, &term, &sink);
	return reading_close_output(&sink, args->output);
}

static uint64_t wanted_rows(const struct common *args, const struct renderer *renderer)
{
	uint64_t n = renderer->for_people ? ROWS_FOR_PEOPLE : 0;

	if (args->n)
		units_parse_number(args->n, &n);
	return n;
}

static int build_and_write(const struct report *report, const struct model *model,
			   const struct common *args, const struct renderer *renderer)
{
	const struct symbols_options where = { args->sysroot, args->debug_path };
	struct symbols *symbols = symbols_new(model, &where);
	struct diag diag = DIAG_INIT;
	struct report_args how = {
		.n = wanted_rows(args, renderer),
		.sort = args->sort,
		.filters = args->filters,
		.cumulative = args->cumulative,
		.own = args + 1,
		.diag = &diag,
	};
	struct doc doc;
	int status;

	doc_init(&doc, report->name);
	if (report->build(model, symbols, &how, &doc)) {
		status = wrong_use(report, &diag);
	} else {
		if (renderer->for_people)
			source_lines_add(&doc, model, args->sysroot);
		status = write_doc(&doc, args, renderer);
	}
	doc_release(&doc);
	symbols_free(symbols);
	diag_release(&diag);
	return status;
}

/* --format, or what the name after -o ends in, or text. */
static const char *wanted_format(const struct common *args)
{
	static const char *const known[] = { "json", "csv", "svg", "html" };
	const char *dot = args->output ? strrchr(args->output, '.') : NULL;

	if (args->format)
		return args->format;
	for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(dot + 1, known[i]))
			return known[i];
	return "text";
}

/* One trace, and where to write; the options are fine. */
static int run_one(const struct report *report, const struct common *args, const char *trace)
{
	const char *format = wanted_format(args);
	const struct renderer *renderer = renderer_find(format);
	struct model model;
	int status;

	if (!renderer) {
		complain("the %s format comes with a later version: there are text, json and csv",
			 format);
		return EXIT_USAGE;
	}
	status = reading_load(&model, trace);
	if (!status && reading_is_trace(args->output, &model))
		status = EXIT_USAGE;
	if (!status)
		status = build_and_write(report, &model, args, renderer);
	model_release(&model);
	return status;
}

int report_run(const struct report *report, int argc, char **argv)
{
	struct opt *options = report_options(report);
	struct common *args = xcalloc(1, sizeof(*args) + report->args_size);
	struct diag diag = DIAG_INIT;
	int n, status;
	enum opt_result parsed = opt_parse(options, args, argc, argv, 0, &n, &diag);

	if (parsed == OPT_HELP) {
		status = REPORT_HELP;
	} else if (parsed == OPT_WRONG) {
		status = wrong_use(report, &diag);
	} else if (n == 0) {
		status = no_trace(report);
	} else if (n > 1) {
		complain("%s takes one trace, not '%s' and '%s'", report->name, argv[0], argv[1]);
		status = EXIT_USAGE;
	} else {
		status = run_one(report, args, argv[0]);
	}
	opt_release(options, args);
	free(options);
	free(args);
	diag_release(&diag);
	return status;
}
