/* SPDX-License-Identifier: MIT */
/* lines.c - the source of functions or files, with what each line allocated. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/source_files.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/lines_view.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/cxxname.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define CONTEXT 2      /* lines around those that allocate, of a whole file for people */
#define BEFORE_MOST 40 /* lines between a function's beginning and its first allocation */
#define SOURCE_NOTES 3

struct lines_options {
	const char *kind;
	bool allocator_frames, whole;
};

static const struct opt lines_options[] = {
	CHOOSE_KIND(struct lines_options, kind),
	CHOOSE_ALLOCATOR_FRAMES(struct lines_options, allocator_frames),
	{ .letter = 'w',
	  .name = "whole",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct lines_options, whole),
	  .help = "show all lines of the files, also those of functions that are not hot" },
	{ .type = OPT_END },
};

static const char *const lines_examples[] = {
	"memprof lines trace.jsonl",
	"memprof lines trace.jsonl@peak parse.c 'json::*' --cumulative",
	"memprof lines trace.jsonl main --source-dir ~/src/app --path-map /build=/home/me",
	"memprof lines trace.jsonl main --format memory-profiler",
	NULL,
};

struct lines {
	const struct model *model;
	struct source_files *sources;
	struct doc *doc;
	struct doc_table *all;
	bool range, whole;
	int64_t (*get)(const struct counts *c); /* what rows are ordered by */
	int64_t hottest;			/* of all lines that are shown */
};

/* Where a view begins and ends, and what its file holds. */
struct extent {
	const struct source_file *source;
	uint32_t first, last;
};

/* A function on one line: its brace closes where it opened. */
static bool is_one_line(const char *line)
{
	int depth = 0;
	bool any = false;

	for (; *line; line++) {
		any |= *line == '{';
		depth += *line == '{';
		depth -= *line == '}';
	}
	return any && depth <= 0;
}

/* The line with the brace that closes what begins at `first`, or `last`. */
static uint32_t find_end(const struct source_file *source, uint32_t first, uint32_t last)
{
	size_t indent = first <= source->n ? strspn(source->lines[first - 1], " \t") : 0;

	if (first == last && first <= source->n && is_one_line(source->lines[first - 1]))
		return last;
	for (uint32_t at = last; at && at <= source->n; at++) {
		const char *line = source->lines[at - 1];

		if (strspn(line, " \t") == indent && line[indent] == '}')
			return at;
		/* what stands left of the function is no more of it */
		if (line[0] && line[0] != '#' && strspn(line, " \t") < indent)
			break;
	}
	return last;
}

static struct extent extent_of(const struct lines *l, const struct view *view)
{
	struct extent e = {
		.source = source_files_get(l->sources, view->file),
		.first = view->lines[0].line,
		.last = view->lines[view->n - 1].line,
	};

	if (!view->function && e.source->n >= e.last) {
		e.first = 1;
		e.last = e.source->n;
	} else if (view->function && e.source->n) {
		if (view->declared && view->declared <= e.first &&
		    e.first - view->declared <= BEFORE_MOST)
			e.first = view->declared;
		e.last = find_end(e.source, e.first, e.last);
	}
	return e;
}

enum {
	COL_FUNCTION,
	COL_FILE,
	COL_LINE,
	COL_USAGE,
	COL_INCREMENT,
	COL_OCCURRENCES,
	COL_PEAK,
	COL_HEAT,
	COL_TEXT
};

static const struct doc_column columns[] = {
	[COL_FUNCTION] = { "function", "function", UNIT_TEXT,
			   .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
	[COL_FILE] = { "file", "file", UNIT_TEXT, .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
	[COL_LINE] = { "line", "Line #", UNIT_NONE, .flags = COLUMN_KEY | COLUMN_OF_BUILD },
	[COL_USAGE] = { "live_bytes", "Mem usage", UNIT_BYTES, .count = "occurrences" },
	[COL_INCREMENT] = { "increment_bytes", "Increment", UNIT_BYTES, .priority = 1,
			    .count = "occurrences" },
	[COL_OCCURRENCES] = { "occurrences", "Occurrences", UNIT_COUNT, .flags = 0 },
	[COL_PEAK] = { "peak_bytes", "Peak", UNIT_BYTES, .flags = 0 },
	[COL_HEAT] = { "heat", "", UNIT_PERCENT, .flags = COLUMN_FOR_PEOPLE | COLUMN_HEAT },
	[COL_TEXT] = { "contents", "Line Contents", UNIT_TEXT, .flags = 0 },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void fill_counts(const struct lines *l, struct doc_cell *cells, const struct counts *c)
{
	cells[COL_USAGE] = CELL_I(c->base_bytes + counts_live_bytes(c));
	cells[COL_INCREMENT] = CELL_I(counts_live_bytes(c));
	if (!point_is_net_only(&l->model->point))
		cells[COL_OCCURRENCES] = CELL_U(c->allocs);
	if (!l->range)
		cells[COL_PEAK] = CELL_I(c->peak_bytes);
	if (l->hottest > 0)
		cells[COL_HEAT] = CELL_R(100.0 * (double)l->get(c) / (double)l->hottest);
}

/* Is a line that allocates so near that people want to see this one? */
static bool is_near(const struct view *view, size_t next, uint32_t line)
{
	return (next < view->n && view->lines[next].line - line <= CONTEXT) ||
	       (next > 0 && line - view->lines[next - 1].line <= CONTEXT);
}

static const char *view_title(struct doc *doc, const struct view *view)
{
	struct strbuf name = STRBUF_INIT;
	const char *title = view->file;

	if (view->function) {
		cxx_add_short(&name, view->function);
		title = doc_textf(doc, "%s in %s", name.buf, view->file);
	}
	strbuf_release(&name);
	return title;
}

static void add_view(const struct lines *l, const struct view *view)
{
	struct extent e = extent_of(l, view);
	struct doc_table *table;
	uint32_t shown = 0;
	size_t next = 0;

	table = doc_add_table(l->doc, "view", view_title(l->doc, view), columns, COLUMNS);
	table->flags = COLUMN_FOR_PEOPLE;
	for (uint32_t line = e.first; line <= e.last && line; line++) {
		const char *text = line <= e.source->n ? e.source->lines[line - 1] : NULL;
		bool allocates = next < view->n && view->lines[next].line == line;
		struct doc_cell cells[COLUMNS] = {
			[COL_FUNCTION] = CELL_T(view->function),
			[COL_FILE] = CELL_T(view->file),
			[COL_LINE] = CELL_U(line),
			[COL_TEXT] = CELL_T(text),
		};

		if (allocates)
			fill_counts(l, cells, &view->lines[next].counts);
		else if (!text)
			continue;
		doc_add_row(l->doc, l->all, cells);
		if (allocates || view->function || l->whole || is_near(view, next, line)) {
			if (shown && shown + 1 < line)
				doc_add_row(
					l->doc, table,
					(struct doc_cell[COLUMNS]){ [COL_TEXT] = CELL_T("...") });
			doc_add_row(l->doc, table, cells);
			shown = line;
		}
		next += allocates;
	}
}

/* Memory of code without debug information is in no line; say how much that is. */
static void note_nameless(const struct lines *l, const struct views *views,
			  int64_t (*get)(const struct counts *c))
{
	int64_t all = get(&views->all), part = get(&views->of_nameless);

	if (!views->nameless)
		return;
	doc_add_note(l->doc, LEVEL_INFO, "no-lines",
		     "%zu place%s with %.1f%% of it %s left out, because the line is not known: "
		     "programs and libraries with debug information (-g) have lines",
		     views->nameless, views->nameless == 1 ? "" : "s",
		     all > 0 ? 100.0 * (double)part / (double)all : 0,
		     views->nameless == 1 ? "is" : "are");
}

static void note_sources(const struct lines *l, const struct views *views,
			 int64_t (*get)(const struct counts *c))
{
	size_t missing = 0;

	for (size_t i = 0; i < views->n; i++) {
		const char *problem = source_files_get(l->sources, views->v[i].file)->problem;
		bool told = false;

		for (size_t k = 0; k < i && !told; k++)
			told = !strcmp(views->v[k].file, views->v[i].file);
		if (problem && !told && missing++ < SOURCE_NOTES)
			doc_add_note(l->doc, LEVEL_WARNING, "no-source", "'%s' %s",
				     views->v[i].file, problem);
	}
	if (missing > SOURCE_NOTES)
		doc_add_note(l->doc, LEVEL_WARNING, "no-source",
			     "%zu more source files are missing or were changed",
			     missing - SOURCE_NOTES);
	note_nameless(l, views, get);
}

static int64_t hottest_line(const struct views *views, int64_t (*get)(const struct counts *c))
{
	int64_t most = 0;

	for (size_t i = 0; i < views->n; i++)
		for (size_t k = 0; k < views->v[i].n; k++)
			most = get(&views->v[i].lines[k].counts) > most
				       ? get(&views->v[i].lines[k].counts)
				       : most;
	return most;
}

static void add_titles(const struct lines *l, const struct views *views, int sort, bool cumulative,
		       bool named)
{
	struct strbuf text = STRBUF_INIT;

	about_title(l->model, l->doc);
	if (!named && views->n)
		strbuf_addf(&text, "the top %zu %s%s, by %s. ", views->n,
			    l->whole ? "file" : "function", views->n == 1 ? "" : "s",
			    top_sort_keys[sort].words);
	strbuf_addf(&text,
		    "Mem usage: bytes live %s that the line%s allocated; Increment: %s; "
		    "Occurrences: its allocations%s",
		    l->range ? "at the end" : "there", cumulative ? " and what it called" : "",
		    l->range ? "how much that grew" : "the same, as growth from the start",
		    l->range ? "" : "; Peak: bytes it held when the program was at its peak");
	l->doc->subtitle = doc_text(l->doc, text.buf);
	strbuf_release(&text);
}

static int lines_build(const struct model *model, struct symbols *symbols,
		       const struct report_args *args, struct doc *doc)
{
	const struct lines_options *own = args->own;
	enum mp_kind kind = choose_kind(own->kind);
	struct filters filters = { .n = 0 };
	struct groups groups;
	struct views views = { .n = 0 };
	struct lines l = {
		.model = model,
		.sources = args->sources,
		.doc = doc,
		.range = point_is_range(&model->point),
		.whole = own->whole,
	};
	int sort = choose_sort(model, kind, args->sort, args->diag);
	int err = sort < 0 ? sort : filters_parse(&filters, &args->filters, args->diag);

	if (err) {
		filters_release(&filters);
		return err;
	}
	groups_build(&groups, model, symbols, kind, BY_LINE, args->cumulative,
		     own->allocator_frames, &filters);
	l.get = top_sort_keys[sort].get;
	views_build(&views, &groups, args->operands, args->n, own->whole, l.get);
	l.hottest = hottest_line(&views, l.get);
	if (views.missing) {
		err = diag_error(args->diag, -EINVAL,
				 "nothing that allocates is in a file or function '%s': 'memprof "
				 "top' shows what is there, and * matches anything",
				 views.missing);
	} else {
		about_trace(model, doc);
		add_titles(&l, &views, sort, args->cumulative, args->operands && *args->operands);
		l.all = doc_add_table(doc, "lines", NULL, columns, COLUMNS);
		l.all->flags = COLUMN_FOR_MACHINES;
		l.all->size = columns[COL_USAGE].key;
		doc->main_table = "lines";
		for (size_t i = 0; i < views.n; i++)
			add_view(&l, &views.v[i]);
		if (!views.n && !views.nameless)
			doc_add_note(doc, LEVEL_INFO, "empty", "%s",
				     choose_why_empty(model, kind, args->filters.n));
		about_notes(model, kind, doc);
		note_sources(&l, &views, top_sort_keys[sort].get);
	}
	views_release(&views);
	groups_release(&groups);
	filters_release(&filters);
	return err;
}

const struct report report_lines = {
	.name = "lines",
	.summary = "source annotated line by line with what each line allocated",
	.description =
		"Shows the source of the functions or files that are named, or of the functions "
		"that hold most, with a row a line: the bytes that are live of what it allocated "
		"(Mem usage), how much that grew in the range shown (Increment; without a range "
		"the "
		"two are the same), how often it allocated (Occurrences), and what it held when "
		"the "
		"program was at its peak. With --cumulative a line has what the functions it calls "
		"allocated, too. Names are whole or globs; a file may be named by the last parts "
		"of "
		"its path. With --whole files are shown instead of functions, all lines of them. "
		"JSON and CSV have all lines, text those around allocations in a file "
		"and "
		"3 functions unless -n says otherwise.",
	.operands = "[FILE|FUNCTION]...",
	.options = lines_options,
	.args_size = sizeof(struct lines_options),
	.rows = 3,
	.examples = lines_examples,
	.build = lines_build,
};
