/* SPDX-License-Identifier: MIT */
/*
 * sizes.c - how large blocks are, and what the allocator's rounding wastes, in
 * all and by where they are allocated.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/report.h"
#include "reports/size_counts.h"
#include "reports/top_rows.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

struct sizes_options {
	const char *group_by;
	bool allocator_frames;
};

static const struct opt sizes_options[] = {
	{ .letter = 'g',
	  .name = "group-by",
	  .type = OPT_WORD,
	  .def = "line",
	  .arg = "line|file|function|module",
	  .offset = offsetof(struct sizes_options, group_by),
	  .help = "what a row of the second table stands for" },
	CHOOSE_ALLOCATOR_FRAMES(struct sizes_options, allocator_frames),
	{ .type = OPT_END },
};

static const char *const sizes_examples[] = {
	"memprof run --sizes -- ./app",
	"memprof sizes memprof.app.4242.jsonl",
	"memprof sizes trace.jsonl --sort allocations --group-by function",
	NULL,
};

/* Columns that both tables have. */
enum { AT_ALLOCATIONS, AT_BYTES, AT_USABLE, AT_WASTED, AT_WASTED_PERCENT, NUMBERS };

/* clang-format off */
static const struct doc_column numbers[NUMBERS] = {
	{ "allocations", "allocs", UNIT_COUNT, .priority = 0 },
	{ "allocated_bytes", "asked for", UNIT_BYTES, .priority = 2, .count = "allocations" },
	{ "usable_bytes", "given", UNIT_BYTES, .priority = 5 },
	{ "wasted_bytes", "wasted", UNIT_BYTES, .priority = 1 },
	{ "wasted_percent", "of it", UNIT_PERCENT, .priority = 4 },
};
/* clang-format on */

static void put_numbers(struct doc_cell *cells, const struct size_counts *c, bool recorded)
{
	uint64_t wasted = c->usable - c->bytes;

	cells[AT_ALLOCATIONS] = CELL_U(c->allocs);
	cells[AT_BYTES] = CELL_U(c->bytes);
	if (!recorded)
		return;
	cells[AT_USABLE] = CELL_U(c->usable);
	cells[AT_WASTED] = CELL_U(wasted);
	cells[AT_WASTED_PERCENT] = CELL_R(c->usable ? 100.0 * (double)wasted / (double)c->usable
						    : 0.0);
}

/* What rows can be sorted by: the first where sizes were recorded, the second else. */
static const int sortable[] = { AT_WASTED, AT_BYTES, AT_ALLOCATIONS, AT_USABLE };

#define SORTABLE (sizeof(sortable) / sizeof(*sortable))

static int sort_column(const char *name, bool recorded, struct diag *diag)
{
	const char *names[SORTABLE + 1] = { NULL };
	int i;

	if (!name)
		return sortable[!recorded];
	for (i = 0; i < (int)SORTABLE; i++)
		names[i] = numbers[sortable[i]].key;
	i = opt_choose("sort", name, names, diag);
	if (i >= 0 && !recorded && (sortable[i] == AT_WASTED || sortable[i] == AT_USABLE))
		return diag_error(diag, -EINVAL,
				  "--sort %s: what blocks were rounded up to was not recorded; "
				  "'memprof run --sizes' does",
				  name);
	return i < 0 ? i : sortable[i];
}

static uint64_t key_of(const struct size_counts *c, int sort)
{
	return sort == AT_WASTED   ? c->usable - c->bytes
	       : sort == AT_BYTES  ? c->bytes
	       : sort == AT_USABLE ? c->usable
				   : c->allocs;
}

#define BAR 24

/* Many classes are met rarely: a bar of one mark says that there are some. */
static const char *bar(struct doc *doc, uint64_t n, uint64_t most)
{
	static const char marks[BAR + 1] = "########################";
	int len = most ? (int)((double)n / (double)most * BAR + 0.5) : 0;

	return n ? doc_textf(doc, "%.*s", len ? len : 1, marks) : NULL;
}

static void add_classes(const struct size_table *t, struct doc *doc)
{
	enum { LABEL, LEAST, MOST, FIRST_NUMBER, SHARE = FIRST_NUMBER + NUMBERS, SHAPE, COLUMNS };
	struct doc_column columns[COLUMNS] = {
		[LABEL] = { "size", "size", UNIT_TEXT, ALIGN_RIGHT, COLUMN_FOR_PEOPLE },
		[LEAST] = { "least_bytes", "from", UNIT_BYTES,
			    .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
		[MOST] = { "most_bytes", "to", UNIT_BYTES, .flags = COLUMN_FOR_MACHINES },
		[SHARE] = { "allocations_percent", "%", UNIT_PERCENT, .priority = 3 },
		[SHAPE] = { "shape", "allocations", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
	};
	struct doc_table *table;
	uint64_t most = 0;

	memcpy(columns + FIRST_NUMBER, numbers, sizeof(numbers));
	table = doc_add_table(doc, "classes", "All blocks by size", columns, COLUMNS);
	table->size = "allocated_bytes";
	for (int c = 0; c < SIZE_CLASSES; c++)
		most = t->classes[c].allocs > most ? t->classes[c].allocs : most;
	for (int c = t->lowest; c <= t->highest; c++) {
		const struct size_counts *n = &t->classes[c];
		struct doc_cell cells[COLUMNS] = {
			[LABEL] = CELL_T(size_class_label(doc, c)),
			[LEAST] = CELL_U(size_class_least(c)),
			[MOST] = CELL_U(size_class_most(c)),
			[SHARE] = CELL_R(100.0 * (double)n->allocs / (double)t->total.allocs),
			[SHAPE] = CELL_T(bar(doc, n->allocs, most)),
		};

		put_numbers(cells + FIRST_NUMBER, n, t->recorded);
		doc_add_row(doc, table, cells);
	}
	if (t->total.allocs) {
		struct doc_cell cells[COLUMNS] = { [LABEL] = CELL_T("total") };

		put_numbers(cells + FIRST_NUMBER, &t->total, t->recorded);
		doc_add_footer(doc, table, cells);
	}
}

/* clang-format off */
enum { RANK, FUNCTION, FILE_NAME, LINE, MODULE, SITE_NUMBERS, AVERAGE = SITE_NUMBERS + NUMBERS,
       USUAL_LEAST, USUAL, WHERE, SITE_COLUMNS };
#define KEY (COLUMN_KEY | COLUMN_FOR_MACHINES)

static const struct doc_column site_columns[SITE_COLUMNS] = {
	[RANK] = { "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
	[FUNCTION] = { "function", "function", UNIT_TEXT, .flags = KEY },
	[FILE_NAME] = { "file", "file", UNIT_TEXT, .flags = KEY },
	[LINE] = { "line", "line", UNIT_NONE, .flags = KEY | COLUMN_OF_BUILD },
	[MODULE] = { "module", "module", UNIT_TEXT, .flags = KEY },
	[AVERAGE] = { "average_bytes", "average", UNIT_BYTES, .priority = 3 },
	[USUAL_LEAST] = { "usual_least_bytes", "usual", UNIT_BYTES, .flags = COLUMN_FOR_MACHINES },
	[USUAL] = { "usual", "mostly", UNIT_TEXT, .priority = 2, .flags = COLUMN_FOR_PEOPLE },
	[WHERE] = { "where", "where", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
};
/* clang-format on */

static int by_key(const void *left, const void *right, void *sort)
{
	const struct size_site *a = left, *b = right;
	uint64_t x = key_of(&a->total, *(int *)sort), y = key_of(&b->total, *(int *)sort);

	if (x != y)
		return x < y ? 1 : -1;
	if (a->total.allocs != b->total.allocs)
		return a->total.allocs < b->total.allocs ? 1 : -1;
	return a->group < b->group ? -1 : a->group > b->group;
}

static void add_site(struct size_table *t, const struct size_site *site, uint64_t rank,
		     struct doc *doc, struct doc_table *table)
{
	const struct group *g = &t->groups.v[site->group];
	int usual = size_site_usual(t, site);
	const struct doc_frame frame = {
		.function = top_place_name(doc, g->function, g->module, g->offset,
					   t->groups.by == BY_LINE),
		.file = g->file,
		.module = g->module,
		.line = g->line,
	};
	bool named = t->groups.by == BY_LINE || t->groups.by == BY_FUNCTION;
	struct doc_cell cells[SITE_COLUMNS] = {
		[RANK] = CELL_U(rank),
		[FUNCTION] = CELL_T(named ? frame.function : NULL),
		[FILE_NAME] = CELL_T(g->file),
		[LINE] = g->line ? CELL_U(g->line) : CELL_EMPTY,
		[MODULE] = CELL_T(g->module),
		[AVERAGE] = CELL_U(site->total.bytes / site->total.allocs),
		[USUAL_LEAST] = CELL_U(size_class_least(usual)),
		[USUAL] = CELL_T(size_class_label(doc, usual)),
		[WHERE] = named ? CELL_S(&frame, 1) : CELL_T(g->file ? g->file : frame.function),
	};

	put_numbers(cells + SITE_NUMBERS, &site->total, t->recorded);
	doc_add_row(doc, table, cells)->detail = top_callers(&t->groups, doc, g);
}

static void add_footer(const struct size_table *t, const struct size_counts *c, const char *label,
		       struct doc *doc, struct doc_table *table)
{
	struct doc_cell cells[SITE_COLUMNS] = { [WHERE] = CELL_T(label) };

	put_numbers(cells + SITE_NUMBERS, c, t->recorded);
	if (c->allocs)
		cells[AVERAGE] = CELL_U(c->bytes / c->allocs);
	doc_add_footer(doc, table, cells);
}

static void add_sites(struct size_table *t, uint64_t n, int sort, struct doc *doc)
{
	struct doc_column columns[SITE_COLUMNS];
	struct size_counts other = t->total;
	struct doc_table *table;
	size_t shown = n && n < t->n_sites ? (size_t)n : t->n_sites;

	memcpy(columns, site_columns, sizeof(columns));
	memcpy(columns + SITE_NUMBERS, numbers, sizeof(numbers));
	columns[SITE_NUMBERS + AT_WASTED_PERCENT].priority = 6;
	columns[SITE_NUMBERS + sort].priority = 0;
	table = doc_add_table(doc, "sites", "Where they are allocated", columns, SITE_COLUMNS);
	table->size = numbers[sort].key;
	doc->main_table = table->name;
	table->empty = doc_text(doc, "nothing was allocated");
	if (t->n_sites)
		qsort_r(t->sites, t->n_sites, sizeof(*t->sites), by_key, &sort);
	for (size_t i = 0; i < shown; i++) {
		add_site(t, &t->sites[i], i + 1, doc, table);
		other.allocs -= t->sites[i].total.allocs;
		other.bytes -= t->sites[i].total.bytes;
		other.usable -= t->sites[i].total.usable;
	}
	if (shown < t->n_sites)
		add_footer(t, &other, doc_textf(doc, "%zu other", t->n_sites - shown), doc, table);
	if (t->n_sites)
		add_footer(t, &t->total, "total", doc, table);
}

/* The histogram of each site, for programs. */
static void add_site_classes(const struct size_table *t, size_t shown, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "rank", "site", UNIT_NONE, .flags = COLUMN_KEY },
		{ "least_bytes", "from", UNIT_BYTES, .flags = COLUMN_KEY },
		{ "most_bytes", "to", UNIT_BYTES, .flags = 0 },
		{ "allocations", "allocations", UNIT_COUNT, .flags = 0 },
		{ "allocated_bytes", "allocated", UNIT_BYTES, .flags = 0 },
		{ "usable_bytes", "usable", UNIT_BYTES, .flags = 0 },
	};
	struct doc_table *table = doc_add_table(doc, "site_classes", NULL, columns,
						sizeof(columns) / sizeof(*columns));

	table->flags = COLUMN_FOR_MACHINES;
	for (size_t i = 0; i < shown && i < t->n_sites; i++)
		for (int c = 0; c < SIZE_CLASSES; c++) {
			const struct size_counts *n = size_site_class(t, &t->sites[i], c);
			const struct doc_cell cells[] = {
				CELL_U(i + 1),
				CELL_U(size_class_least(c)),
				CELL_U(size_class_most(c)),
				n ? CELL_U(n->allocs) : CELL_EMPTY,
				n ? CELL_U(n->bytes) : CELL_EMPTY,
				n && t->recorded ? CELL_U(n->usable) : CELL_EMPTY,
			};

			if (n && n->allocs)
				doc_add_row(doc, table, cells);
		}
}

static void add_values(const struct size_table *t, int sort, struct doc *doc)
{
	struct doc_cell cells[NUMBERS] = { CELL_EMPTY };

	put_numbers(cells, &t->total, t->recorded);
	doc_add_value(doc, (struct doc_value){ .key = "recorded",
					       .cell = CELL_T(t->recorded ? "yes" : "no") });
	doc_add_value(doc, (struct doc_value){ .key = "sort", .cell = CELL_T(numbers[sort].key) });
	for (int i = 0; i < NUMBERS; i++)
		doc_add_value(doc, (struct doc_value){ .key = numbers[i].key,
						       .unit = numbers[i].unit,
						       .cell = cells[i] });
}

static void add_titles(const struct size_table *t, int sort, struct doc *doc)
{
	static const char *const words[] = {
		[AT_ALLOCATIONS] = "number of allocations",
		[AT_BYTES] = "bytes allocated",
		[AT_USABLE] = "bytes given",
		[AT_WASTED] = "bytes wasted by rounding up",
	};
	struct strbuf text = STRBUF_INIT;

	about_title(t->groups.model, doc);
	if (t->at_peak)
		strbuf_addstr(&text, "blocks live at the peak, by the average size of each stack");
	else if (t->recorded)
		strbuf_addf(&text, "every block allocated up to here; places by %s", words[sort]);
	else
		strbuf_addf(&text,
			    "every block allocated, by the average size of its stack; places "
			    "by %s",
			    words[sort]);
	doc->subtitle = doc_text(doc, text.buf);
	strbuf_release(&text);
}

static int by_name(const char *name)
{
	return !strcmp(name, "file")	   ? BY_FILE
	       : !strcmp(name, "function") ? BY_FUNCTION
	       : !strcmp(name, "module")   ? BY_MODULE
					   : BY_LINE;
}

static int sizes_build(const struct model *model, struct symbols *symbols,
		       const struct report_args *args, struct doc *doc)
{
	const struct sizes_options *own = args->own;
	bool recorded = model->has_sizes && model->point.kind != POINT_PEAK &&
			!point_is_net_only(&model->point);
	struct filters filters = { .n = 0 };
	int sort = sort_column(args->sort, recorded, args->diag);
	int err = sort < 0 ? sort : filters_parse(&filters, &args->filters, args->diag);
	struct size_table t;

	if (!err && (args->cumulative || filters_on(&filters, FILTER_THREAD) ||
		     filters_on(&filters, FILTER_PROCESS)))
		err = diag_error(args->diag, -EINVAL,
				 "%s: sizes are counted where blocks are allocated, all threads "
				 "together",
				 args->cumulative ? "--cumulative"
						  : "--filter on threads or processes");
	if (!err) {
		size_table_build(&t, model, symbols, by_name(own->group_by), own->allocator_frames,
				 &filters, recorded);
		about_trace(model, doc);
		add_titles(&t, sort, doc);
		add_values(&t, sort, doc);
		add_classes(&t, doc);
		add_sites(&t, args->n, sort, doc);
		add_site_classes(&t, args->n ? (size_t)args->n : t.n_sites, doc);
		if (!recorded && model->has_sizes)
			doc_add_note(doc, LEVEL_INFO, "sizes-average",
				     "the sizes of single blocks are counted as they are "
				     "allocated: for the peak there are only averages");
		else if (!recorded)
			doc_add_note(doc, LEVEL_INFO, "sizes-not-recorded",
				     "the sizes of single blocks were not recorded: 'memprof run "
				     "--sizes' counts them, and what the allocator rounds them up "
				     "to");
		about_notes(model, MP_HEAP, doc);
		size_table_release(&t);
	}
	filters_release(&filters);
	return err;
}

const struct report report_sizes = {
	.name = "sizes",
	.summary = "how large blocks are, and what rounding them up wastes",
	.description =
		"Shows all allocations by the size that was asked for, in classes of powers of "
		"two, and the places that allocate them. When the program was recorded with "
		"'memprof run --sizes' (MEMPROF_SIZES=1) every block counts by its own size, and "
		"what the allocator gave beyond it is shown as wasted: its usable size less what "
		"was asked for. Else a block counts by the average size of its stack. Places are "
		"sorted by wasted_bytes, or by allocated_bytes, allocations or usable_bytes.",
	.sort_keys = "wasted_bytes|allocated_bytes|allocations|usable_bytes",
	.options = sizes_options,
	.args_size = sizeof(struct sizes_options),
	.examples = sizes_examples,
	.build = sizes_build,
};
