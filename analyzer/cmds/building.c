/* SPDX-License-Identifier: MIT */
/* building.c - see building.h. */
#include "cmds/building.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/pager.h"
#include "cmds/reading.h"
#include "cmds/source_lines.h"
#include "doc/doc.h"
#include "model/model.h"
#include "model/source_files.h"
#include "model/symbols.h"
#include "render/renderer.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"
#include "util/units.h"
#include "util/xalloc.h"

#define ROWS_FOR_PEOPLE 10

#define COMMON(field) .offset = offsetof(struct common, field)

static const struct opt common_options[] = {
	{ .letter = 'n',
	  .name = "rows",
	  .type = OPT_NUMBER,
	  .flags = OPT_KEEP_TEXT,
	  COMMON(n),
	  .arg = "N",
	  .help = "show N rows; 0 for all (default: 10 in text, else all)" },
	{ .letter = 's',
	  .name = "sort",
	  .type = OPT_TEXT,
	  COMMON(sort),
	  .arg = "KEY",
	  .hint = OPTION_SORT_KEYS,
	  .help = "sort by this column, the largest first" },
	{ .name = "filter",
	  .type = OPT_LIST,
	  COMMON(filters),
	  .arg = "FILTER",
	  .hint = "include:function:|include:file:|include:module:|include:thread:|"
		  "exclude:function:|exclude:file:|exclude:module:|exclude:thread:",
	  .help = "include|exclude:WHAT:GLOB, where WHAT is function, file, module, thread or "
		  "process; "
		  "kept is what any include and no exclude matches" },
	{ .name = "cumulative",
	  .type = OPT_FLAG,
	  COMMON(cumulative),
	  .help = "count a stack for every frame on it, not only where it starts" },
	OPTION_FAMILY(struct common, family),
	{ .letter = 'f',
	  .name = "format",
	  .type = OPT_WORD,
	  COMMON(format),
	  .arg = "text|json|csv|markdown|memory-profiler|tracemalloc|pstats|svg|html|junit|tap|"
		 "github|sarif",
	  .help = "how to write it (default: by the end of FILE's name, else text)" },
	OPTION_OUTPUT(struct common, output),
	{ .name = "color",
	  .type = OPT_WORD,
	  COMMON(color),
	  .arg = "auto|always|never",
	  .def = "auto",
	  .help = "colours: by default on a terminal, unless NO_COLOR is set" },
	{ .name = "no-pager",
	  .type = OPT_FLAG,
	  COMMON(no_pager),
	  .help = "never show long text through $PAGER (default: less) on a terminal" },
	OPTION_SYSROOT(struct common, sysroot),
	OPTION_DEBUG_PATH(struct common, debug_path),
	OPTION_DEMANGLE(struct common, demangle),
	{ .name = "source-dir",
	  .type = OPT_LIST,
	  COMMON(source_dirs),
	  .arg = "DIR",
	  .help = "look for source files below DIR" },
	{ .name = "path-map",
	  .type = OPT_LIST,
	  COMMON(path_maps),
	  .arg = "OLD=NEW",
	  .help = "source files whose path begins with OLD are at NEW here" },
	{ .type = OPT_END },
};

static bool is_lacked(const struct report *report, const struct opt *opt)
{
	return opt->type && ((report->lacks & REPORT_FILTER &&
			      opt->offset == offsetof(struct common, filters)) ||
			     (report->lacks & REPORT_CUMULATIVE &&
			      opt->offset == offsetof(struct common, cumulative)));
}

struct opt *building_options(const struct report *report, size_t offset)
{
	size_t own = 0, n, common = sizeof(common_options) / sizeof(*common_options);
	struct opt *table;

	while (report->options && report->options[own].type)
		own++;
	table = xcalloc(own + common, sizeof(*table));
	for (n = 0; n < own; n++) {
		table[n] = report->options[n];
		table[n].offset += sizeof(struct common);
	}
	for (size_t i = 0; i < common; i++)
		if (!is_lacked(report, &common_options[i]))
			table[n++] = common_options[i];
	for (size_t i = 0; i < n; i++) {
		table[i].offset += offset;
		if (table[i].letter == 's' && report->sort_keys)
			table[i].hint = report->sort_keys;
	}
	return table;
}

/* --format, or what the name after -o ends in, or text. */
static const char *wanted_format(const struct common *args)
{
	static const char *const known[][2] = {
		{ "json", "json" }, { "csv", "csv" },	  { "svg", "svg" },	{ "html", "html" },
		{ "xml", "junit" }, { "sarif", "sarif" }, { "md", "markdown" }, { "tap", "tap" },
	};
	const char *dot = args->output ? strrchr(args->output, '.') : NULL;

	if (args->format)
		return args->format;
	for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(dot + 1, known[i][0]))
			return known[i][1];
	return "text";
}

const struct renderer *building_renderer(const struct common *args)
{
	return renderer_find(wanted_format(args));
}

uint64_t building_rows(const struct report *report, const struct common *args,
		       const struct renderer *renderer)
{
	uint64_t n = !renderer->for_people ? 0 : report->rows ? report->rows : ROWS_FOR_PEOPLE;

	if (args->n)
		units_parse_number(args->n, &n);
	return n;
}

int building_doc(const struct report *report, const struct common *args,
		 const struct building *what, struct doc *doc)
{
	const struct symbols_options where = {
		.sysroot = args->sysroot,
		.debug_path = args->debug_path,
		.demangle = symbols_demangle_word(args->demangle),
	};
	const struct source_options sources = {
		.sysroot = args->sysroot,
		.dirs = args->source_dirs.v,
		.n_dirs = args->source_dirs.n,
		.maps = args->path_maps.v,
		.n_maps = args->path_maps.n,
	};
	struct source_files *files = source_files_new(&sources, what->model);
	struct symbols *symbols = symbols_new(what->model, &where);
	struct diag diag = DIAG_INIT;
	const struct report_args how = {
		.n = what->n,
		.sort = what->sort,
		.filters = args->filters,
		.cumulative = args->cumulative,
		.operands = what->operands,
		.sources = files,
		.own = args + 1,
		.diag = &diag,
	};
	int status = EXIT_FINE;

	if (report->build(what->model, symbols, &how, doc)) {
		complain_diag(&diag);
		complain("'memprof %s --help' shows how it is used", report->name);
		status = EXIT_USAGE;
	} else if (what->source) {
		source_lines_add(doc, files);
	}
	symbols_free(symbols);
	source_files_free(files);
	diag_release(&diag);
	return status;
}

/* All of it first, since how long it is decides where it goes. */
static int write_to_terminal(const struct doc *doc, const struct common *args,
			     const struct renderer *renderer)
{
	struct sink text, out;
	struct term term;
	int status;

	sink_to_memory(&text);
	term_init(&term, STDOUT_FILENO, term_color_parse(args->color));
	renderer->write(doc, &term, &text);
	if (!args->no_pager && pager_show(text.buf.buf, text.buf.len)) {
		sink_close(&text);
		return EXIT_FINE;
	}
	status = reading_open_output(&out, NULL);
	if (!status) {
		sink_write(&out, text.buf.buf, text.buf.len);
		status = reading_close_output(&out, NULL);
	}
	sink_close(&text);
	return status;
}

/* What the report was asked to write besides. */
static int write_side(const struct doc *doc)
{
	struct sink sink;
	int status;

	if (!doc->side_path)
		return EXIT_FINE;
	status = reading_open_output(&sink, doc->side_path);
	if (status)
		return status;
	sink_puts(&sink, doc->side_text);
	return reading_close_output(&sink, doc->side_path);
}

int building_write(const struct doc *doc, const struct common *args,
		   const struct renderer *renderer)
{
	struct sink sink;
	struct term term;
	int status;

	if (renderer->fits && !renderer->fits(doc)) {
		complain("the %s format is %s; this report of %s is none", renderer->name,
			 renderer->summary, doc->report);
		return EXIT_USAGE;
	}
	status = write_side(doc);
	if (status)
		return status;
	if (!args->output && renderer->for_people && !renderer->document && isatty(STDOUT_FILENO) &&
	    !doc->side_text)
		return write_to_terminal(doc, args, renderer);
	status = reading_open_output(&sink, args->output);
	if (status)
		return status;
	term_init(&term, sink.fd, term_color_parse(args->color));
	if (doc->side_text && !doc->side_path)
		sink_puts(&sink, doc->side_text);
	else
		renderer->write(doc, &term, &sink);
	return reading_close_output(&sink, args->output);
}
