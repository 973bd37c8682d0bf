/* SPDX-License-Identifier: MIT */
/*
 * clean.c - memprof clean: finish the traces of killed processes, remove states
 * that are left over, and with --traces the traces.  Never touches what belongs
 * to a process that lives.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/commands.h"
#include "cmds/places.h"
#include "cmds/settle.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"

struct args {
	bool traces;
};

static const struct opt options[] = {
	{ .name = "traces",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct args, traces),
	  .help = "remove the traces in DIR, too, but for those of running processes" },
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof clean",
	"memprof clean --traces traces/",
	NULL,
};

struct cleaning {
	struct orphan_sweep states;
	struct diag diag;
	uint64_t drained, removed, bytes, failed;
};

static void sweep(const char *folder, void *ctx)
{
	struct cleaning *c = ctx;

	orphan_sweep(folder, &c->states, &c->diag);
}

/* Without its footer, and the process has not ended that we could see. */
static bool is_live(const struct trace_place *place)
{
	struct orphan orphan;
	bool live = orphan_settle(&orphan, place->path, NULL) == ORPHAN_LIVE;

	orphan_release(&orphan);
	return live;
}

static void remove_traces(struct cleaning *c, const struct trace_places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		const struct trace_place *place = &places->v[i];

		if (is_live(place)) {
			complain("'%s' was left: its process runs", place->path);
			continue;
		}
		if (unlink(place->path) < 0) {
			complain("cannot remove '%s': %s", place->path, strerror(errno));
			c->failed++;
			continue;
		}
		c->removed++;
		c->bytes += (uint64_t)place->st.st_size;
	}
}

static void settle_traces(struct cleaning *c, const struct trace_places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		struct orphan orphan;

		settle(&orphan, places->v[i].path);
		c->drained += orphan.kind == ORPHAN_DRAINED;
		c->failed += orphan.kind == ORPHAN_FAILED;
		orphan_release(&orphan);
	}
}

static void add_count(struct strbuf *out, uint64_t n, const char *thing, const char *what)
{
	units_add_count(out, n);
	strbuf_addf(out, " %s%s %s", thing, n == 1 ? "" : "s", what);
}

static int say_what_was_done(const struct cleaning *c, bool traces)
{
	struct strbuf text = STRBUF_INIT;
	int status;

	add_count(&text, c->drained + c->states.drained, "trace", "finished, ");
	add_count(&text, c->states.removed, "state file", "removed");
	if (traces) {
		strbuf_addstr(&text, ", ");
		add_count(&text, c->removed, "trace", "removed (");
		units_add_bytes(&text, c->bytes);
		strbuf_addch(&text, ')');
	}
	strbuf_addch(&text, '\n');
	status = print_checked(&text);
	strbuf_release(&text);
	return c->failed || c->states.left ? EXIT_IO : status;
}

static int run(const void *given, int n_operands, char **operands)
{
	const struct args *args = given;
	const char *dir = n_operands ? operands[0] : ".";
	struct cleaning c = { .diag = DIAG_INIT };
	struct trace_places places;
	int err = trace_places_find(&places, dir), status;

	if (err) {
		complain("cannot open '%s': %s", dir, strerror(-err));
		return EXIT_IO;
	}
	if (!args->traces)
		settle_traces(&c, &places);
	else
		remove_traces(&c, &places);
	state_folders(dir, sweep, &c);
	settle_tell(&c.diag);
	status = say_what_was_done(&c, args->traces);
	trace_places_release(&places);
	diag_release(&c.diag);
	return status;
}

const struct command cmd_clean = {
	.name = "clean",
	.summary = "finish traces of killed processes and remove what they left",
	.operands = "[DIR]",
	.description =
		"A process that is killed leaves a state file with what it recorded last. Writes "
		"that into its trace, as every command does that reads the trace, for all traces "
		"in DIR (by default the current folder) and for all state files of this user in "
		"/dev/shm, or in MEMPROF_STATE_DIR when that is set; removes state files whose "
		"trace is gone. What belongs to a running process stays.",
	.options = options,
	.args_size = sizeof(struct args),
	.max_operands = 1,
	.examples = examples,
	.run = run,
};
