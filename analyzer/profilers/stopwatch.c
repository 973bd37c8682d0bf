/* SPDX-License-Identifier: MIT */
/* stopwatch.c - when the case came by each of its marks, since its start. */
#include <string.h>

#include "profilers/moments.h"
#include "profilers/profiler.h"
#include "util/strbuf.h"

struct args {
	const char *units;
};

static const struct opt options[] = {
	{ .name = "units",
	  .type = OPT_WORD,
	  .offset = offsetof(struct args, units),
	  .arg = "us|ms|s",
	  .def = "ms",
	  .help = "what times are counted in" },
	{ .type = OPT_END },
};

static int report(const void *opaque, const struct profiled *run, struct strbuf *out,
		  struct words *command, struct diag *diag)
{
	const struct args *args = opaque;
	double unit = !strcmp(args->units, "us") ? 1e3 : !strcmp(args->units, "s") ? 1e9 : 1e6;
	struct case_moments marks;
	int err = case_moments_load(&marks, run, MOMENT_MARK, diag);

	(void)command;
	if (!err) {
		strbuf_addf(out, "%-6s %-57s %9s [%s]\n", "Index", "Trace Name", "Delta Time",
			    args->units);
		for (size_t i = 0; i < marks.n; i++)
			strbuf_addf(out, "%-6zu %-57s %12.1f\n", i, marks.v[i]->name,
				    (double)(marks.v[i]->t - marks.v[0]->t) / unit);
	}
	case_moments_release(&marks);
	return err;
}

const struct profiler profiler_stopwatch = {
	.name = "stopwatch",
	.summary = "time since the start of the case at each of its marks",
	.options = options,
	.args_size = sizeof(struct args),
	.records = true,
	.report = report,
};
