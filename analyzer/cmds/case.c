/* SPDX-License-Identifier: MIT */
/*
 * case.c - memprof case: run the cases of a program or shared object one by one, each in a
 * process of its own, and have a profiler say something of each.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmds/case_filter.h"
#include "cmds/command.h"
#include "cmds/commands.h"
#include "cmds/settle.h"
#include "launch/cases.h"
#include "launch/environment.h"
#include "launch/library.h"
#include "model/model.h"
#include "profilers/profiler.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"
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

/* All that a run of cases needs. */
struct session {
	const struct args *args;
	const struct profiler *profiler;
	const void *profiler_args;
	const char *folder; /* of the traces */
	struct case_list list;
	unsigned int ran, skipped, failed;
};

static void rule(struct strbuf *out)
{
	strbuf_addchars(out, '-', 80);
	strbuf_addch(out, '\n');
}

static int headline(const char *what, const struct case_info *info)
{
	struct strbuf out = STRBUF_INIT;
	int status;

	rule(&out);
	strbuf_addf(&out, "%s: %s:%s\n", what, info->suite, info->name);
	rule(&out);
	status = print_checked(&out);
	strbuf_release(&out);
	return status;
}

static int say(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	int status;

	strbuf_addf(&out, "%s\n", text);
	status = print_checked(&out);
	strbuf_release(&out);
	return status;
}

/* What became of it, or NULL when all is well; to free(). */
static char *trouble(const struct case_end *end, uint64_t timeout)
{
	static const char *const during[CASE_STAGES] = { "before its suite's setup",
							 "in its suite's setup", "in the case",
							 "after the case" };
	const char *where = during[end->stage];
	struct strbuf limit = STRBUF_INIT;
	char *said;

	if (end->stage == CASE_RAN && end->teardown && !end->torn)
		where = "in its suite's teardown";
	if (end->timed_out) {
		units_add_ns(&limit, timeout);
		said = xasprintf("Stopped after %s, %s", limit.buf, where);
		strbuf_release(&limit);
		return said;
	}
	if (WIFSIGNALED(end->status))
		return xasprintf("Ended by signal %d (%s), %s", WTERMSIG(end->status),
				 strsignal(WTERMSIG(end->status)), where);
	if (WEXITSTATUS(end->status))
		return xasprintf("Exited with status %d, %s", WEXITSTATUS(end->status), where);
	if (end->stage != CASE_RAN)
		return xasprintf("Exited %s", where);
	return NULL;
}

/* The path of the trace of process `pid`, to free(); NULL when it left none. */
static char *find_trace(const struct session *s, const struct case_info *info, pid_t pid)
{
	char *from = xasprintf("%s/%s.%s.%d.jsonl", s->folder, info->suite, info->name, (int)pid);
	char *to = xasprintf("%s/%s.%s.jsonl", s->folder, info->suite, info->name);
	struct orphan orphan;

	settle(&orphan, from);
	orphan_release(&orphan);
	if (rename(from, to)) {
		free(to);
		to = NULL;
	}
	free(from);
	return to;
}

/* Limits of the program's own that it broke; how many. */
static unsigned int broken_limits(const char *trace, struct strbuf *out)
{
	struct model model;
	unsigned int n = 0;

	if (model_load(&model, trace, NULL, NULL) == 0)
		for (size_t i = 0; i < model.n_limits; i++) {
			const struct model_limit *limit = &model.limits[i];

			if (!limit->broken)
				continue;
			strbuf_addf(out, "Limit of %s broken: %llu, at most %llu\n", limit->what,
				    (unsigned long long)limit->value,
				    (unsigned long long)limit->limit);
			n++;
		}
	model_release(&model);
	return n;
}

static int report(const struct session *s, const struct case_info *info, const char *trace)
{
	const struct profiled run = { .suite = info->suite, .name = info->name, .trace = trace };
	struct strbuf out = STRBUF_INIT;
	struct words words = { .n = 0 };
	struct diag diag = DIAG_INIT;
	int status = EXIT_FINE;

	if (s->profiler->report && s->profiler->report(s->profiler_args, &run, &out, &words, &diag))
		status = EXIT_TRACE;
	complain_diag(&diag);
	if (!status)
		status = print_checked(&out);
	if (!status && words.n)
		status = verb_run(verb_find(words.v[0]), (int)words.n - 1, words.v + 1);
	diag_release(&diag);
	words_release(&words);
	strbuf_release(&out);
	return status;
}

static int set_up(const struct session *s, const struct case_info *info, struct environment *env,
		  struct diag *diag)
{
	char *recorder, *preload, *output;

	environment_init(env);
	if (!s->profiler->records)
		return 0;
	recorder = library_recorder(diag);
	if (!recorder)
		return -ENOENT;
	preload = library_preload(recorder, NULL, environment_get(env, "LD_PRELOAD"));
	output = xasprintf("%s/%s.%s.%%p.jsonl", s->folder, info->suite, info->name);
	environment_set(env, "LD_PRELOAD", preload);
	environment_set(env, "MEMPROF_OUTPUT", output);
	if (s->profiler->prepare)
		s->profiler->prepare(s->profiler_args, env);
	free(output);
	free(preload);
	free(recorder);
	return 0;
}

/* Returns an exit status; that of a case which went wrong is EXIT_FINDINGS. */
static int run_one(struct session *s, const struct case_info *info)
{
	struct environment env;
	struct strbuf limits = STRBUF_INIT;
	struct diag diag = DIAG_INIT;
	struct case_end end;
	char *wrong, *trace;
	int status = headline("Running", info);
	int err = set_up(s, info, &env, &diag);

	if (!err)
		err = case_run(&s->list, info, &env, s->args->timeout, &end, &diag);
	complain_diag(&diag);
	environment_release(&env);
	diag_release(&diag);
	if (err)
		return EXIT_IO;
	wrong = trouble(&end, s->args->timeout);
	trace = s->profiler->records ? find_trace(s, info, end.pid) : NULL;
	if (wrong)
		say(wrong);
	else if (trace)
		status = report(s, info, trace);
	else if (s->profiler->records)
		say("It left no trace");
	if (trace && broken_limits(trace, &limits))
		print_checked(&limits);
	if (end.teardown && !end.torn)
		say("Its suite's teardown did not end");
	s->ran++;
	if (wrong || limits.len || (end.teardown && !end.torn)) {
		s->failed++;
		status = status ? status : EXIT_FINDINGS;
	}
	strbuf_release(&limits);
	free(wrong);
	free(trace);
	return status;
}

static int skip(struct session *s, const struct case_info *info, char *why)
{
	int status = headline("Skipping", info);

	s->skipped++;
	if (!status)
		status = say(why);
	free(why);
	return status;
}

static int run_all(struct session *s, const struct case_filter *filter)
{
	int worst = EXIT_FINE;

	for (size_t i = 0; i < s->list.n; i++) {
		const struct case_info *info = &s->list.v[i];
		char *why;
		int status;

		if (!case_filter_takes(filter, info))
			continue;
		why = case_filter_skips(info, s->profiler->name);
		status = why ? skip(s, info, why) : run_one(s, info);
		worst = status > worst ? status : worst;
	}
	if (s->ran || s->skipped)
		complain("%u case%s ran, %u of them went wrong; %u skipped", s->ran,
			 s->ran == 1 ? "" : "s", s->failed, s->skipped);
	return worst;
}

/* The folder was made for traces: there is nothing else in it. */
static void remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(folder);
}

/* With the profiler's own words parsed. */
static int run_session(struct session *s, const struct case_filter *filter)
{
	char made[] = "/tmp/memprof-case-XXXXXX";
	int status;

	if (s->args->traces) {
		if (mkdir(s->args->traces, 0777) && errno != EEXIST) {
			complain("cannot make '%s': %s", s->args->traces, strerror(errno));
			return EXIT_IO;
		}
		s->folder = s->args->traces;
	} else {
		s->folder = mkdtemp(made);
		if (!s->folder) {
			complain("cannot make a folder for traces: %s", strerror(errno));
			return EXIT_IO;
		}
	}
	status = run_all(s, filter);
	if (!s->args->traces)
		remove_folder(s->folder);
	return status;
}

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

static int profile(struct session *s, const struct case_filter *filter, int argc, char **argv)
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
		status = run_session(s, filter);
	strbuf_release(&help);
	diag_release(&diag);
	free(args);
	return status;
}

static int run(const void *opaque, int n_operands, char **operands)
{
	const struct args *args = opaque;
	struct session s = { .args = args };
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
	if (case_list_read(&s.list, filter.file, &diag)) {
		status = EXIT_USAGE;
	} else {
		char *wrong = case_filter_wrong(&filter, &s.list);

		if (wrong) {
			complain("%s", wrong);
			status = EXIT_USAGE;
		}
		free(wrong);
	}
	complain_diag(&diag);
	if (!status)
		status = args->list ? list_cases(&s.list, &filter)
				    : profile(&s, &filter, n_operands - 2, operands + 2);
	case_list_release(&s.list);
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
