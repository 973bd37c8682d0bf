/* SPDX-License-Identifier: MIT */
/* regions_doc.c - the tables of regions: calls and times, memory, who calls whom. */
#include "reports/regions_doc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "reports/region_stats.h"
#include "reports/regions_order.h"

static double unit_of(const char *unit)
{
	return !strcmp(unit, "us") ? 1e3 : !strcmp(unit, "ms") ? 1e6 : 1e9;
}

struct doc_cell regions_time_cell(const struct regions_doc *what, struct doc *doc, uint64_t ns)
{
	double v;

	if (!what->unit)
		return CELL_U(ns);
	v = (double)ns / unit_of(what->unit);
	return CELL_T(doc_textf(doc, !strcmp(what->unit, "s") ? "%.3f" : "%.1f", v));
}

void regions_unit_columns(const struct regions_doc *what, struct doc *doc,
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
		cells[AT_TOTTIME + i] = regions_time_cell(what, doc, times[i]);
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

static void add_memory(const struct region_ranked *ranked, size_t n, struct doc *doc)
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
	struct region_ranked *ranked = regions_rank(what->stats, what->sort);
	struct doc_column columns[COLUMNS];
	size_t shown = what->n && what->n < what->stats->n ? what->n : what->stats->n;
	struct doc_table *table;

	memcpy(columns, region_columns, sizeof(columns));
	regions_unit_columns(what, doc, columns, COLUMNS);
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

	regions_unit_columns(what, doc, columns, n);
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
			regions_time_cell(what, doc, s->self),
			regions_time_cell(what, doc, s->total),
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
