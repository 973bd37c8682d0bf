/* SPDX-License-Identifier: MIT */
/* regions_order.c - what memprof regions can be ordered by, in the words of pstats and in those
 * of the table's columns. */
#include "reports/regions_order.h"

#include <stdlib.h>
#include <string.h>

#include "reports/region_stats.h"
#include "util/opt.h"
#include "util/xalloc.h"

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
};

/* Columns of the table have keys of their own. */
static const struct {
	const char *column, *order;
} aliases[] = {
	{ "cumtime_ns", "cumtime" }, { "tottime_ns", "tottime" }, { "primitive_calls", "pcalls" },
	{ "min_ns", "min" },	     { "median_ns", "median" },	  { "p95_ns", "p95" },
	{ "max_ns", "max" },
};

#define ORDERS (sizeof(orders) / sizeof(*orders))

int regions_sort(const char *name, struct diag *diag)
{
	const char *names[ORDERS + 1] = { NULL };

	if (!name)
		return 0;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (!strcmp(name, aliases[i].column))
			name = aliases[i].order;
	for (size_t i = 0; i < ORDERS; i++)
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

static int compare(const void *left, const void *right)
{
	const struct region_ranked *a = left, *b = right;

	if (!a->by_name && a->key != b->key)
		return a->key < b->key ? 1 : -1;
	return strcmp(a->stat->name, b->stat->name);
}

struct region_ranked *regions_rank(const struct region_stats *stats, int sort)
{
	struct region_ranked *v = xcalloc(stats->n + 1, sizeof(*v));

	for (size_t i = 0; i < stats->n; i++)
		v[i] = (struct region_ranked){
			.stat = &stats->v[i],
			.key = number(&stats->v[i], orders[sort].key),
			.by_name = orders[sort].key == NAME,
		};
	qsort(v, stats->n, sizeof(*v), compare);
	return v;
}
