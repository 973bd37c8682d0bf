/* SPDX-License-Identifier: MIT */
/* snapshot.c - what is allocated at the start, at each mark and at the end of the case, as
 * tracemalloc has it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "launch/environment.h"
#include "profilers/moments.h"
#include "profilers/profiler.h"
#include "util/diag.h"
#include "util/strbuf.h"

struct args {
	uint64_t top_k;
	const char *index;
	const char *key;
};

static const struct opt options[] = {
	{ .name = "top-k",
	  .type = OPT_NUMBER,
	  .offset = offsetof(struct args, top_k),
	  .arg = "N",
	  .def = "5",
	  .help = "rows to show" },
	{ .name = "index",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct args, index),
	  .arg = "N",
	  .def = "-1",
	  .help = "which snapshot: 0 is the start of the case, the marks follow; -1 is its end, "
		  "and "
		  "-2 the one before" },
	{ .name = "key",
	  .type = OPT_WORD,
	  .offset = offsetof(struct args, key),
	  .arg = "line|file|function|stack",
	  .def = "line",
	  .help = "what allocations are grouped by" },
	{ .type = OPT_END },
};

static void prepare(const void *args, struct environment *env)
{
	(void)args;
	environment_set(env, "MEMPROF_SNAPSHOT_MARKS", "1");
}

static int report(const void *opaque, const struct profiled *run, struct strbuf *out,
		  struct words *command, struct diag *diag)
{
	const struct args *args = opaque;
	struct case_moments snapshots;
	char *end;
	long index = strtol(args->index, &end, 10), n;
	int err = case_moments_load(&snapshots, run, MOMENT_SNAPSHOT, diag);

	n = (long)snapshots.n;
	if (!err && (*end || index >= n || index < -n))
		err = diag_error(diag, -EINVAL,
				 "there is no snapshot '%s': %s:%s has %ld, counted from 0",
				 args->index, run->suite, run->name, n);
	if (!err) {
		const struct model_moment *at = snapshots.v[index < 0 ? index + n : index];

		strbuf_addf(out, "Top %" PRIu64 " stats of snapshot %ld (%s), grouped by %s\n",
			    args->top_k, index < 0 ? index + n : index, at->name, args->key);
		words_add(command, "top");
		/* What was there before the case is none of its. */
		words_add(command, "%s@%" PRIu64 ".%09" PRIu64 "s..%" PRIu64 ".%09" PRIu64 "s",
			  run->trace, snapshots.v[0]->t / 1000000000,
			  snapshots.v[0]->t % 1000000000, at->t / 1000000000, at->t % 1000000000);
		words_add(command, "--group-by=%s", args->key);
		words_add(command, "-n%" PRIu64, args->top_k);
		words_add(command, "--sort=live_bytes");
		words_add(command, "--format=tracemalloc");
	}
	case_moments_release(&snapshots);
	return err;
}

const struct profiler profiler_snapshot = {
	.name = "snapshot",
	.summary = "what is allocated at the start, at each mark or at the end of the case",
	.options = options,
	.args_size = sizeof(struct args),
	.records = true,
	.prepare = prepare,
	.report = report,
};
