/* SPDX-License-Identifier: MIT */
/* memory_line.c - source lines with what the case allocated there, as memory_profiler has it. */
#include "profilers/profiler.h"

struct args {
	const char *of;
};

static const struct opt options[] = {
	{ .name = "of",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct args, of),
	  .arg = "FILE|FUNCTION",
	  .help = "only the lines of this file or function" },
	{ .type = OPT_END },
};

static int report(const void *opaque, const struct profiled *run, struct strbuf *out,
		  struct words *command, struct diag *diag)
{
	const struct args *args = opaque;

	(void)out;
	(void)diag;
	words_add(command, "lines");
	words_add(command, "%s@case:%s/%s", run->trace, run->suite, run->name);
	if (args->of)
		words_add(command, "%s", args->of);
	return 0;
}

const struct profiler profiler_memory_line = {
	.name = "memory-line",
	.summary = "source lines with what the case allocated there",
	.options = options,
	.args_size = sizeof(struct args),
	.records = true,
	.report = report,
};
