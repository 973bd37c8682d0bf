/* SPDX-License-Identifier: MIT */
/*
 * top.c - where the memory went: the lines, files, functions, modules, stacks
 * threads or processes that hold or allocate most.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/group.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

struct top_options {
	const char *group_by, *kind;
	bool allocator_frames;
};

static const struct opt top_options[] = {
	{ .letter = 'g',
	  .name = "group-by",
	  .type = OPT_WORD,
	  .def = "line",
	  .arg = "line|file|function|module|stack|thread|process|region|case|size",
	  .offset = offsetof(struct top_options, group_by),
	  .help = "what a row stands for" },
	CHOOSE_KIND(struct top_options, kind),
	CHOOSE_ALLOCATOR_FRAMES(struct top_options, allocator_frames),
	{ .type = OPT_END },
};

static const char *const top_examples[] = {
	"memprof top memprof.sqlite3.4242.jsonl",
	"memprof top trace.jsonl@peak --group-by function -n 20",
	"memprof top trace.jsonl --filter 'exclude:file:/usr/*' --sort allocated_bytes",
	"memprof top trace.jsonl --group-by stack --format json -o top.json",
	NULL,
};

static bool model_has_cases(const struct model *model)
{
	for (size_t i = 0; i < model->n_moments; i++)
		if (model->moments[i].kind == MOMENT_CASE)
			return true;
	return false;
}

static int group_by_name(const char *name, bool cumulative, struct diag *diag)
{
	static const char *const names[] = {
		[BY_LINE] = "line",	  [BY_FILE] = "file",	  [BY_FUNCTION] = "function",
		[BY_MODULE] = "module",	  [BY_STACK] = "stack",	  [BY_THREAD] = "thread",
		[BY_PROCESS] = "process", [BY_REGION] = "region", [BY_CASE] = "case",
		[BY_SIZE] = "size",
	};

	for (int i = 0; i <= BY_SIZE; i++) {
		if (strcmp(name, names[i]))
			continue;
		if (cumulative && i >= BY_STACK && i != BY_REGION)
			return diag_error(diag, -EINVAL,
					  "--cumulative sums up frames of stacks: it "
					  "goes with --group-by line, file, function, module or "
					  "region");
		return i;
	}
	return diag_error(diag, -EINVAL, "--group-by cannot be '%s'", name);
}

static void add_titles(const struct top *top, struct doc *doc)
{
	static const char *const nouns[] = { "line",   "file",	  "function", "module", "stack",
					     "thread", "process", "region",   "case",	"size" };
	const struct model *model = top->groups->model;
	const struct top_sort_key *key = &top_sort_keys[top->sort];
	struct strbuf text = STRBUF_INIT;

	about_title(model, doc);

	if (!top->shown)
		goto out;
	if (top->shown < top->n)
		strbuf_addf(&text, "the top %zu of %zu %s%s", top->shown, top->n,
			    nouns[top->groups->by], top->groups->by == BY_PROCESS ? "es" : "s");
	else if (top->shown == 1)
		strbuf_addf(&text, "one %s", nouns[top->groups->by]);
	else
		strbuf_addf(&text, "all %zu %s%s", top->shown, nouns[top->groups->by],
			    top->groups->by == BY_PROCESS ? "es" : "s");
	strbuf_addf(&text, "%s, by %s", choose_kind_words(top->kind),
		    top->range && key->growth ? key->growth : key->words);
	if (top->sort == MEASURE_PEAK_BYTES && top->kind == MP_HEAP && model->has_peak) {
		strbuf_addstr(&text, " (");
		units_add_bytes(&text, model->peak_bytes);
		strbuf_addstr(&text, model_is_family(model) ? " in all" : " after ");
		if (!model_is_family(model))
			units_add_ns(&text, model->peak_time);
		strbuf_addch(&text, ')');
	}
	if (top->groups->cumulative)
		strbuf_addstr(&text, "; each row has what it and its callees allocated");
	doc->subtitle = doc_text(doc, text.buf);
out:
	strbuf_release(&text);
}

static void add_values(const struct top *top, struct doc *doc)
{
	const struct counts *total = &top->groups->total;

	doc_add_value(doc, (struct doc_value){ .key = "group_by", .cell = CELL_T(top->group_by) });
	doc_add_value(doc, (struct doc_value){ .key = "sort",
					       .cell = CELL_T(top_sort_keys[top->sort].key) });
	doc_add_value(doc, (struct doc_value){
				   .key = "groups", .unit = UNIT_COUNT, .cell = CELL_U(top->n) });
	doc_add_value(doc, (struct doc_value){ .key = "shown",
					       .unit = UNIT_COUNT,
					       .cell = CELL_U(top->shown) });
	for (int i = 0; i < MEASURES; i++)
		doc_add_value(doc, (struct doc_value){
					   .key = top_sort_keys[i].key,
					   .unit = top_sort_keys[i].unit,
					   .cell = top_cell(top, i, total),
				   });
}

static void note_symbols(const struct top *top, struct doc *doc)
{
	const struct model *model = top->groups->model;
	bool *used = xcalloc(model->n_modules + 1, sizeof(*used));

	for (size_t i = 0; i < top->shown; i++) {
		uint32_t node = top->order[i]->node;

		if (top->groups->by < BY_THREAD && node < model->n_nodes &&
		    model->nodes[node].module)
			used[model->nodes[node].module - 1] = true;
	}
	about_symbols(model, top->groups->places.symbols, used, doc);
	free(used);
}

/* A row without a function's name: its module has no symbols here. */
static void note_nameless(const struct top *top, struct doc *doc)
{
	enum { MOST = 2 };
	const struct model *model = top->groups->model;
	const char *told[MOST], *why;
	int n = 0;

	if (top->groups->by != BY_LINE && top->groups->by != BY_FUNCTION)
		return;
	for (size_t i = 0; i < top->shown && n < MOST; i++) {
		const struct group *g = top->order[i];
		uint32_t index = model->nodes[g->node].module;
		bool skip = g->function || !g->module || g->module[0] != '/' || !index;

		for (int j = 0; j < n && !skip; j++)
			skip = !strcmp(told[j], g->module);
		/* what is not here at all was told already */
		if (skip || symbols_problem(top->groups->places.symbols, index - 1, &why))
			continue;
		told[n++] = g->module;
		doc_add_note(doc, LEVEL_INFO, "no-names",
			     "'%s' has no names of its functions: with its debug package "
			     "installed, or DEBUGINFOD_URLS set, rows show functions and lines",
			     g->module);
	}
}

/* Of regions and cases neither the peak nor blocks that stayed are known, but what they did. */
static const char *wanted_sort(int by, const struct report_args *args)
{
	return args->sort || (by != BY_REGION && by != BY_CASE) ? args->sort : "allocated_bytes";
}

static int check_named(const struct model *model, int by, enum mp_kind kind, int sort,
		       const struct filters *filters, struct diag *diag)
{
	const char *word = by == BY_REGION ? "region" : by == BY_CASE ? "case" : "size";

	if (filters->n)
		return diag_error(diag, -EINVAL, "--group-by %s takes no filters", word);
	if (by == BY_SIZE)
		return 0;
	if (model->point.kind != POINT_END || model->point.from || kind != MP_HEAP)
		return diag_error(diag, -EINVAL,
				  "--group-by %s is of the heap and of the whole run%s", word,
				  by == BY_CASE ? ": @case:SUITE/NAME shows one case" : "");
	if (top_sort_keys[sort].of_peak || sort == MEASURE_TEMPORARY)
		return diag_error(diag, -EINVAL, "--sort %s: that is not known by %s",
				  top_sort_keys[sort].key, word);
	if (by == BY_REGION ? !model->n_regions : !model_has_cases(model))
		return diag_error(
			diag, -EINVAL,
			"the program named no %ss: memprof_begin() and memprof_case_begin() "
			"of <memprof/memprof.h> do",
			word);
	return 0;
}

static int top_build(const struct model *model, struct symbols *symbols,
		     const struct report_args *args, struct doc *doc)
{
	const struct top_options *own = args->own;
	struct filters filters = { .n = 0 };
	struct groups groups;
	struct top top = {
		.groups = &groups,
		.group_by = own->group_by,
		.kind = choose_kind(own->kind),
		.range = point_is_range(&model->point),
	};
	int by = group_by_name(own->group_by, args->cumulative, args->diag);
	int sort = by < 0 ? by : choose_sort(model, top.kind, wanted_sort(by, args), args->diag);
	int err = sort < 0 ? sort : filters_parse(&filters, &args->filters, args->diag);

	if (!err && by >= BY_REGION)
		err = check_named(model, by, top.kind, sort, &filters, args->diag);

	if (!err) {
		top.sort = sort;
		if (by >= BY_REGION)
			groups_build_named(&groups, model, symbols, top.kind, (enum group_by)by,
					   args->cumulative, &filters);
		else
			groups_build(&groups, model, symbols, top.kind, (enum group_by)by,
				     args->cumulative, own->allocator_frames, &filters);
		top_order(&top, args->n);
		about_trace(model, doc);
		add_titles(&top, doc);
		add_values(&top, doc);
		top_add_table(&top, doc)->empty = doc_text(doc, choose_why_empty(model, top.kind,
										 args->filters.n));
		doc->main_table = "sites";
		about_notes(model, top.kind, doc);
		note_symbols(&top, doc);
		note_nameless(&top, doc);
		free(top.order);
		groups_release(&groups);
	}
	filters_release(&filters);
	return err;
}

const struct report report_top = {
	.name = "top",
	.summary = "where the memory went: the sites that hold or allocate most",
	.description = "Shows the lines (or files, functions, modules, stacks, threads, processes) "
		       "that hold "
		       "or allocate most memory. At the end of a run rows are sorted by what they "
		       "held when the program's memory was at its peak, at other points by what "
		       "they hold there; --sort takes any column: live_bytes live_count peak_bytes "
		       "peak_count allocated_bytes allocations temporary_allocations. Functions "
		       "that only allocate for their caller (operator new, strdup, containers of "
		       "the standard library, xmalloc) are skipped: their caller is named. Text "
		       "shows 10 rows and "
		       "the source lines, JSON and CSV all rows; -n 0 is all.",
	.options = top_options,
	.args_size = sizeof(struct top_options),
	.examples = top_examples,
	.build = top_build,
};
