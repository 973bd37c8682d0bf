/* SPDX-License-Identifier: MIT */
/* export.c - memprof export: a trace in the formats of other tools. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/reading.h"
#include "export/exporter.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/choose.h"
#include "util/diag.h"
#include "util/sink.h"

#define MOST_FORMATS 64

struct args {
	const char *to, *output, *sort, *kind, *sysroot, *debug_path, *demangle;
	bool family;
};

static const struct opt options[] = {
	{ .letter = 't',
	  .name = "to",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct args, to),
	  .arg = "FORMAT",
	  .hint = "pprof|folded|speedscope|chrome|massif|callgrind|dot|mprof|csv",
	  .help = "pprof, folded, speedscope, chrome, massif, callgrind, dot, mprof or csv" },
	OPTION_OUTPUT(struct args, output),
	{ .letter = 's',
	  .name = "sort",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct args, sort),
	  .arg = "KEY",
	  .hint = OPTION_SORT_KEYS,
	  .help = "folded, dot: the number to write; speedscope: the profile to open (default: "
		  "that of top)" },
	CHOOSE_KIND(struct args, kind),
	OPTION_DEMANGLE(struct args, demangle),
	OPTION_FAMILY(struct args, family),
	OPTION_SYSROOT(struct args, sysroot),
	OPTION_DEBUG_PATH(struct args, debug_path),
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof export trace.jsonl --to pprof -o heap.pb.gz && go tool pprof -top heap.pb.gz",
	"memprof export trace.jsonl@peak --to folded | flamegraph.pl > peak.svg",
	"memprof export trace.jsonl --to massif -o massif.out && ms_print massif.out",
	NULL,
};

extern const struct command cmd_export;

/* Index of `word`, the value of --`option`, in `words`; -EINVAL after a usage error. */
static int choose(const char *option, const char *word, const char *const *words)
{
	struct diag diag = DIAG_INIT;
	int i = opt_choose(option, word, words, &diag);

	if (i < 0)
		usage_error(&cmd_export, "%s", diag.messages[0].text);
	diag_release(&diag);
	return i;
}

static const struct exporter *choose_exporter(const char *name)
{
	const char *names[MOST_FORMATS + 1] = { NULL };
	int i;

	for (i = 0; exporters[i] && i < MOST_FORMATS; i++)
		names[i] = exporters[i]->name;
	i = choose("to", name, names);
	return i < 0 ? NULL : exporters[i];
}

static const struct export_measure *choose_measure(const char *name)
{
	const char *names[MEASURES + 1] = { NULL };
	int i;

	for (i = 0; i < MEASURES; i++)
		names[i] = export_measures[i].key;
	i = choose("sort", name, names);
	return i < 0 ? NULL : &export_measures[i];
}

static int write_out(const struct model *model, const struct exporter *exporter,
		     const struct args *args, const struct export_args *how)
{
	const struct symbols_options where = {
		.sysroot = args->sysroot,
		.debug_path = args->debug_path,
		.demangle = symbols_demangle_word(args->demangle),
	};
	struct symbols *symbols;
	struct sink sink;
	int status = reading_open_output(&sink, args->output), err;

	if (status)
		return status;
	symbols = symbols_new(model, &where);
	err = exporter->write(model, symbols, how, &sink);
	symbols_free(symbols);
	status = reading_close_output(&sink, args->output);
	if (!err)
		return status;
	complain_diag(how->diag);
	/* a format that has no room for what was asked is no fault of the trace */
	return err == -EINVAL ? EXIT_USAGE : exit_status_of(err);
}

static int run(const void *given, int n_operands, char **operands)
{
	const struct args *args = given;
	const struct exporter *exporter = choose_exporter(args->to);
	struct diag diag = DIAG_INIT;
	struct export_args how = { .kind = choose_kind(args->kind), .diag = &diag };
	const struct reading reading = { .family = args->family };
	struct model model;
	int status;

	(void)n_operands;
	if (!exporter)
		return EXIT_USAGE;
	if (args->sort && !(how.measure = choose_measure(args->sort)))
		return EXIT_USAGE;
	if (exporter->binary && !args->output && isatty(STDOUT_FILENO))
		return usage_error(&cmd_export,
				   "%s is nothing for a terminal: name a file after -o",
				   exporter->name);
	status = reading_load_with(&model, operands[0], &reading);
	if (!status && reading_is_trace(args->output, &model))
		status = EXIT_USAGE;
	if (!status) {
		if (!how.measure)
			how.measure = &export_measures[measure_default(&model, how.kind)];
		status = write_out(&model, exporter, args, &how);
	}
	model_release(&model);
	diag_release(&diag);
	return status;
}

const struct command cmd_export = {
	.name = "export",
	.summary = "write a trace in a format of other tools",
	.operands = "TRACE[@POINT]",
	.description =
		"Writes what a trace holds for other tools to read: pprof (go tool pprof), folded "
		"(flamegraph.pl, inferno), speedscope (speedscope.app), chrome (Perfetto, "
		"chrome://tracing: memory over time with marks, regions and threads), massif "
		"(ms_print, with the true peak), callgrind (callgrind_annotate, KCachegrind), dot "
		"(graphviz), mprof (mprof plot, mprof peak) and csv (all sites raw). Stacks are "
		"whole, allocators' frames "
		"included.",
	.options = options,
	.args_size = sizeof(struct args),
	.min_operands = 1,
	.max_operands = 1,
	.examples = examples,
	.run = run,
};
