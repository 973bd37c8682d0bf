/* SPDX-License-Identifier: MIT */
/*
 * region_stats.h - calls of regions summed up by name, path or thread, as cProfile sums
 * up functions; private to reports on regions.
 */
#ifndef ANALYZER_REPORTS_REGION_STATS_H
#define ANALYZER_REPORTS_REGION_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strmap.h"

struct filters;
struct model;
struct symbols;

enum region_by { REGION_BY_NAME, REGION_BY_PATH, REGION_BY_THREAD };

/*
 * Of one name.  A call is primitive when no region of that name is around it:
 * only those count in what includes the regions inside.
 */
struct region_sum {
	uint64_t calls, primitive;
	uint64_t total, self;	/* ns; total of primitive calls */
	uint64_t min, max;	/* ns of one call */
	uint64_t allocs, bytes; /* of primitive calls */
	int64_t net;		/* bytes allocated less bytes freed */
	int64_t peak;		/* highest net live bytes of the thread in one call */
};

#define REGION_BUCKETS 1024

struct region_stat {
	const char *name;
	struct region_sum sum;
	uint64_t *buckets; /* calls by duration, REGION_BUCKETS of them */
};

/* One name called from another. */
struct region_link {
	uint32_t caller, callee; /* indices */
	struct region_sum sum;
};

struct region_stats {
	struct region_stat *v;
	size_t n, alloc;
	struct region_link *links;
	size_t n_links, links_alloc;
	struct strmap names; /* name -> index + 1 */
	bool from_instances; /* the trace has no totals: single calls were added up */
};

/*
 * Sum up the calls of all threads that pass the filters (on function: the region's name).
 * Functions are named by the symbols; with `strip` folders
 * go from names that have a path in them.
 */
void region_stats_build(struct region_stats *stats, const struct model *model,
			struct symbols *symbols, enum region_by by, bool strip,
			const struct filters *filters);
void region_stats_release(struct region_stats *stats);

/*
 * The duration that `part` (0 to 1) of the calls do not exceed, in ns: exact
 * to a sixteenth, and never outside min and max.
 */
uint64_t region_quantile(const struct region_stat *stat, double part);

/* The bucket of a duration in memprof-trace(5), and where a bucket begins. */
unsigned int region_bucket(uint64_t ns);
uint64_t region_bucket_start(unsigned int bucket);

#endif
