/* SPDX-License-Identifier: MIT */
/* modules.c - the files with code, what each allocated, and what is known of them. */
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/filter.h"
#include "reports/group.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/strmap.h"
#include "util/xalloc.h"

struct modules_options {
	const char *kind;
	bool allocator_frames;
};

static const struct opt modules_options[] = {
	CHOOSE_KIND(struct modules_options, kind),
	CHOOSE_ALLOCATOR_FRAMES(struct modules_options, allocator_frames),
	{ .type = OPT_END },
};

static const char *const modules_examples[] = {
	"memprof modules memprof.python3.4242.jsonl",
	"memprof modules trace.jsonl --format json | jq '.tables.modules[] | {path, build_id}'",
	NULL,
};

enum {
	AT_RANK,
	AT_SORTED,
	AT_SYMBOLS,
	AT_BUILD_ID,
	AT_LOADS,
	AT_LIVE,
	AT_LIVE_COUNT,
	AT_PEAK,
	AT_ALLOCATED,
	AT_ALLOCATIONS,
	AT_PROBLEM,
	AT_PATH,
	COLUMNS
};

/* A file, however often it was loaded. */
struct row {
	uint32_t module; /* one of its modules; UINT32_MAX: code outside of any */
	uint32_t loads;
	struct counts counts;
	int64_t key;
};

static int compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? 1 : -1;
	if (a->counts.bytes != b->counts.bytes)
		return a->counts.bytes < b->counts.bytes ? 1 : -1;
	return a->module < b->module ? -1 : a->module > b->module;
}

/* Groups know a module by its path; two builds at one path are told apart only by name here. */
static struct row *sum_up(const struct model *model, const struct groups *groups, int sort,
			  size_t *n_rows)
{
	struct row *rows = xcalloc(model->n_modules + 1, sizeof(*rows));
	struct strmap by_path = STRMAP_INIT;
	size_t n = 0;

	for (size_t i = 0; i < model->n_modules; i++) {
		void **slot = strmap_at(&by_path, model->modules[i].path);

		if (!*slot) {
			rows[n].module = (uint32_t)i;
			*slot = &rows[n++];
		}
		((struct row *)*slot)->loads++;
	}
	for (size_t i = 0; i < groups->n; i++) {
		const struct group *g = &groups->v[i];
		struct row *row = g->module ? strmap_get(&by_path, g->module) : NULL;

		if (!row) {
			row = &rows[model->n_modules];
			row->module = UINT32_MAX;
		}
		counts_add(&row->counts, &g->counts);
	}
	if (rows[model->n_modules].module == UINT32_MAX && n < model->n_modules) {
		rows[n++] = rows[model->n_modules];
	} else if (rows[model->n_modules].module == UINT32_MAX) {
		n++;
	}
	strmap_release(&by_path);
	for (size_t i = 0; i < n; i++)
		rows[i].key = top_sort_keys[sort].get(&rows[i].counts);
	qsort(rows, n, sizeof(*rows), compare);
	*n_rows = n;
	return rows;
}

static const char *symbols_word(struct symbols *symbols, uint32_t module, const char **why)
{
	static const char *const words[] = {
		[SYMBOLS_NONE] = "none",
		[SYMBOLS_FUNCTIONS] = "functions",
		[SYMBOLS_LINES] = "lines",
	};

	if (symbols_problem(symbols, module, why))
		return "missing";
	*why = NULL;
	return words[symbols_have(symbols, module)];
}

static void put_counts(struct doc_cell *cells, const struct model *model, const struct counts *c,
		       int sort)
{
	cells[AT_SORTED] = CELL_I(top_sort_keys[sort].get(c));
	cells[AT_LIVE] = CELL_I(counts_live_bytes(c));
	cells[AT_LIVE_COUNT] = CELL_I(counts_live(c));
	cells[AT_PEAK] = point_is_range(&model->point) ? CELL_EMPTY : CELL_I(c->peak_bytes);
	cells[AT_ALLOCATED] = CELL_U(c->bytes);
	cells[AT_ALLOCATIONS] = CELL_U(c->allocs);
}

static void put_row(struct doc *doc, struct doc_table *table, const struct model *model,
		    struct symbols *symbols, const struct row *row, int sort, uint64_t rank)
{
	struct doc_cell cells[COLUMNS] = { [AT_RANK] = CELL_U(rank) };
	const char *why = NULL;

	put_counts(cells, model, &row->counts, sort);
	if (row->module < model->n_modules) {
		const struct model_module *m = &model->modules[row->module];

		cells[AT_PATH] = CELL_T(m->path);
		cells[AT_BUILD_ID] = CELL_T(m->build_id && *m->build_id ? m->build_id : NULL);
		cells[AT_LOADS] = CELL_U(row->loads);
		cells[AT_SYMBOLS] = CELL_T(symbols_word(symbols, row->module, &why));
		cells[AT_PROBLEM] = CELL_T(why);
	} else {
		cells[AT_PATH] = CELL_T("(code outside of any file)");
	}
	doc_add_row(doc, table, cells);
}

static struct doc_table *add_table(struct doc *doc, int sort)
{
	const struct top_sort_key *key = &top_sort_keys[sort];
	struct doc_column columns[COLUMNS] = {
		[AT_RANK] = { "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
		[AT_SORTED] = { "sorted", key->title, key->unit, .flags = COLUMN_FOR_PEOPLE },
		[AT_SYMBOLS] = { "symbols", "names", UNIT_TEXT, .priority = 1 },
		[AT_BUILD_ID] = { "build_id", "build id", UNIT_TEXT, .priority = 9 },
		[AT_LOADS] = { "loads", "loads", UNIT_COUNT, .priority = 8 },
		[AT_LIVE] = { "live_bytes", "live", UNIT_BYTES, .priority = 3 },
		[AT_LIVE_COUNT] = { "live_count", "blocks", UNIT_COUNT, .priority = 6 },
		[AT_PEAK] = { "peak_bytes", "at peak", UNIT_BYTES, .priority = 4 },
		[AT_ALLOCATED] = { "allocated_bytes", "allocated", UNIT_BYTES, .priority = 5 },
		[AT_ALLOCATIONS] = { "allocations", "allocs", UNIT_COUNT, .priority = 2 },
		[AT_PROBLEM] = { "problem", "", UNIT_TEXT, .flags = COLUMN_FOR_MACHINES },
		[AT_PATH] = { "path", "file", UNIT_TEXT, .flags = COLUMN_KEY },
	};

	for (int i = 0; i < COLUMNS; i++)
		if (!strcmp(columns[i].key, key->key))
			columns[i].flags |= COLUMN_FOR_MACHINES;
	return doc_add_table(doc, "modules", NULL, columns, COLUMNS);
}

static void fill(const struct model *model, struct symbols *symbols, const struct report_args *args,
		 const struct groups *groups, int sort, struct doc *doc)
{
	struct doc_cell cells[COLUMNS] = { [AT_PATH] = CELL_T("total") };
	struct doc_table *table = add_table(doc, sort);
	size_t n, shown;
	struct row *rows = sum_up(model, groups, sort, &n);

	about_title(model, doc);
	doc->subtitle = doc_textf(doc, "files with code, by %s",
				  choose_sort_words(model, &top_sort_keys[sort]));
	doc->main_table = table->name;
	table->empty = doc_text(doc, "the trace names no file with code");
	shown = args->n && args->n < n ? (size_t)args->n : n;
	for (size_t i = 0; i < shown; i++)
		put_row(doc, table, model, symbols, &rows[i], sort, i + 1);
	put_counts(cells, model, &groups->total, sort);
	doc_add_value(
		doc, (struct doc_value){ .key = "modules", .unit = UNIT_COUNT, .cell = CELL_U(n) });
	for (int i = AT_LIVE; i <= AT_ALLOCATIONS; i++)
		doc_add_value(doc, (struct doc_value){ .key = table->columns[i].key,
						       .unit = table->columns[i].unit,
						       .cell = cells[i] });
	if (n)
		doc_add_footer(doc, table, cells);
	free(rows);
}

static int modules_build(const struct model *model, struct symbols *symbols,
			 const struct report_args *args, struct doc *doc)
{
	const struct modules_options *own = args->own;
	enum mp_kind kind = choose_kind(own->kind);
	int sort = choose_sort(model, kind, args->sort, args->diag);
	struct filters filters = { .n = 0 };
	struct groups groups;
	int err = sort < 0 ? sort : filters_parse(&filters, &args->filters, args->diag);

	if (!err) {
		groups_build(&groups, model, symbols, kind, BY_MODULE, args->cumulative,
			     own->allocator_frames, &filters);
		about_trace(model, doc);
		fill(model, symbols, args, &groups, sort, doc);
		about_notes(model, kind, doc);
		groups_release(&groups);
	}
	filters_release(&filters);
	return err;
}

const struct report report_modules = {
	.name = "modules",
	.summary = "programs and libraries: what each allocated, which names are known",
	.description =
		"Shows each program file and library with what was allocated in its code (as the "
		"innermost one that does not only allocate for its caller), and what names it can "
		"be given here: lines (there is debug information), functions (a symbol table "
		"only), none, or missing (the file is not here, or is another build). JSON and "
		"CSV have the build id, how often it was loaded, and what is wrong with it.",
	.options = modules_options,
	.args_size = sizeof(struct modules_options),
	.examples = modules_examples,
	.build = modules_build,
};
