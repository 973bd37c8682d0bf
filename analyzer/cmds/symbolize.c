/* SPDX-License-Identifier: MIT */
/* symbolize.c - memprof symbolize: a trace with its names inside. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/reading.h"
#include "cmds/settle.h"
#include "model/model.h"
#include "model/symbolize.h"
#include "model/symbols.h"
#include "util/diag.h"
#include "util/sink.h"

struct args {
	const char *output, *sysroot, *debug_path;
};

static const struct opt options[] = {
	OPTION_OUTPUT(struct args, output),
	OPTION_SYSROOT(struct args, sysroot),
	OPTION_DEBUG_PATH(struct args, debug_path),
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof symbolize memprof.app.4242.jsonl -o app.jsonl",
	"memprof symbolize memprof.app.4242.jsonl | zstd > app.jsonl.zst",
	NULL,
};

extern const struct command cmd_symbolize;

static int write_out(const struct args *args, const char *path, const struct model *model,
		     struct symbolized *result)
{
	const struct symbols_options where = {
		.sysroot = args->sysroot,
		.debug_path = args->debug_path,
		.demangle = DEMANGLE_NONE,
	};
	struct diag diag = DIAG_INIT;
	struct symbols *symbols;
	struct sink sink;
	int status = reading_open_output(&sink, args->output), err;

	if (status)
		return status;
	symbols = symbols_new(model, &where);
	err = symbolize(path, model, symbols, &sink, result, &diag);
	symbols_free(symbols);
	status = reading_close_output(&sink, args->output);
	if (err)
		complain_diag(&diag);
	diag_release(&diag);
	return err ? exit_status_of(err) : status;
}

static void tell(const struct symbolized *result)
{
	complain("%" PRIu64 " of %" PRIu64 " addresses got a name", result->named,
		 result->addresses);
	if (result->missing)
		complain("%" PRIu64 " of %" PRIu64
			 " files are not here or of another build: their addresses stay as they "
			 "are (--sysroot and --debug-path name other places)",
			 result->missing, result->modules);
}

static int run(const void *given, int n_operands, char **operands)
{
	const struct args *args = given;
	struct symbolized result;
	struct orphan orphan;
	struct model model;
	const char *path;
	int status;

	(void)n_operands;
	if (!args->output && isatty(STDOUT_FILENO))
		return usage_error(&cmd_symbolize,
				   "a trace is nothing for a terminal: name a file after -o");
	if (!strcmp(operands[0], "-"))
		return usage_error(&cmd_symbolize,
				   "a trace is read twice for this, so it cannot come from a pipe");
	/* settled once for both readings */
	path = settle(&orphan, operands[0]);
	status = reading_load_whole(&model, path);
	if (!status && reading_is_trace(args->output, &model))
		status = EXIT_USAGE;
	if (!status)
		status = write_out(args, path, &model, &result);
	if (!status && args->output)
		tell(&result);
	model_release(&model);
	orphan_release(&orphan);
	return status;
}

const struct command cmd_symbolize = {
	.name = "symbolize",
	.summary = "write a trace with the names of its addresses inside",
	.operands = "TRACE",
	.description =
		"Looks up every address of TRACE once and writes the trace again with functions, "
		"source files and lines inside, so that reports name them on any machine, with "
		"or without the programs and their debug information. All else stays as it is.",
	.options = options,
	.args_size = sizeof(struct args),
	.min_operands = 1,
	.max_operands = 1,
	.examples = examples,
	.run = run,
};
