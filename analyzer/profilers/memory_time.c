/* SPDX-License-Identifier: MIT */
/* memory_time.c - the memory of the case over time, as a table or as plots in a folder. */
#include "profilers/profiler.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "launch/environment.h"
#include "util/diag.h"

struct args {
	const char *plots;
	const char *interval;
	bool children;
};

static const struct opt options[] = {
	{ .name = "plots-directory",
	  .type = OPT_PATH,
	  .offset = offsetof(struct args, plots),
	  .arg = "DIR",
	  .help = "draw a plot of each case into DIR, and make the folder" },
	{ .letter = 'T',
	  .name = "interval",
	  .type = OPT_TIME,
	  .flags = OPT_KEEP_TEXT,
	  .offset = offsetof(struct args, interval),
	  .arg = "TIME",
	  .def = "10ms",
	  .help = "shortest time between samples" },
	{ .letter = 'C',
	  .name = "include-children",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct args, children),
	  .help = "add up the memory of the processes the case makes" },
	{ .type = OPT_END },
};

static void prepare(const void *opaque, struct environment *env)
{
	const struct args *args = opaque;

	environment_set(env, "MEMPROF_SAMPLE", args->interval);
}

static int report(const void *opaque, const struct profiled *run, struct strbuf *out,
		  struct words *command, struct diag *diag)
{
	const struct args *args = opaque;

	(void)out;
	if (args->plots && mkdir(args->plots, 0777) && errno != EEXIST)
		return diag_error(diag, -errno, "cannot make '%s': %s", args->plots,
				  strerror(errno));
	words_add(command, args->plots ? "plot" : "time");
	words_add(command, "%s", run->trace);
	if (args->children)
		words_add(command, args->plots ? "--include-children" : "--family");
	if (args->plots) {
		words_add(command, "--title=%s:%s", run->suite, run->name);
		words_add(command, "-o");
		words_add(command, "%s/%s.%s.svg", args->plots, run->suite, run->name);
	}
	return 0;
}

const struct profiler profiler_memory_time = {
	.name = "memory-time",
	.summary = "the memory of the case over time",
	.options = options,
	.args_size = sizeof(struct args),
	.records = true,
	.prepare = prepare,
	.report = report,
};
