/* SPDX-License-Identifier: MIT */
/* case_session.c - the cases of a program one after the other; see case_session.h. */
#include "cmds/case_session.h"

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
static char *find_trace(const struct case_session *s, const struct case_info *info, pid_t pid)
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

static int report(const struct case_session *s, const struct case_info *info, const char *trace)
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

static int set_up(const struct case_session *s, const struct case_info *info,
		  struct environment *env, struct diag *diag)
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
static int run_one(struct case_session *s, const struct case_info *info)
{
	struct environment env;
	struct strbuf limits = STRBUF_INIT;
	struct diag diag = DIAG_INIT;
	struct case_end end;
	char *wrong, *trace;
	int status = headline("Running", info);
	int err = set_up(s, info, &env, &diag);

	if (!err)
		err = case_run(s->list, info, &env, s->timeout, &end, &diag);
	complain_diag(&diag);
	environment_release(&env);
	diag_release(&diag);
	if (err)
		return EXIT_IO;
	wrong = trouble(&end, s->timeout);
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

static int skip(struct case_session *s, const struct case_info *info, char *why)
{
	int status = headline("Skipping", info);

	s->skipped++;
	if (!status)
		status = say(why);
	free(why);
	return status;
}

static int run_all(struct case_session *s, const struct case_filter *filter)
{
	int worst = EXIT_FINE;

	for (size_t i = 0; i < s->list->n; i++) {
		const struct case_info *info = &s->list->v[i];
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

int case_session_run(struct case_session *s, const struct case_filter *filter)
{
	char made[] = "/tmp/memprof-case-XXXXXX";
	int status;

	if (s->traces) {
		if (mkdir(s->traces, 0777) && errno != EEXIST) {
			complain("cannot make '%s': %s", s->traces, strerror(errno));
			return EXIT_IO;
		}
		s->folder = s->traces;
	} else {
		s->folder = mkdtemp(made);
		if (!s->folder) {
			complain("cannot make a folder for traces: %s", strerror(errno));
			return EXIT_IO;
		}
	}
	status = run_all(s, filter);
	if (!s->traces)
		remove_folder(s->folder);
	return status;
}
