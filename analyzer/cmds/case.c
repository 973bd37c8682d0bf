/* SPDX-License-Identifier: MIT */
/* case.c - memprof case: the words of its command line. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/case_filter.h"
#include "cmds/case_session.h"
#include "cmds/command.h"
#include "cmds/commands.h"
#include "launch/cases.h"
#include "profilers/profiler.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

struct args {
	bool list;
	uint64_t timeout;
	const char *traces;
};

static const struct opt options[] = {
	{ .name = "list",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct args, list),
	  .help = "list the cases and run none" },
	{ .name = "timeout",
	  .type = OPT_TIME,
	  .offset = offsetof(struct args, timeout),
	  .arg = "TIME",
	  .def = "60s",
	  .help = "stop a case that takes longer" },
	{ .name = "traces",
	  .type = OPT_PATH,
	  .offset = offsetof(struct args, traces),
	  .arg = "DIR",
	  .help = "keep the traces in DIR, as SUITE.CASE.jsonl, and make the folder" },
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof case --list ./app",
	"memprof case ./app stopwatch",
	"memprof case ./app::strings snapshot --top-k 10",
	"memprof case --traces old ./libshapes.so::shapes::area memory-time --plots-directory "
	"plots",
	NULL,
};

static int list_cases(const struct case_list *list, const struct case_filter *filter)
{
	struct strbuf out = STRBUF_INIT;
	const char *suite = "";
	int status;

	for (size_t i = 0; i < list->n; i++) {
		const struct case_info *info = &list->v[i];

		if (!case_filter_takes(filter, info))
			continue;
		if (strcmp(suite, info->suite))
			strbuf_addf(&out, " * %s\n", info->suite);
		strbuf_addf(&out, "    └─ %s\n", info->name);
		suite = info->suite;
	}
	status = print_checked(&out);
	strbuf_release(&out);
	return status;
}

extern const struct command cmd_case;

static int wrong_profiler(const char *name)
{
	struct strbuf names = STRBUF_INIT;
	int status;

	for (size_t i = 0; profilers[i]; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", profilers[i]->name);
	status = name ? usage_error(&cmd_case, "there is no profiler '%s': there are %s", name,
				    names.buf)
		      : usage_error(&cmd_case, "which profiler? There are %s", names.buf);
	strbuf_release(&names);
	return status;
}

static int profile(struct case_session *s, const struct case_filter *filter, int argc, char **argv)
{
	void *args = xcalloc(1, s->profiler->args_size + 1);
	struct diag diag = DIAG_INIT;
	struct strbuf help = STRBUF_INIT;
	int n_operands, status = EXIT_FINE;

	switch (opt_parse(s->profiler->options, args, argc, argv, 0, &n_operands, &diag)) {
	case OPT_FINE:
		if (n_operands)
			status = usage_error(&cmd_case, "%s takes options only, not '%s'",
					     s->profiler->name, argv[0]);
		break;
	case OPT_WRONG:
		complain_diag(&diag);
		status = EXIT_USAGE;
		break;
	case OPT_HELP:
		strbuf_addf(&help, "memprof case FILE %s: %s\n\n", s->profiler->name,
			    s->profiler->summary);
		opt_help(&help, s->profiler->options, 80);
		status = print_checked(&help);
		s->profiler = NULL;
		break;
	}
	s->profiler_args = args;
	if (!status && s->profiler)
		status = case_session_run(s, filter);
	strbuf_release(&help);
	diag_release(&diag);
	free(args);
	return status;
}

static int run(const void *opaque, int n_operands, char **operands)
{
	const struct args *args = opaque;
	struct case_list list = { .n = 0 };
	struct case_session s = { .list = &list, .timeout = args->timeout, .traces = args->traces };
	struct diag diag = DIAG_INIT;
	struct case_filter filter;
	int status = EXIT_FINE;

	if (!args->list && n_operands < 2)
		return wrong_profiler(NULL);
	if (n_operands > 1)
		s.profiler = profiler_find(operands[1]);
	if (n_operands > 1 && !s.profiler)
		return wrong_profiler(operands[1]);
	case_filter_init(&filter, operands[0]);
	if (case_list_read(&list, filter.file, &diag)) {
		status = EXIT_USAGE;
	} else {
		char *wrong = case_filter_wrong(&filter, &list);

		if (wrong) {
			complain("%s", wrong);
			status = EXIT_USAGE;
		}
		free(wrong);
	}
	complain_diag(&diag);
	if (!status)
		status = args->list ? list_cases(&list, &filter)
				    : profile(&s, &filter, n_operands - 2, operands + 2);
	case_list_release(&list);
	case_filter_release(&filter);
	diag_release(&diag);
	return status;
}

const struct command cmd_case = {
	.name = "case",
	.summary = "run the profile cases of a program or shared object",
	.operands = "FILE[::SUITE[::CASE]] PROFILER [ARGS...]",
	.description =
		"Runs each case that MEMPROF_CASE of <memprof/memprof.h> puts into FILE in a "
		"process of its own, between the setup and the teardown of its suite, and shows "
		"what the profiler found. Profilers are stopwatch, snapshot, memory-line, "
		"memory-time and passthrough; 'memprof case FILE PROFILER --help' lists their "
		"options. The exit status is 1 when a case crashed, was stopped, failed or broke "
		"a limit.",
	.options = options,
	.args_size = sizeof(struct args),
	.opt_flags = OPT_STOP_AT_OPERAND,
	.min_operands = 1,
	.max_operands = -1,
	.examples = examples,
	.run = run,
};
