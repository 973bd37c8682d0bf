/* SPDX-License-Identifier: MIT */
/* family_regions.c - regions that have the same path are one in all processes. */
#include <inttypes.h>
#include <stdlib.h>

#include "model/family_parts.h"
#include "util/xalloc.h"

/* The index + 1 of the member's region in the family. */
static uint32_t region_of(struct family *f, const struct model_region *from, uint32_t parent)
{
	struct model *m = f->model;
	char *identity = xasprintf("%" PRIu32 " %d %s", parent, from->is_function, from->name);
	void **slot = strmap_at(&f->rest.regions_index, identity);

	free(identity);
	if (!*slot) {
		XGROW(m->regions, m->n_regions, f->rest.regions);
		m->regions[m->n_regions++] = (struct model_region){
			.id = m->n_regions + 1,
			.parent = parent,
			.name = xstrdup(from->name),
			.is_function = from->is_function,
		};
		*slot = (void *)(uintptr_t)m->n_regions;
	}
	return (uint32_t)(uintptr_t)*slot;
}

void family_add_regions(struct family *f, const struct model *member,
			struct family_indexes *indexes)
{
	struct model *m = f->model;
	uint32_t *regions = xcalloc(member->n_regions + 1, sizeof(*regions));

	indexes->regions = regions;
	for (size_t i = 0; i < member->n_regions; i++)
		regions[i + 1] = region_of(f, &member->regions[i],
					   regions[member->regions[i].parent]);
	for (size_t i = 0; i < member->n_region_totals; i++) {
		struct model_region_total total = member->region_totals[i];

		total.region = regions[total.region + 1] - 1;
		total.thread = indexes->threads[total.thread];
		XGROW(m->region_totals, m->n_region_totals, f->rest.region_totals);
		m->region_totals[m->n_region_totals++] = total;
	}
	for (size_t i = 0; i < member->n_region_times; i++) {
		struct model_region_time time = member->region_times[i];

		time.region = regions[time.region + 1] - 1;
		time.thread = indexes->threads[time.thread];
		XGROW(m->region_times, m->n_region_times, f->rest.region_times);
		m->region_times[m->n_region_times++] = time;
	}
}
