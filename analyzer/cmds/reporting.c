/* SPDX-License-Identifier: MIT */
/* reporting.c - from the words after a report's name to bytes on the output. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmds/building.h"
#include "cmds/commands.h"
#include "cmds/reading.h"
#include "doc/doc.h"
#include "model/model.h"
#include "render/renderer.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/xalloc.h"

struct opt *report_options(const struct report *report)
{
	return building_options(report, 0);
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

/* The same report may be written to several files. */
static void complain_once(const char *text)
{
	static char *last;

	if (last && !strcmp(last, text))
		return;
	complain("%s", text);
	free(last);
	last = xstrdup(text);
}

/* One trace, and where to write; the options are fine. */
static int run_one(const struct report *report, const struct common *args, const char *trace,
		   char **operands)
{
	const struct renderer *renderer = building_renderer(args);
	struct model model;
	const struct reading reading = { .family = args->family, .flags = report->model_flags };
	char *point = report->point ? report->point(args + 1) : NULL, *named = NULL;
	struct building what = { .model = &model, .sort = args->sort };
	struct doc doc;
	int status;

	what.n = building_rows(report, args, renderer);
	what.source = renderer->for_people;
	what.operands = (const char *const *)operands;
	doc_init(&doc, report->name);
	if (point)
		trace = named = xasprintf("%s@%s", trace, point);
	status = reading_load_with(&model, trace, &reading);
	if (!status && reading_is_trace(args->output, &model))
		status = EXIT_USAGE;
	if (!status)
		status = building_doc(report, args, &what, &doc);
	if (!status)
		status = building_write(&doc, args, renderer);
	if (!status && doc.failure) {
		if (!renderer->for_people || (args->output && args->output != reading_stderr))
			complain_once(doc.failure);
		status = EXIT_FINDINGS;
	}
	free(point);
	free(named);
	doc_release(&doc);
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
	} else if (n > 1 && !report->operands) {
		complain("%s takes one trace, not '%s' and '%s'", report->name, argv[0], argv[1]);
		status = EXIT_USAGE;
	} else {
		/* operands moved to the front leave room, unless all words are some */
		argv[n] = NULL;
		status = run_one(report, args, argv[0], argv + 1);
	}
	opt_release(options, args);
	free(options);
	free(args);
	diag_release(&diag);
	return status;
}
