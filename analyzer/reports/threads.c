/* SPDX-License-Identifier: MIT */
/* threads.c - what each thread allocated, and freed. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/point.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/filter.h"
#include "reports/group.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/diag.h"
#include "util/xalloc.h"

struct threads_options {
	const char *kind;
};

static const struct opt threads_options[] = {
	CHOOSE_KIND(struct threads_options, kind),
	{ .type = OPT_END },
};

static const char *const threads_examples[] = {
	"memprof threads memprof.redis-server.4242.jsonl",
	"memprof threads trace.jsonl --sort allocations --format csv",
	NULL,
};

/* Columns of the table, in its order. */
enum {
	AT_RANK,
	AT_THREAD,
	AT_TID,
	AT_PROCESS,
	AT_PID,
	AT_STARTED,
	AT_ENDED,
	AT_ALLOCATED,
	AT_ALLOCATIONS,
	AT_LIVE,
	AT_LIVE_COUNT,
	AT_TEMPORARY,
	AT_NEAR,
	COLUMNS
};

static const struct doc_column columns[COLUMNS] = {
	[AT_RANK] = { "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
	[AT_THREAD] = { "thread", "thread", UNIT_TEXT, .flags = COLUMN_KEY },
	[AT_TID] = { "tid", "tid", UNIT_NONE, .flags = COLUMN_KEY, .priority = 5 },
	[AT_PROCESS] = { "process", "process", UNIT_TEXT,
			 .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
	[AT_PID] = { "pid", "pid", UNIT_NONE, .flags = COLUMN_KEY | COLUMN_OF_RUN, .priority = 6 },
	[AT_STARTED] = { "started_ns", "started", UNIT_NS, .priority = 3 },
	[AT_ENDED] = { "ended_ns", "ended", UNIT_NS, .priority = 4 },
	[AT_ALLOCATED] = { "allocated_bytes", "allocated", UNIT_BYTES, .priority = 0 },
	[AT_ALLOCATIONS] = { "allocations", "allocs", UNIT_COUNT, .priority = 1 },
	[AT_LIVE] = { "live_bytes", "net", UNIT_BYTES, .priority = 2 },
	[AT_LIVE_COUNT] = { "live_count", "net blocks", UNIT_COUNT, .priority = 7 },
	[AT_TEMPORARY] = { "temporary_allocations", "temporary", UNIT_COUNT, .priority = 6 },
	[AT_NEAR] = { "temporary_allocations_near", "near", UNIT_COUNT,
		      .flags = COLUMN_FOR_MACHINES },
};

struct row {
	uint32_t thread;
	struct counts counts;
	int64_t key;
};

static int compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? 1 : -1;
	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

static void put_counts(struct doc_cell *cells, const struct counts *c)
{
	cells[AT_ALLOCATED] = CELL_U(c->bytes);
	cells[AT_ALLOCATIONS] = CELL_U(c->allocs);
	cells[AT_LIVE] = CELL_I(counts_live_bytes(c));
	cells[AT_LIVE_COUNT] = CELL_I(counts_live(c));
	cells[AT_TEMPORARY] = CELL_U(c->temp0);
	cells[AT_NEAR] = CELL_U(c->temp1);
}

static void put_row(struct doc *doc, struct doc_table *table, const struct model *model,
		    const struct row *row, uint64_t rank)
{
	struct doc_cell cells[COLUMNS] = { [AT_RANK] = CELL_U(rank) };

	if (row->thread < model->n_threads) {
		const struct model_thread *t = &model->threads[row->thread];

		cells[AT_THREAD] = CELL_T(t->name);
		cells[AT_TID] = CELL_U(t->tid);
		if (t->process < model->n_processes) {
			cells[AT_PROCESS] = CELL_T(model->processes[t->process].exe);
			cells[AT_PID] = CELL_U(model->processes[t->process].pid);
		}
		cells[AT_STARTED] = CELL_U(t->started);
		cells[AT_ENDED] = t->ended == UINT64_MAX ? CELL_EMPTY : CELL_U(t->ended);
	} else {
		cells[AT_THREAD] = CELL_T("(not known by thread)");
	}
	put_counts(cells, &row->counts);
	doc_add_row(doc, table, cells);
}

/* One row a thread, those that allocated nothing too; with the sum of what passed the filters. */
static struct row *sum_up(const struct model *model, struct symbols *symbols, enum mp_kind kind,
			  const struct filters *filters, int sort, size_t *n, struct counts *total)
{
	struct row *rows = xcalloc(model->n_threads + 1, sizeof(*rows));
	struct groups groups;

	for (size_t i = 0; i <= model->n_threads; i++)
		rows[i].thread = i < model->n_threads ? (uint32_t)i : MODEL_NO_THREAD;
	groups_build(&groups, model, symbols, kind, BY_THREAD, false, false, filters);
	for (size_t i = 0; i < groups.n; i++) {
		uint32_t at = groups.v[i].thread;

		counts_add(&rows[at < model->n_threads ? at : model->n_threads].counts,
			   &groups.v[i].counts);
	}
	*total = groups.total;
	groups_release(&groups);
	*n = model->n_threads;
	if (rows[*n].counts.allocs || rows[*n].counts.frees)
		(*n)++;
	for (size_t i = 0; i < *n; i++)
		rows[i].key = top_sort_keys[sort].get(&rows[i].counts);
	qsort(rows, *n, sizeof(*rows), compare);
	return rows;
}

static void add_title(const struct model *model, struct doc *doc, int sort)
{
	about_title(model, doc);
	doc->subtitle = doc_textf(doc,
				  "by %s; net is what a thread allocated less what it freed, "
				  "whoever allocated that",
				  choose_sort_words(model, &top_sort_keys[sort]));
}

static void fill(const struct model *model, const struct report_args *args, struct doc *doc,
		 const struct row *rows, size_t n, const struct counts *total)
{
	struct doc_column shown_columns[COLUMNS];
	struct doc_table *table;
	struct doc_cell cells[COLUMNS] = { [AT_THREAD] = CELL_T("total") };
	size_t shown = args->n && args->n < n ? (size_t)args->n : n;
	struct counts other = { 0 };

	memcpy(shown_columns, columns, sizeof(columns));
	if (!model_is_family(model))
		shown_columns[AT_PID].flags |= COLUMN_FOR_MACHINES;
	table = doc_add_table(doc, "threads", NULL, shown_columns, COLUMNS);
	table->empty = doc_text(doc, "the trace names no thread");
	doc->main_table = table->name;
	for (size_t i = 0; i < shown; i++)
		put_row(doc, table, model, &rows[i], i + 1);
	for (size_t i = shown; i < n; i++)
		counts_add(&other, &rows[i].counts);
	put_counts(cells, total);
	doc_add_value(
		doc, (struct doc_value){ .key = "threads", .unit = UNIT_COUNT, .cell = CELL_U(n) });
	for (int i = AT_ALLOCATED; i < COLUMNS; i++)
		doc_add_value(doc, (struct doc_value){ .key = columns[i].key,
						       .unit = columns[i].unit,
						       .cell = cells[i] });
	if (shown < n) {
		struct doc_cell rest[COLUMNS] = { [AT_THREAD] = CELL_T(
							  doc_textf(doc, "%zu other", n - shown)) };

		put_counts(rest, &other);
		doc_add_footer(doc, table, rest);
	}
	if (n)
		doc_add_footer(doc, table, cells);
}

static int threads_build(const struct model *model, struct symbols *symbols,
			 const struct report_args *args, struct doc *doc)
{
	const struct threads_options *own = args->own;
	enum mp_kind kind = choose_kind(own->kind);
	int sort = choose_sort(model, kind, args->sort ? args->sort : "allocated_bytes",
			       args->diag);
	struct filters filters = { .n = 0 };
	struct counts total;
	struct row *rows;
	size_t n;
	int err;

	if (sort < 0)
		return sort;
	if (top_sort_keys[sort].of_peak || model->point.kind == POINT_PEAK ||
	    point_is_net_only(&model->point))
		return diag_error(args->diag, -EINVAL,
				  "of the peak it is not known which thread held what: other "
				  "points and keys show threads");
	err = filters_parse(&filters, &args->filters, args->diag);
	if (!err) {
		rows = sum_up(model, symbols, kind, &filters, sort, &n, &total);
		about_trace(model, doc);
		add_title(model, doc, sort);
		fill(model, args, doc, rows, n, &total);
		about_notes(model, kind, doc);
		free(rows);
	}
	filters_release(&filters);
	return err;
}

const struct report report_threads = {
	.name = "threads",
	.summary = "what each thread allocated and freed",
	.description =
		"Shows each thread with its name, when it was first seen and when it ended, what "
		"it "
		"allocated, how many of its allocations were freed at once, and its net: what it "
		"allocated less what it freed. Net is negative in a thread that frees what others "
		"allocated; the nets of all threads add up to what is live.",
	.options = threads_options,
	.args_size = sizeof(struct threads_options),
	.lacks = REPORT_CUMULATIVE,
	.examples = threads_examples,
	.build = threads_build,
};
