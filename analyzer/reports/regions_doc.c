/* SPDX-License-Identifier: MIT */
/* regions_doc.c - the tables of memprof regions. */
#include "reports/regions_doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/region_stats.h"
#include "reports/timeline.h"
#include "util/opt.h"
#include "util/xalloc.h"

/* ---- orders -------------------------------------------------------------- */

enum key { CALLS, PCALLS, TOTTIME, CUMTIME, NAME, MIN, MEDIAN, P95, MAX, ALLOCS, BYTES, NET, PEAK };

static const struct {
	const char *name;
	enum key key;
	const char *words;
} orders[] = {
	{ "cumtime", CUMTIME, "cumulative time" },
	{ "cumulative", CUMTIME, "cumulative time" },
	{ "tottime", TOTTIME, "internal time" },
	{ "time", TOTTIME, "internal time" },
	{ "calls", CALLS, "call count" },
	{ "ncalls", CALLS, "call count" },
	{ "pcalls", PCALLS, "primitive call count" },
	{ "name", NAME, "function name" },
	{ "stdname", NAME, "standard name" },
	{ "min", MIN, "shortest call" },
	{ "median", MEDIAN, "median call" },
	{ "p95", P95, "95th percentile" },
	{ "max", MAX, "longest call" },
	{ "allocations", ALLOCS, "allocations" },
	{ "allocated_bytes", BYTES, "bytes allocated" },
	{ "net_bytes", NET, "net growth" },
	{ "peak_bytes", PEAK, "peak inside" },
	/* columns of the table have keys of their own */
	{ "cumtime_ns", CUMTIME, "cumulative time" },
	{ "tottime_ns", TOTTIME, "internal time" },
	{ "primitive_calls", PCALLS, "primitive call count" },
	{ "min_ns", MIN, "shortest call" },
	{ "median_ns", MEDIAN, "median call" },
	{ "p95_ns", P95, "95th percentile" },
	{ "max_ns", MAX, "longest call" },
};

#define ORDERS (sizeof(orders) / sizeof(*orders))
#define NAMED_ORDERS 17 /* those that a message names */

int regions_sort(const char *name, struct diag *diag)
{
	const char *names[NAMED_ORDERS + 1] = { NULL };

	for (size_t i = 0; i < ORDERS; i++)
		if (!name || !strcmp(name, orders[i].name))
			return (int)i;
	for (size_t i = 0; i < NAMED_ORDERS; i++)
		names[i] = orders[i].name;
	return opt_choose("sort", name, names, diag);
}

const char *regions_sort_words(int sort)
{
	return orders[sort].words;
}

static int64_t number(const struct region_stat *s, enum key key)
{
	switch (key) {
	case CALLS:
		return (int64_t)s->sum.calls;
	case PCALLS:
		return (int64_t)s->sum.primitive;
	case TOTTIME:
		return (int64_t)s->sum.self;
	case MIN:
		return (int64_t)s->sum.min;
	case MEDIAN:
		return (int64_t)region_quantile(s, 0.5);
	case P95:
		return (int64_t)region_quantile(s, 0.95);
	case MAX:
		return (int64_t)s->sum.max;
	case ALLOCS:
		return (int64_t)s->sum.allocs;
	case BYTES:
		return (int64_t)s->sum.bytes;
	case NET:
		return s->sum.net;
	case PEAK:
		return s->sum.peak;
	default:
		return (int64_t)s->sum.total;
	}
}

struct ranked {
	const struct region_stat *stat;
	int64_t key;
	bool by_name;
};

static int compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (!a->by_name && a->key != b->key)
		return a->key < b->key ? 1 : -1;
	return strcmp(a->stat->name, b->stat->name);
}

static struct ranked *rank(const struct regions_doc *what)
{
	const struct region_stats *stats = what->stats;
	struct ranked *v = xcalloc(stats->n + 1, sizeof(*v));

	for (size_t i = 0; i < stats->n; i++)
		v[i] = (struct ranked){
			.stat = &stats->v[i],
			.key = number(&stats->v[i], orders[what->sort].key),
			.by_name = orders[what->sort].key == NAME,
		};
	qsort(v, stats->n, sizeof(*v), compare);
	return v;
}

/* ---- times in the unit that was asked for --------------------------------- */

static double unit_of(const char *unit)
{
	return !strcmp(unit, "us") ? 1e3 : !strcmp(unit, "ms") ? 1e6 : 1e9;
}

/* For people in the unit, for programs always ns. */
static struct doc_cell time_cell(const struct regions_doc *what, struct doc *doc, uint64_t ns)
{
	double v;

	if (!what->unit)
		return CELL_U(ns);
	v = (double)ns / unit_of(what->unit);
	return CELL_T(doc_textf(doc, !strcmp(what->unit, "s") ? "%.3f" : "%.1f", v));
}

/*
 * Columns of times in a unit are for people; behind them stand the raw ones.
 * `shown` and `raw` are one column each of the table.
 */
static void unit_columns(const struct regions_doc *what, struct doc *doc,
			 struct doc_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (columns[i].unit != UNIT_NS || columns[i].flags & COLUMN_FOR_MACHINES)
			continue;
		columns[i].flags |= COLUMN_FOR_PEOPLE;
		columns[i].align = ALIGN_RIGHT;
		if (!what->unit)
			continue;
		columns[i].unit = UNIT_TEXT;
		columns[i].title = doc_textf(doc, "%s [%s]", columns[i].title, what->unit);
	}
}

/* ---- regions --------------------------------------------------------------- */

enum {
	AT_NCALLS,
	AT_TOTTIME,
	AT_TOT_PERCALL,
	AT_CUMTIME,
	AT_CUM_PERCALL,
	AT_MEDIAN,
	AT_MAX,
	RAW_CALLS,
	RAW_PRIMITIVE,
	RAW_TOTTIME,
	RAW_TOT_PERCALL,
	RAW_CUMTIME,
	RAW_CUM_PERCALL,
	RAW_MIN,
	RAW_MEDIAN,
	RAW_P95,
	RAW_MAX,
	RAW_ALLOCS,
	RAW_BYTES,
	RAW_NET,
	RAW_PEAK,
	AT_REGION,
	COLUMNS
};

#define SHOWN COLUMN_FOR_PEOPLE
#define RAW COLUMN_FOR_MACHINES

static const struct doc_column region_columns[COLUMNS] = {
	[AT_NCALLS] = { "ncalls", "ncalls", UNIT_TEXT, .align = ALIGN_RIGHT, .flags = SHOWN },
	[AT_TOTTIME] = { "tottime", "tottime", UNIT_NS, .flags = 0 },
	[AT_TOT_PERCALL] = { "tottime_percall", "percall", UNIT_NS, .flags = 0 },
	[AT_CUMTIME] = { "cumtime", "cumtime", UNIT_NS, .flags = 0 },
	[AT_CUM_PERCALL] = { "cumtime_percall", "percall", UNIT_NS, .flags = 0 },
	[AT_MEDIAN] = { "median", "median", UNIT_NS, .priority = 2 },
	[AT_MAX] = { "max", "max", UNIT_NS, .priority = 1 },
	[RAW_CALLS] = { "calls", "calls", UNIT_COUNT, .flags = RAW },
	[RAW_PRIMITIVE] = { "primitive_calls", "primitive calls", UNIT_COUNT, .flags = RAW },
	[RAW_TOTTIME] = { "tottime_ns", "tottime", UNIT_NS, .flags = RAW },
	[RAW_TOT_PERCALL] = { "tottime_percall_ns", "percall", UNIT_NS, .flags = RAW },
	[RAW_CUMTIME] = { "cumtime_ns", "cumtime", UNIT_NS, .flags = RAW },
	[RAW_CUM_PERCALL] = { "cumtime_percall_ns", "percall", UNIT_NS, .flags = RAW },
	[RAW_MIN] = { "min_ns", "min", UNIT_NS, .flags = RAW },
	[RAW_MEDIAN] = { "median_ns", "median", UNIT_NS, .flags = RAW },
	[RAW_P95] = { "p95_ns", "p95", UNIT_NS, .flags = RAW },
	[RAW_MAX] = { "max_ns", "max", UNIT_NS, .flags = RAW },
	[RAW_ALLOCS] = { "allocations", "allocations", UNIT_COUNT, .flags = RAW },
	[RAW_BYTES] = { "allocated_bytes", "allocated", UNIT_BYTES, .flags = RAW },
	[RAW_NET] = { "net_bytes", "net", UNIT_BYTES, .flags = RAW },
	[RAW_PEAK] = { "peak_bytes", "peak", UNIT_BYTES, .flags = RAW },
	[AT_REGION] = { "region", "region", UNIT_TEXT, .flags = COLUMN_KEY },
};

static struct doc_cell calls_cell(struct doc *doc, const struct region_sum *s)
{
	if (s->calls == s->primitive)
		return CELL_T(doc_textf(doc, "%" PRIu64, s->calls));
	return CELL_T(doc_textf(doc, "%" PRIu64 "/%" PRIu64, s->calls, s->primitive));
}

static uint64_t per(uint64_t time, uint64_t calls)
{
	return calls ? time / calls : 0;
}

static void put_region(const struct regions_doc *what, struct doc *doc, struct doc_table *table,
		       const struct region_stat *stat)
{
	const struct region_sum *s = &stat->sum;
	const uint64_t times[] = { s->self,
				   per(s->self, s->calls),
				   s->total,
				   per(s->total, s->primitive),
				   region_quantile(stat, 0.5),
				   s->max };
	struct doc_cell cells[COLUMNS] = {
		[AT_NCALLS] = calls_cell(doc, s),
		[RAW_CALLS] = CELL_U(s->calls),
		[RAW_PRIMITIVE] = CELL_U(s->primitive),
		[RAW_TOTTIME] = CELL_U(s->self),
		[RAW_TOT_PERCALL] = CELL_U(times[1]),
		[RAW_CUMTIME] = CELL_U(s->total),
		[RAW_CUM_PERCALL] = CELL_U(times[3]),
		[RAW_MIN] = CELL_U(s->min),
		[RAW_MEDIAN] = CELL_U(times[4]),
		[RAW_P95] = CELL_U(region_quantile(stat, 0.95)),
		[RAW_MAX] = CELL_U(s->max),
		[RAW_ALLOCS] = CELL_U(s->allocs),
		[RAW_BYTES] = CELL_U(s->bytes),
		[RAW_NET] = CELL_I(s->net),
		[RAW_PEAK] = CELL_I(s->peak),
		[AT_REGION] = CELL_T(stat->name),
	};

	for (int i = 0; i < 6; i++)
		cells[AT_TOTTIME + i] = time_cell(what, doc, times[i]);
	doc_add_row(doc, table, cells);
}

static void put_value(struct doc *doc, const char *key, enum doc_unit unit, struct doc_cell cell)
{
	doc_add_value(doc, (struct doc_value){ .key = key, .unit = unit, .cell = cell });
}

static void add_values(const struct regions_doc *what, struct doc *doc)
{
	uint64_t calls = 0, primitive = 0, self = 0;

	for (size_t i = 0; i < what->stats->n; i++) {
		calls += what->stats->v[i].sum.calls;
		primitive += what->stats->v[i].sum.primitive;
		self += what->stats->v[i].sum.self;
	}
	put_value(doc, "regions", UNIT_COUNT, CELL_U(what->stats->n));
	put_value(doc, "calls", UNIT_COUNT, CELL_U(calls));
	put_value(doc, "primitive_calls", UNIT_COUNT, CELL_U(primitive));
	put_value(doc, "tottime_ns", UNIT_NS, CELL_U(self));
	put_value(doc, "ordered_by", UNIT_TEXT, CELL_T(regions_sort_words(what->sort)));
}

static void add_memory(const struct ranked *ranked, size_t n, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "allocations", "allocations", UNIT_COUNT, .flags = SHOWN },
		{ "allocated_bytes", "allocated", UNIT_BYTES, .flags = SHOWN },
		{ "net_bytes", "net growth", UNIT_BYTES, .flags = SHOWN },
		{ "peak_bytes", "peak inside", UNIT_BYTES, .flags = SHOWN },
		{ "region", "region", UNIT_TEXT, .flags = SHOWN },
	};
	struct doc_table *table = doc_add_table(doc, "memory", "memory, of the thread while inside",
						columns, sizeof(columns) / sizeof(*columns));

	table->flags = COLUMN_FOR_PEOPLE;
	for (size_t i = 0; i < n; i++) {
		const struct region_sum *s = &ranked[i].stat->sum;
		const struct doc_cell cells[] = { CELL_U(s->allocs), CELL_U(s->bytes),
						  CELL_I(s->net), CELL_I(s->peak),
						  CELL_T(ranked[i].stat->name) };

		doc_add_row(doc, table, cells);
	}
}

void regions_add_table(const struct regions_doc *what, struct doc *doc)
{
	struct ranked *ranked = rank(what);
	struct doc_column columns[COLUMNS];
	size_t shown = what->n && what->n < what->stats->n ? what->n : what->stats->n;
	struct doc_table *table;

	memcpy(columns, region_columns, sizeof(columns));
	unit_columns(what, doc, columns, COLUMNS);
	table = doc_add_table(doc, "regions", NULL, columns, COLUMNS);
	table->empty = doc_text(doc, "the program marked no regions: memprof_begin() and "
				     "memprof_end() do, see libmemprof(7)");
	table->size = doc_text(doc, "cumtime_ns");
	doc->main_table = table->name;
	add_values(what, doc);
	for (size_t i = 0; i < shown; i++)
		put_region(what, doc, table, ranked[i].stat);
	if (shown)
		add_memory(ranked, shown, doc);
	if (shown < what->stats->n)
		doc_add_note(doc, LEVEL_INFO, "more", "%zu more regions: -n 0 shows all",
			     what->stats->n - shown);
	free(ranked);
}

/* ---- who calls whom --------------------------------------------------------- */

static int by_names(const void *left, const void *right)
{
	const struct doc_row *a = left, *b = right;
	int order = strcmp(a->cells[0].text, b->cells[0].text);

	return order ? order : strcmp(a->cells[1].text, b->cells[1].text);
}

void regions_add_links(const struct regions_doc *what, bool callers, struct doc *doc)
{
	struct doc_column columns[] = {
		{ "region", "region", UNIT_TEXT, .flags = COLUMN_KEY },
		{ callers ? "caller" : "callee", callers ? "called by" : "calls", UNIT_TEXT,
		  .flags = COLUMN_KEY },
		{ "ncalls", "ncalls", UNIT_TEXT, .align = ALIGN_RIGHT, .flags = SHOWN },
		{ "tottime", "tottime", UNIT_NS, .flags = SHOWN },
		{ "cumtime", "cumtime", UNIT_NS, .flags = SHOWN },
		{ "calls", "calls", UNIT_COUNT, .flags = RAW },
		{ "primitive_calls", "primitive calls", UNIT_COUNT, .flags = RAW },
		{ "tottime_ns", "tottime", UNIT_NS, .flags = RAW },
		{ "cumtime_ns", "cumtime", UNIT_NS, .flags = RAW },
	};
	const size_t n = sizeof(columns) / sizeof(*columns);
	const struct region_stats *stats = what->stats;
	struct doc_table *table;

	unit_columns(what, doc, columns, n);
	table = doc_add_table(doc, callers ? "callers" : "callees", callers ? "callers" : "callees",
			      columns, n);
	table->empty = doc_text(doc, "no region is inside another one");
	for (size_t i = 0; i < stats->n_links; i++) {
		const struct region_link *l = &stats->links[i];
		const struct region_sum *s = &l->sum;
		const struct doc_cell cells[] = {
			CELL_T(stats->v[callers ? l->callee : l->caller].name),
			CELL_T(stats->v[callers ? l->caller : l->callee].name),
			calls_cell(doc, s),
			time_cell(what, doc, s->self),
			time_cell(what, doc, s->total),
			CELL_U(s->calls),
			CELL_U(s->primitive),
			CELL_U(s->self),
			CELL_U(s->total),
		};

		doc_add_row(doc, table, cells);
	}
	if (table->n_rows)
		qsort(table->rows, table->n_rows, sizeof(*table->rows), by_names);
}

/* ---- the stopwatch ----------------------------------------------------------- */

enum {
	M_SINCE_START,
	M_SINCE_LAST,
	M_RAW_START,
	M_RAW_LAST,
	M_TID,
	M_ALLOCS,
	M_BYTES,
	M_NET,
	M_THREAD,
	M_NAME,
	M_COLUMNS
};

static const struct doc_column mark_columns[M_COLUMNS] = {
	[M_NAME] = { "mark", "mark", UNIT_TEXT, .flags = COLUMN_KEY },
	[M_THREAD] = { "thread", "thread", UNIT_TEXT, .priority = 3 },
	[M_SINCE_START] = { "since_start", "since start", UNIT_NS, .flags = 0 },
	[M_SINCE_LAST] = { "since_last", "since last", UNIT_NS, .flags = 0 },
	[M_RAW_START] = { "since_start_ns", "since start", UNIT_NS, .flags = RAW },
	[M_RAW_LAST] = { "since_last_ns", "since last", UNIT_NS, .flags = RAW },
	[M_TID] = { "tid", "tid", UNIT_NONE, .flags = RAW },
	[M_ALLOCS] = { "allocations", "allocs", UNIT_COUNT, .priority = 2 },
	[M_BYTES] = { "allocated_bytes", "allocated", UNIT_BYTES, .priority = 1 },
	[M_NET] = { "net_bytes", "net", UNIT_BYTES, .priority = 4 },
};

static void put_mark(const struct regions_doc *what, struct doc *doc, struct doc_table *table,
		     const struct model_moment *m, const struct model_moment *last)
{
	uint64_t since = m->t - (last && last->t <= m->t ? last->t : 0);
	const struct model_thread *t = &what->model->threads[m->thread];
	const struct doc_cell cells[M_COLUMNS] = {
		[M_NAME] = CELL_T(m->name),
		[M_THREAD] = CELL_T(*t->name ? t->name : "thread"),
		[M_SINCE_START] = time_cell(what, doc, m->t),
		[M_SINCE_LAST] = time_cell(what, doc, since),
		[M_RAW_START] = CELL_U(m->t),
		[M_RAW_LAST] = CELL_U(since),
		[M_TID] = CELL_U(m->tid),
		[M_ALLOCS] = CELL_U(m->allocs - (last ? last->allocs : 0)),
		[M_BYTES] = CELL_U(m->bytes - (last ? last->bytes : 0)),
		[M_NET] = CELL_I((int64_t)(m->bytes - m->freed) -
				 (last ? (int64_t)(last->bytes - last->freed) : 0)),
	};

	doc_add_row(doc, table, cells);
}

/* Of a thread the mark before; allocations are told by thread, so is the time since. */
void regions_add_marks(const struct regions_doc *what, struct doc *doc)
{
	const struct model *m = what->model;
	const struct model_moment **last = xcalloc(m->n_threads + 1, sizeof(*last));
	struct doc_column columns[M_COLUMNS];
	struct doc_table *table = NULL;

	memcpy(columns, mark_columns, sizeof(columns));
	unit_columns(what, doc, columns, M_COLUMNS);
	for (size_t i = 0; i < m->n_moments; i++) {
		const struct model_moment *at = &m->moments[i];

		if (at->kind != MOMENT_MARK)
			continue;
		if (!table)
			table = doc_add_table(doc, "marks",
					      "marks; since the last one of the same thread",
					      columns, M_COLUMNS);
		if (!what->n || table->n_rows < what->n)
			put_mark(what, doc, table, at, last[at->thread]);
		last[at->thread] = at;
	}
	if (table)
		put_value(doc, "duration_ns", UNIT_NS, CELL_U(timeline_end(m)));
	free(last);
}
