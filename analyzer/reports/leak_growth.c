/* SPDX-License-Identifier: MIT */
/*
 * leak_growth.c - see leak_growth.h.
 *
 * The run is cut into windows of one length.  A site grows steadily when it held
 * more at the end of nearly every window than at the end of the one before, never
 * gave much of it back, and did not grow mostly at the start as a cache does that
 * fills up.
 */
#include "reports/leak_growth.h"

#include <stdlib.h>

#include "reports/leak_rows.h"
#include "util/map.h"
#include "util/xalloc.h"

#define WINDOWS 8
/* So many of the steps between windows must go up. */
#define STEPS_UP 6
/* Of what it grew at least this part came in the second half of the run. */
#define LATE_PART 4
/* What it may give back between two windows: one part in so many. */
#define GIVEN_BACK 20

struct site {
	uint64_t first, last;
	int64_t ends[WINDOWS]; /* bytes it held at the end of each */
	bool seen;
};

static bool is_steady(const int64_t *ends)
{
	int64_t grown = ends[WINDOWS - 1] - ends[0];
	int up = 0;

	for (int w = 1; w < WINDOWS; w++) {
		if (ends[w] < ends[w - 1] - ends[w - 1] / GIVEN_BACK)
			return false;
		up += ends[w] > ends[w - 1];
	}
	return grown > 0 && up >= STEPS_UP && ends[WINDOWS - 1] > ends[WINDOWS - 2] &&
	       (ends[WINDOWS - 1] - ends[WINDOWS / 2 - 1]) >= grown / LATE_PART;
}

static uint64_t end_of_run(const struct model *model)
{
	return model->point.kind == POINT_END ? model->last_time : model->point_time;
}

/* Changes come in the order of time: each counts until the next of its site. */
static void take_change(struct site *site, const struct model_change *change, uint64_t end,
			int64_t before)
{
	uint64_t window = end ? change->t * WINDOWS / end : 0;

	if (!site->seen || change->t < site->first)
		site->first = change->t;
	site->seen = true;
	if (change->live > before)
		site->last = change->t;
	for (uint64_t w = window < WINDOWS ? window : WINDOWS - 1; w < WINDOWS; w++)
		site->ends[w] += change->live - before;
}

void leak_growth_find(struct leak_rows *rows)
{
	const struct model *model = rows->model;
	uint64_t end = end_of_run(model);
	struct map index = MAP_INIT; /* stack -> place in `sites` */
	int64_t *held = xcalloc(model->n_sites + 1, sizeof(*held));
	struct site *sites = xcalloc(rows->n + 1, sizeof(*sites));
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		bool fresh;
		uint64_t *at = map_at(&index, rows->v[i].stack, &fresh);

		if (fresh)
			*at = n++;
	}
	for (size_t i = 0; i < model->n_history; i++) {
		const struct model_change *change = &model->history[i];
		const uint64_t *at = change->site < model->n_sites
					     ? map_get(&index, model->sites[change->site].stack)
					     : NULL;

		if (!at || change->t > end)
			continue;
		take_change(&sites[*at], change, end, held[change->site]);
		held[change->site] = change->live;
	}
	for (size_t i = 0; i < rows->n; i++) {
		const struct site *site = &sites[*map_get(&index, rows->v[i].stack)];

		rows->v[i].first = site->first;
		rows->v[i].last = site->last;
		rows->v[i].steady = !rows->v[i].inherited && is_steady(site->ends);
		if (rows->v[i].steady)
			rows->v[i].per_second =
				(uint64_t)((double)(site->ends[WINDOWS - 1] - site->ends[0]) * 1e9 *
					   WINDOWS / ((WINDOWS - 1) * (double)end));
	}
	free(sites);
	free(held);
	map_release(&index);
}
