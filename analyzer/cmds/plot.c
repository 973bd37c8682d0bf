/* SPDX-License-Identifier: MIT */
/* plot.c - memprof plot: a run over time as a picture. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/members.h"
#include "cmds/plot_doc.h"
#include "cmds/plot_out.h"
#include "cmds/reading.h"
#include "doc/doc.h"
#include "model/model.h"
#include "model/point.h"
#include "plot/plot.h"
#include "reports/window.h"
#include "util/diag.h"
#include "util/xalloc.h"

struct args {
	const char *output, *title, *window, *format, *backend, *curves, *group_by, *theme, *size,
		*color, *sysroot, *debug_path;
	uint64_t areas, dpi;
	bool no_function_ts, flame, slope, log, sum, each;
};

#define ARG(field) .offset = offsetof(struct args, field)

static const struct opt options[] = {
	{ .letter = 'o',
	  .name = "output",
	  .type = OPT_PATH,
	  ARG(output),
	  .arg = "FILE",
	  .help = "write the picture to FILE.svg, .png, .pdf or .html instead of the terminal" },
	{ .letter = 't',
	  .name = "title",
	  .type = OPT_TEXT,
	  ARG(title),
	  .arg = "TEXT",
	  .help = "its title (default: the program's command line)" },
	{ .letter = 'w',
	  .name = "window",
	  .type = OPT_TEXT,
	  ARG(window),
	  .arg = "A,B",
	  .help = "only this part of the run, in seconds or with units: 1.5,20 or 250ms,3min" },
	{ .letter = 'f',
	  .name = "flame",
	  .type = OPT_FLAG,
	  ARG(flame),
	  .help = "regions as boxes by depth, below the curves" },
	{ .letter = 's',
	  .name = "slope",
	  .type = OPT_FLAG,
	  ARG(slope),
	  .help = "a straight line through each curve, by least squares, with its growth a "
		  "second" },
	{ .letter = 'n',
	  .name = "no-function-ts",
	  .type = OPT_FLAG,
	  ARG(no_function_ts),
	  .help = "no marks and regions, only curves" },
	{ .name = "curves",
	  .type = OPT_TEXT,
	  ARG(curves),
	  .arg = "NAME,...",
	  .help = "draw these: heap, rss, mapped, anon, file, shmem, swap, blocks, threads, "
		  "allocations_per_second, bytes_per_second, faults_per_second, cpu_percent, "
		  "counter:NAME, ... "
		  "(default: heap, rss and mapped, or rss of several traces)" },
	{ .letter = 'g',
	  .name = "group-by",
	  .type = OPT_WORD,
	  ARG(group_by),
	  .arg = "thread|line|function|file|module|process",
	  .help = "the heap as areas that add up, by who holds it" },
	{ .name = "areas",
	  .type = OPT_NUMBER,
	  ARG(areas),
	  .def = "7",
	  .arg = "N",
	  .help = "so many areas, the largest, and one for the rest" },
	{ .letter = 'C',
	  .name = "include-children",
	  .type = OPT_FLAG,
	  ARG(sum),
	  .help = "several traces: their curves added up" },
	{ .letter = 'M',
	  .name = "multiprocess",
	  .type = OPT_FLAG,
	  ARG(each),
	  .help = "processes of one run: a curve each, instead of areas" },
	{ .name = "log", .type = OPT_FLAG, ARG(log), .help = "a logarithmic axis" },
	{ .name = "theme",
	  .type = OPT_WORD,
	  ARG(theme),
	  .def = "light",
	  .arg = "light|dark",
	  .help = "dark lines on white, or light ones on black" },
	{ .name = "size",
	  .type = OPT_TEXT,
	  ARG(size),
	  .def = "14x6",
	  .arg = "WIDTHxHEIGHT|phone",
	  .help = "its size in inches; phone is 5x7" },
	{ .name = "dpi",
	  .type = OPT_NUMBER,
	  ARG(dpi),
	  .def = "150",
	  .arg = "N",
	  .help = "pixels an inch of a PNG" },
	{ .name = "format",
	  .type = OPT_WORD,
	  ARG(format),
	  .arg = PLOT_OUT_FORMATS,
	  .help = "what to write (default: by the end of FILE's name; without FILE what the "
		  "terminal can show, at worst characters)" },
	{ .name = "backend",
	  .type = OPT_WORD,
	  ARG(backend),
	  .arg = PLOT_OUT_FORMATS,
	  .help = "the same, in the word of mprof" },
	{ .name = "color",
	  .type = OPT_WORD,
	  ARG(color),
	  .arg = "auto|always|never",
	  .def = "auto",
	  .help = "colours of characters: by default on a terminal, unless NO_COLOR is set" },
	OPTION_SYSROOT(struct args, sysroot),
	OPTION_DEBUG_PATH(struct args, debug_path),
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof plot trace.jsonl",
	"memprof plot trace.jsonl -o memory.svg",
	"memprof plot trace.jsonl --group-by function -o sites.png --theme dark",
	"memprof plot before.jsonl after.jsonl --curves heap --slope -o both.pdf",
	"memprof plot make.*.jsonl -o make.png",
	"memprof plot trace.jsonl --flame --window 1.5,20 -o regions.svg",
	NULL,
};

extern const struct command cmd_plot;

/* Nothing is an error that the trace is not to blame for: say what it lacks. */
static int nothing_to_draw(const struct model *models, size_t n)
{
	for (size_t i = 0; i < n; i++)
		complain("'%s' holds no samples of memory over time%s", models[i].path,
			 models[i].has_header && !strcmp(models[i].header.sampler, "off")
				 ? ": it was recorded with MEMPROF_SAMPLER=off"
				 : ": there is nothing to plot");
	return EXIT_TRACE;
}

static int draw(const struct args *args, const struct plot_options *how, const struct plot_out *out,
		struct model *models, int n, char **operands)
{
	struct diag diag = DIAG_INIT;
	struct plot_doc what = {
		.models = models,
		.n = (size_t)n,
		.operands = operands,
		.curves = args->curves,
		.group_by = args->group_by,
		.areas = args->areas ? args->areas : 1,
		.sum = args->sum,
		.each = args->each,
		.sysroot = args->sysroot,
		.debug_path = args->debug_path,
	};
	struct doc doc;
	int status;

	doc_init(&doc, "plot");
	if (n == 1)
		window_of_point(&models[0], &what.from, &what.to);
	if (window_parse(args->window, &what.from, &what.to, &diag) ||
	    plot_doc_build(&what, &doc, &diag)) {
		complain_diag(&diag);
		status = EXIT_USAGE;
	} else if (!plot_has_curves(&doc)) {
		status = nothing_to_draw(models, (size_t)n);
	} else {
		status = plot_out_write(out, &doc, how);
	}
	doc_release(&doc);
	diag_release(&diag);
	return status;
}

/* 0, or -EINVAL after a usage error. */
static int choose_format(const struct args *args, struct plot_out *out)
{
	const char *word = args->format ? args->format : args->backend;
	struct diag diag = DIAG_INIT;
	int err = 0;

	if (args->format && args->backend && strcmp(args->format, args->backend))
		err = diag_error(&diag, -EINVAL, "--format and --backend are one, and differ");
	if (!err)
		err = plot_out_choose(out, word, &diag);
	if (!err && !out->output && isatty(STDOUT_FILENO) &&
	    (out->format == PLOT_PNG || out->format == PLOT_PDF))
		err = diag_error(&diag, -EINVAL,
				 "this is nothing for a terminal: name a file after -o");
	if (err)
		usage_error(&cmd_plot, "%s", diag.messages[0].text);
	diag_release(&diag);
	return err;
}

static bool wants_history(const struct args *args)
{
	return args->group_by && strcmp(args->group_by, "thread") &&
	       strcmp(args->group_by, "process");
}

/* The traces that the words stand for: of a run all its processes, each for itself. */
struct traces {
	char **paths;
	struct model *models;
	size_t n, alloc;
};

static void add_trace(struct traces *traces, const char *path)
{
	XGROW(traces->paths, traces->n, traces->alloc);
	traces->paths[traces->n++] = xstrdup(path);
}

/* A word with a point is one model, whatever it stands for; so is one whose sites are asked for. */
static int expand(struct traces *traces, const char *word, bool whole)
{
	struct point point = { .kind = POINT_END };
	struct members members;
	struct diag diag = DIAG_INIT;
	char *path = NULL;
	int status = EXIT_FINE;

	if (point_split(word, &path, &point, &diag) || whole || point.kind != POINT_END ||
	    point.from) {
		add_trace(traces, word);
	} else if (members_find(&members, path, false, &diag)) {
		complain_diag(&diag);
		status = EXIT_IO;
		members_release(&members);
	} else {
		for (size_t i = 0; i < members.n; i++)
			add_trace(traces, members.n == 1 ? word : members.v[i].path);
		members_release(&members);
	}
	point_release(&point);
	free(path);
	diag_release(&diag);
	return status;
}

static int load_and_draw(const struct args *args, const struct plot_options *how,
			 const struct plot_out *out, int n, char **operands)
{
	const struct reading reading = { .flags = wants_history(args) ? MODEL_HISTORY : 0 };
	struct traces traces = { .paths = NULL };
	size_t loaded = 0;
	int status = EXIT_FINE;

	for (int i = 0; i < n && !status; i++)
		status = expand(&traces, operands[i], wants_history(args));
	traces.models = xcalloc(traces.n + 1, sizeof(*traces.models));
	for (; loaded < traces.n && !status; loaded++) {
		struct model *model = &traces.models[loaded];

		status = reading_load_with(model, traces.paths[loaded], &reading);
		if (!status && reading_is_trace(args->output, model))
			status = EXIT_USAGE;
	}
	if (!status)
		status = draw(args, how, out, traces.models, (int)traces.n, traces.paths);
	for (size_t i = 0; i < loaded; i++)
		model_release(&traces.models[i]);
	for (size_t i = 0; i < traces.n; i++)
		free(traces.paths[i]);
	free(traces.paths);
	free(traces.models);
	return status;
}

static int run(const void *given, int n, char **operands)
{
	const struct args *args = given;
	struct plot_options how = {
		.dpi = (double)args->dpi,
		.theme = strcmp(args->theme, "dark") ? PLOT_LIGHT : PLOT_DARK,
		.title = args->title,
		.log = args->log,
		.slope = args->slope,
		.flame = args->flame,
		.plain = args->no_function_ts,
	};
	struct plot_out out = { .output = args->output, .color = args->color };

	if (plot_out_size(args->size, &how))
		return usage_error(&cmd_plot,
				   "--size wants inches such as 14x6, or phone, not '%s'",
				   args->size);
	if (args->dpi < 10 || args->dpi > 1200)
		return usage_error(&cmd_plot, "--dpi goes from 10 to 1200");
	if (choose_format(args, &out))
		return EXIT_USAGE;
	if (plot_out_is_shown(&out))
		plot_out_fit_terminal(&how);
	return load_and_draw(args, &how, &out, n, operands);
}

const struct command cmd_plot = {
	.name = "plot",
	.summary = "a run over time as a picture: SVG, PNG, PDF, HTML, or in the terminal",
	.operands = "TRACE...",
	.description =
		"Draws the heap, the resident set without the recorder's part and what the program "
		"mapped itself over time, with marks as labelled lines, regions as brackets and a "
		"cross at the peak. Several runs stand over each other; processes of one run are "
		"areas that add up to all of them. Without -o it draws into the terminal, as a "
		"picture where that can show one, else in block characters. The options of mprof "
		"plot are here under the same words.",
	.options = options,
	.args_size = sizeof(struct args),
	.min_operands = 1,
	.max_operands = -1,
	.examples = examples,
	.run = run,
};
