/* SPDX-License-Identifier: MIT */
/*
 * fuzz_trace.c - a whole trace, packed or not, as a model at several points, as a family of
 * itself, and through the validator.
 */
#include "fuzz.h"
#include "model/family.h"
#include "model/family_point.h"
#include "model/model.h"
#include "model/point.h"
#include "model/validate.h"
#include "util/diag.h"

static const char *const points[] = { "end", "peak", "0.1s", "a", "start..peak", "case:s/c" };

/* What reports rely on. */
static void look(const struct model *m)
{
	for (size_t i = 0; i < m->n_nodes; i++) {
		uint32_t steps = 0;

		for (uint32_t n = (uint32_t)i; n; n = m->nodes[n].parent)
			fuzz_expect(n < m->n_nodes && steps++ <= m->n_nodes);
		fuzz_expect(m->nodes[i].module <= m->n_modules);
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		fuzz_expect(m->sites[i].stack < m->n_nodes);
		fuzz_expect(m->sites[i].thread < m->n_threads ||
			    m->sites[i].thread == MODEL_NO_THREAD);
		fuzz_expect(m->sites[i].process < m->n_processes);
	}
	for (size_t i = 0; i < m->n_threads; i++)
		fuzz_expect(m->threads[i].process < m->n_processes);
	for (size_t i = 0; i < m->n_regions; i++)
		fuzz_expect(m->regions[i].parent <= i);
	for (size_t i = 0; i < m->n_leak_checks; i++)
		for (size_t k = 0; k < m->leak_checks[i].n_rows; k++)
			fuzz_expect(m->leak_checks[i].rows[k].stack < m->n_nodes);
}

static void load(const char *path, const struct point *point, unsigned int flags)
{
	struct diag diag = DIAG_INIT;
	struct model model;

	if (!model_load_with(&model, path, point, flags, &diag))
		look(&model);
	model_release(&model);
	diag_release(&diag);
}

/* Twice the same process, the second one later. */
static void load_family(const char *path, const struct point *point)
{
	struct family_points *at = family_points_new(point, 1000);
	struct family *family = family_new(path, point, 1000);
	struct model whole;

	for (size_t i = 0; i < 2; i++)
		family_points_look(at, i, path, 1000 + 500 * i);
	for (size_t i = 0; i < 2; i++) {
		struct point own;
		struct model one;

		if (family_points_of(at, i, 1000 + 500 * i, &own)) {
			if (!model_load(&one, path, &own, NULL))
				family_add(family, &one);
			model_release(&one);
		}
		point_release(&own);
	}
	family_done(family, &whole);
	look(&whole);
	model_release(&whole);
	family_points_free(at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t which = size % (sizeof(points) / sizeof(*points));
	const char *path = fuzz_path(data, size);
	struct validation validation;
	struct diag diag = DIAG_INIT;
	struct point point;

	fuzz_expect(point_parse(points[which], &point, NULL) == 0);
	load(path, &point, size & 1 ? MODEL_HISTORY : 0);
	if (size % 3 == 0)
		load_family(path, &point);
	point_release(&point);
	validate_trace(path, &validation, &diag);
	diag_release(&diag);
	return 0;
}
