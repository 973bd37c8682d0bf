/* SPDX-License-Identifier: MIT */
/* regions_order.h - what memprof regions can be ordered by; private to regions*.c. */
#ifndef ANALYZER_REPORTS_REGIONS_ORDER_H
#define ANALYZER_REPORTS_REGIONS_ORDER_H

#include <stdbool.h>
#include <stdint.h>

struct diag;
struct region_stat;
struct region_stats;

/* The key of that name (NULL: the default), or -EINVAL with the reason in `diag`. */
int regions_sort(const char *name, struct diag *diag);

/* What it orders by, in the words of pstats where it has it: "cumulative time". */
const char *regions_sort_words(int sort);

struct region_ranked {
	const struct region_stat *stat;
	int64_t key;
	bool by_name;
};

/* All of `stats` in the order of `sort`; to be freed. */
struct region_ranked *regions_rank(const struct region_stats *stats, int sort);

#endif
