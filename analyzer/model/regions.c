/* SPDX-License-Identifier: MIT */
/* regions.c - regions by their path, and what each thread spent in them: running totals. */
#include <string.h>

#include "model/build.h"
#include "util/xalloc.h"

#define BUCKETS 1024 /* of the histogram of a region, at most */

uint32_t build_region_of(const struct builder *b, uint64_t id)
{
	const uint64_t *index = map_get(&b->regions, id);

	return index ? (uint32_t)*index : 0;
}

void build_region(struct builder *b, const struct event *event)
{
	const struct mp_region *line = &event->region_line;
	struct model *m = b->model;
	bool fresh;
	uint64_t *index = map_at(&b->regions, line->id, &fresh);

	if (!fresh)
		return;
	XGROW(m->regions, m->n_regions, b->regions_alloc);
	m->regions[m->n_regions++] = (struct model_region){
		.id = line->id,
		/* itself is not known yet: parents come first */
		.parent = line->parent == line->id ? 0 : build_region_of(b, line->parent),
		.name = xstrdup(line->name),
		.is_function = !strcmp(line->kind, "function"),
	};
	*index = m->n_regions;
}

/* The region of a row, or 0 with a word on it. */
static uint32_t region_of_row(struct builder *b, const struct event *event, uint64_t id)
{
	uint32_t region = build_region_of(b, id);

	if (!region)
		build_bad(b, event->line, "region %llu is not known", (unsigned long long)id);
	return region;
}

void build_regions(struct builder *b, const struct event *event)
{
	const struct mp_regions *line = &event->regions_line;
	uint32_t thread = build_thread_of(b, line->tid, line->t);
	struct model *m = b->model;

	for (size_t i = 0; i < line->n_rows; i++) {
		const struct mp_row_region_total *row = &line->rows[i];
		uint32_t region = region_of_row(b, event, row->region);
		uint64_t *index;
		bool fresh;

		if (!region)
			continue;
		index = map_at(&b->region_totals, (uint64_t)thread << 32 | region, &fresh);
		if (fresh) {
			*index = m->n_region_totals;
			XGROW(m->region_totals, m->n_region_totals, b->region_totals_alloc);
			m->n_region_totals++;
		}
		m->region_totals[*index] = (struct model_region_total){
			.region = region - 1,
			.thread = thread,
			.calls = row->calls,
			.total = row->total,
			.self = row->self,
			.min = row->min,
			.max = row->max,
			.allocs = row->allocs,
			.bytes = row->bytes,
			.frees = row->frees,
			.freed = row->freed,
			.peak = row->peak,
		};
	}
}

void build_durations(struct builder *b, const struct event *event)
{
	const struct mp_durations *line = &event->durations_line;
	uint32_t thread = build_thread_of(b, line->tid, line->t);
	struct model *m = b->model;

	for (size_t i = 0; i < line->n_rows; i++) {
		const struct mp_row_region_time *row = &line->rows[i];
		uint32_t region = region_of_row(b, event, row->region);
		uint64_t *index;
		bool fresh;

		if (!region || row->bucket >= BUCKETS)
			continue;
		index = map_at(&b->region_times,
			       ((uint64_t)thread << 32 | region) * BUCKETS + row->bucket, &fresh);
		if (fresh) {
			*index = m->n_region_times;
			XGROW(m->region_times, m->n_region_times, b->region_times_alloc);
			m->n_region_times++;
		}
		m->region_times[*index] = (struct model_region_time){
			.region = region - 1,
			.thread = thread,
			.bucket = (uint32_t)row->bucket,
			.calls = row->calls,
		};
	}
}
