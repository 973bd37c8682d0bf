/* SPDX-License-Identifier: MIT */
/* run_leaks.c - see run_leaks.h. */
#include "cmds/run_leaks.h"

#include <stdlib.h>

#include "cmds/command.h"
#include "cmds/commands.h"
#include "cmds/reading.h"
#include "launch/traces.h"
#include "reports/report.h"
#include "util/xalloc.h"

/* The words of a `memprof leaks` that does it. */
struct words {
	char **v;
	size_t n, a;
};

static void add(struct words *words, const char *word)
{
	XGROW(words->v, words->n, words->a);
	words->v[words->n++] = (char *)word;
}

static void add_list(struct words *words, const char *option, const struct opt_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		add(words, option);
		add(words, list->v[i]);
	}
}

static int report_to(const struct run_leaks_args *args, const struct trace_files *files,
		     const char *trace, const char *output)
{
	struct words words = { .v = NULL };
	int status;

	add_list(&words, "--fail-on", &args->fail_on);
	add_list(&words, "--suppressions", &args->suppressions);
	if (args->baseline) {
		add(&words, "--baseline");
		add(&words, args->baseline);
	}
	if (files->n > 1)
		add(&words, "--family");
	add(&words, "--output");
	add(&words, output);
	add(&words, "--");
	add(&words, trace);
	/* room for the end that the parser puts behind operands */
	add(&words, NULL);
	status = report_run(report_find("leaks"), (int)words.n - 1, words.v);
	free(words.v);
	return status;
}

int run_leaks(const struct run_leaks_args *args, const struct trace_files *files, uint64_t pid,
	      bool quiet)
{
	const struct trace_file *file = trace_files_of(files, pid);
	int status = EXIT_FINE, worst = EXIT_FINE;

	if (!file && files->n)
		file = &files->v[0];
	if (!file) {
		complain("no trace was written, so nothing is known of leaks");
		return args->fail_on.n ? EXIT_TRACE : EXIT_FINE;
	}
	for (size_t i = 0; i < args->reports.n; i++) {
		status = report_to(args, files, file->path, args->reports.v[i]);
		worst = status > worst ? status : worst;
	}
	if (!quiet || !args->reports.n) {
		status = report_to(args, files, file->path, quiet ? "/dev/null" : reading_stderr);
		worst = status > worst ? status : worst;
	}
	return worst;
}
