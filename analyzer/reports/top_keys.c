/* SPDX-License-Identifier: MIT */
/* top_keys.c - the columns of numbers that sites have, and what they can be sorted by. */
#include "reports/top_keys.h"

/* clang-format off */
const struct top_sort_key top_sort_keys[MEASURES] = {
	[MEASURE_LIVE_BYTES] = { "live_bytes", "live", "bytes live", UNIT_BYTES, 2,
		measure_live_bytes, .count = "live_count", .growth = "net growth in bytes" },
	[MEASURE_LIVE_COUNT] = { "live_count", "blocks", "blocks live", UNIT_COUNT, 7,
		measure_live_count, .growth = "net growth in blocks" },
	[MEASURE_PEAK_BYTES] = { "peak_bytes", "at peak", "bytes held at the peak", UNIT_BYTES, 3,
		measure_peak_bytes, .count = "peak_count", .of_peak = true },
	[MEASURE_PEAK_COUNT] = { "peak_count", "peak blks", "blocks held at the peak", UNIT_COUNT, 8,
		measure_peak_count, .of_peak = true },
	[MEASURE_ALLOCATED_BYTES] = { "allocated_bytes", "allocated", "bytes allocated in all",
		UNIT_BYTES, 6, measure_allocated_bytes, .count = "allocations", .of_events = true,
		.growth = "bytes allocated" },
	[MEASURE_ALLOCATIONS] = { "allocations", "allocs", "number of allocations", UNIT_COUNT, 4,
		measure_allocations, .of_events = true },
	[MEASURE_TEMPORARY] = { "temporary_allocations", "temporary", "allocations freed at once",
		UNIT_COUNT, 9, measure_temporary, .of_events = true },
};
/* clang-format on */

bool top_is_known(int column, const struct point *point)
{
	const struct top_sort_key *key = &top_sort_keys[column];

	if (key->of_peak)
		return !point_is_range(point);
	return !key->of_events || !point_is_net_only(point);
}
