/* SPDX-License-Identifier: MIT */
/*
 * run.c - start a program under the recorder.  Its standard streams, signals
 * and exit status are left as they would be without.
 */
#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/run_leaks.h"
#include "cmds/settle.h"
#include "launch/environment.h"
#include "launch/library.h"
#include "launch/outside.h"
#include "launch/process.h"
#include "launch/program.h"
#include "launch/summary.h"
#include "launch/traces.h"
#include "util/diag.h"
#include "util/opt.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

/* What env, nohup and timeout return, too. */
enum { EXIT_CANNOT_START = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

#define RUN_C_path const char *
#define RUN_C_text const char *
#define RUN_C_word const char *
#define RUN_C_size const char *
#define RUN_C_time const char *
#define RUN_C_flag bool

struct run_args {
#define OPTION(field, env, cli, type, def, arg, help) RUN_C_##type field;
#include <memprof/options.def>
	const char *allocator;
	struct run_leaks_args leak_args;
	bool quiet, force;
};

#define RUN_T_path OPT_PATH
#define RUN_T_text OPT_TEXT
#define RUN_T_word OPT_WORD
#define RUN_T_size OPT_SIZE
#define RUN_T_time OPT_TIME
#define RUN_T_flag OPT_FLAG

/* Defaults of the recorder's own options are shown, and told from values by their address. */
static const struct opt run_options[] = {
#define OPTION(field, variable, cli, kind, dflt, metavar, text)               \
	{ .name = cli,                                                        \
	  .type = RUN_T_##kind,                                               \
	  .flags = OPT_KEEP_TEXT,                                             \
	  .offset = offsetof(struct run_args, field),                         \
	  .arg = metavar,                                                     \
	  .def = RUN_T_##kind == OPT_FLAG || sizeof(dflt) == 1 ? NULL : dflt, \
	  .help = text,                                                       \
	  .alone = __builtin_strcmp(cli, "leaks") ? NULL : "lsan" },
#include <memprof/options.def>
	{ .name = "allocator",
	  .type = OPT_WORD,
	  .offset = offsetof(struct run_args, allocator),
	  .arg = "jemalloc|tcmalloc|mimalloc|system",
	  .help = "put this allocator behind the recorder (default: the program's own)" },
	{ .name = "fail-on",
	  .type = OPT_LIST,
	  .offset = offsetof(struct run_args, leak_args.fail_on),
	  .arg = "WHAT",
	  .help = "exit with status 1 on definite, possible, any, growth, new or invalid-free "
		  "leaks, if PROG itself succeeded; turns --leaks on, and invalid-free "
		  "--free-stacks" },
	{ .name = "suppressions",
	  .type = OPT_LIST,
	  .offset = offsetof(struct run_args, leak_args.suppressions),
	  .arg = "FILE",
	  .help = "leave out leaks that FILE names" },
	{ .name = "baseline",
	  .type = OPT_PATH,
	  .offset = offsetof(struct run_args, leak_args.baseline),
	  .arg = "FILE",
	  .help = "leave out leaks that FILE has" },
	{ .name = "leak-report",
	  .type = OPT_LIST,
	  .offset = offsetof(struct run_args, leak_args.reports),
	  .arg = "FILE",
	  .help = "write the leaks to FILE, too: .xml (JUnit), .sarif, .tap, .json, .csv or .md" },
	{ .letter = 'q',
	  .name = "quiet",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct run_args, quiet),
	  .help = "print no summary" },
	{ .letter = 'f',
	  .name = "force",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct run_args, force),
	  .help = "start the program also when it cannot be recorded; its resident set is watched "
		  "from outside then" },
	{ .type = OPT_END },
};

static const char *const run_examples[] = {
	"memprof run ./server --port 8080",
	"memprof run --output=traces/%e.%p.jsonl -- make -j2",
	"memprof run --allocator=jemalloc ./server",
	"memprof run --leaks --fail-on definite,invalid-free --leak-report leaks.xml -- ./test",
	NULL,
};

extern const struct command cmd_run;

/* The value of an option in the words of the recorder, to free(); NULL when it was not given. */
static char *given_text(const struct opt *opt, const char *value)
{
	uint64_t n;

	if (!value || value == opt->def)
		return NULL;
	/* people may write 1.5s and 24 MiB; the recorder reads plain numbers and units */
	if (opt->type == OPT_TIME && !units_parse_time(value, &n))
		return xasprintf("%lluns", (unsigned long long)n);
	if (opt->type == OPT_SIZE && !units_parse_size(value, &n))
		return xasprintf("%llu", (unsigned long long)n);
	return xstrdup(value);
}

#define GIVEN_path(opt, value) given_text(opt, value)
#define GIVEN_text(opt, value) given_text(opt, value)
#define GIVEN_word(opt, value) given_text(opt, value)
#define GIVEN_size(opt, value) given_text(opt, value)
#define GIVEN_time(opt, value) given_text(opt, value)
#define GIVEN_flag(opt, value) ((void)(opt), (value) ? xstrdup("1") : NULL)

/* Options become the variables the recorder reads; what is not given stays as inherited. */
static int set_options(struct environment *env, const struct run_args *args)
{
	const struct opt *opt = run_options;
	char *text;

#define OPTION(field, variable, cli, kind, dflt, metavar, help_text)           \
	text = GIVEN_##kind(opt, args->field);                                 \
	if (text && opt->type == OPT_TIME && !strcmp(text, "0ns")) {           \
		free(text);                                                    \
		return usage_error(&cmd_run, "--%s must be more than 0", cli); \
	}                                                                      \
	if (text && !*text) {                                                  \
		free(text);                                                    \
		return usage_error(&cmd_run, "--%s needs a value", cli);       \
	}                                                                      \
	if (text)                                                              \
		environment_set(env, variable, text);                          \
	free(text);                                                            \
	opt++;
#include <memprof/options.def>
	return 0;
}

/* Make sure there is a run id, by which the traces are found again. */
static void make_run_id(struct environment *env)
{
	const char *id = environment_get(env, "MEMPROF_RUN");
	uint64_t bits = 0;
	char text[17];

	if (id && *id)
		return;
	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != (ssize_t)sizeof(bits)) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		bits = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
		bits ^= (uint64_t)getpid() << 40;
	}
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)bits);
	environment_set(env, "MEMPROF_RUN", text);
}

/* The template of trace names that will be used. */
static const char *output_of(const struct environment *env)
{
	const char *output = environment_get(env, "MEMPROF_OUTPUT");

	return output && *output ? output : run_options[0].def;
}

/* A trace that cannot be written is better found out before a long run than after it. */
static int check_output(const char *output, struct diag *diag)
{
	char *copy = xstrdup(output);
	const char *folder = dirname(copy);
	int err = 0;

	if (!strchr(folder, '%') && access(folder, W_OK | X_OK))
		err = diag_error(diag, -errno,
				 "cannot write traces to '%s': %s; name another "
				 "place with --output",
				 folder, strerror(errno));
	free(copy);
	return err;
}

static int set_preload(struct environment *env, const struct run_args *args,
		       const struct program *program, struct diag *diag)
{
	char *recorder = library_recorder(diag), *allocator = NULL, *value;

	if (!recorder)
		return -ENOENT;
	/* glibc before all others means: its malloc, whatever the program is linked to */
	if (args->allocator && !strcmp(args->allocator, "system"))
		allocator = xstrdup(program->cxx ? "libc.so.6:libstdc++.so.6" : "libc.so.6");
	else if (args->allocator && !(allocator = library_allocator(args->allocator, diag))) {
		free(recorder);
		return -ENOENT;
	}
	value = library_preload(recorder, allocator, environment_get(env, "LD_PRELOAD"));
	environment_set(env, "LD_PRELOAD", value);
	free(value);
	free(allocator);
	free(recorder);
	return 0;
}

/* `text` line by line. */
static void complain_lines(char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line)
			complain("%s", line);
}

/* Write the rest of the traces of processes that were killed. */
static void settle_all(const struct trace_files *files, bool quiet)
{
	for (size_t i = 0; i < files->n; i++) {
		struct diag diag = DIAG_INIT;
		struct orphan orphan;

		orphan_settle(&orphan, files->v[i].path, &diag);
		if (!quiet)
			settle_tell(&diag);
		orphan_release(&orphan);
		diag_release(&diag);
	}
}

static void summarise(const struct environment *env, const struct program *program,
		      const struct process_end *end, const struct trace_files *files)
{
	const char *output = output_of(env);
	struct strbuf text = STRBUF_INIT;
	struct diag diag = DIAG_INIT;
	const struct trace_file *file = trace_files_of(files, (uint64_t)end->pid);

	if (!file && files->n)
		file = &files->v[0];
	if (!file)
		strbuf_addf(&text,
			    "no trace was written: '%s' ended before the recorder could "
			    "start, or '%s' cannot be written; --verbose says more",
			    program->path, output);
	else if (summary_add(&text, file, &diag))
		complain_diag(&diag);
	complain_lines(text.buf);
	if (files->n > 1)
		complain("%zu traces of this run in all, one a process and program", files->n);
	strbuf_release(&text);
	diag_release(&diag);
}

static bool fails_on_bad_releases(const struct opt_list *fail_on)
{
	for (size_t i = 0; i < fail_on->n; i++)
		if (strstr(fail_on->v[i], "invalid-free"))
			return true;
	return false;
}

/* Were leaks asked for, here or in the environment? */
static bool wants_leaks(const struct environment *env, const struct run_args *args)
{
	const char *leaks = environment_get(env, "MEMPROF_LEAKS");

	return args->leak_args.fail_on.n || args->leak_args.reports.n ||
	       (leaks && *leaks && strcmp(leaks, "off"));
}

/* A program that nothing can be preloaded into: its resident set is watched from here. */
static int start_unrecorded(const struct program *program, const struct run_args *args,
			    struct environment *env, char **operands)
{
	struct diag diag = DIAG_INIT;
	struct outside outside;
	struct process_end end;
	struct strbuf why = STRBUF_INIT, highest = STRBUF_INIT;
	struct timespec started;
	struct trace_files files;
	int err;

	strbuf_addf(&why, "%s; only its resident set was watched, from outside", program->problem);
	make_run_id(env);
	clock_gettime(CLOCK_REALTIME, &started);
	err = outside_run(&outside, program->path, operands, env->v, output_of(env),
			  environment_get(env, "MEMPROF_RUN"), why.buf, &end, &diag);
	complain_diag(&diag);
	if (err)
		complain("cannot run '%s': %s", program->path, strerror(-err));
	else if (outside.path && !args->quiet) {
		units_add_bytes(&highest, outside.highest);
		complain("watched from outside: resident set %s at most; no allocations are known",
			 highest.buf);
		complain("next: memprof time %s", outside.path);
	}
	/* What it started may have been recorded all the same. */
	trace_files_find(&files, output_of(env), environment_get(env, "MEMPROF_RUN"), started);
	settle_all(&files, args->quiet);
	if (files.n > 1 && !args->quiet)
		complain("%zu traces of what it started", files.n - 1);
	trace_files_release(&files);
	strbuf_release(&highest);
	strbuf_release(&why);
	outside_release(&outside);
	diag_release(&diag);
	if (err)
		return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	return process_exit_status(&end);
}

static int start(const struct program *program, const struct run_args *args,
		 struct environment *env, char **operands)
{
	struct trace_files files;
	struct process_end end;
	struct timespec started;
	int err, findings = EXIT_FINE;

	clock_gettime(CLOCK_REALTIME, &started);
	if (program->problem)
		return start_unrecorded(program, args, env, operands);
	err = process_run(program->path, operands, env->v, &end);
	if (err) {
		complain("cannot run '%s': %s", program->path, strerror(-err));
		return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	}
	trace_files_find(&files, output_of(env), environment_get(env, "MEMPROF_RUN"), started);
	settle_all(&files, args->quiet);
	if (!args->quiet)
		summarise(env, program, &end, &files);
	if (wants_leaks(env, args))
		findings = run_leaks(&args->leak_args, &files, (uint64_t)end.pid, args->quiet);
	trace_files_release(&files);
	/* what went wrong in the program comes first */
	return process_exit_status(&end) ? process_exit_status(&end) : findings;
}

static const char *way_out(const struct program *program)
{
	if (program->children)
		return " (--force starts it all the same: its resident set is watched from "
		       "outside, "
		       "and what it starts is recorded)";
	return " (--force starts it all the same, and watches its resident set from outside)";
}

/* Everything before the start; 0 or the exit status. */
static int prepare(const struct run_args *args, const char *name, struct program *program,
		   struct environment *env, struct diag *diag)
{
	int err = set_options(env, args);

	if (err)
		return err;
	/* who is to mend a second release wants to see the first */
	if (fails_on_bad_releases(&args->leak_args.fail_on) &&
	    !environment_get(env, "MEMPROF_FREE_STACKS"))
		environment_set(env, "MEMPROF_FREE_STACKS", "1");
	if (wants_leaks(env, args) && !environment_get(env, "MEMPROF_LEAKS"))
		environment_set(env, "MEMPROF_LEAKS", "lsan");
	err = program_find(program, name, diag);
	if (!err)
		err = program_inspect(program, diag);
	if (err)
		return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	if (program->problem) {
		complain("%s%s", program->problem, args->force ? "" : way_out(program));
		if (!args->force)
			return EXIT_CANNOT_START;
	}
	if (program->own_malloc && !program->problem)
		complain("warning: '%s' has a malloc built in, which goes before any library's: "
			 "what it allocates by it is not recorded",
			 program->image);
	if (program->problem && !program->children)
		return 0;
	make_run_id(env);
	if (check_output(output_of(env), diag) || set_preload(env, args, program, diag))
		return EXIT_CANNOT_START;
	return 0;
}

static int run(const void *opaque, int n_operands, char **operands)
{
	const struct run_args *args = opaque;
	struct program program = { .path = NULL };
	struct environment env;
	struct diag diag = DIAG_INIT;
	int status;

	(void)n_operands;
	environment_init(&env);
	status = prepare(args, operands[0], &program, &env, &diag);
	complain_diag(&diag);
	if (!status)
		status = start(&program, args, &env, operands);
	program_release(&program);
	environment_release(&env);
	diag_release(&diag);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.summary = "run a program and record where its memory goes",
	.operands = "[--] PROG [ARGS...]",
	.description =
		"Runs PROG with the recorder preloaded and leaves a trace of each process. Prints "
		"a short summary on standard error; the exit status is PROG's own, 128 + N when "
		"signal N ended it, 125 when it could not be recorded, 126 when it could not be "
		"executed and 127 when it was not found.",
	.options = run_options,
	.args_size = sizeof(struct run_args),
	.opt_flags = OPT_STOP_AT_OPERAND,
	.min_operands = 1,
	.max_operands = -1,
	.examples = run_examples,
	.run = run,
};
