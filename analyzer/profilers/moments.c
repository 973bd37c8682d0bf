/* SPDX-License-Identifier: MIT */
/* moments.c - see moments.h. */
#include "profilers/moments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profilers/profiler.h"
#include "util/diag.h"
#include "util/xalloc.h"

static int by_time(const void *a, const void *b)
{
	const struct model_moment *x = *(const struct model_moment *const *)a;
	const struct model_moment *y = *(const struct model_moment *const *)b;

	return x->t < y->t ? -1 : x->t > y->t;
}

int case_moments_load(struct case_moments *moments, const struct profiled *run,
		      enum moment_kind kind, struct diag *diag)
{
	struct model *model = &moments->model;
	bool inside = false, found = false;
	int err = model_load(model, run->trace, NULL, diag);
	uint64_t from = 0, to = UINT64_MAX;

	moments->v = NULL;
	moments->n = 0;
	if (err)
		return err;
	for (size_t i = 0; i < model->n_moments; i++) {
		const struct model_moment *m = &model->moments[i];

		if (m->kind == MOMENT_CASE && !strcmp(m->name, run->name) &&
		    !strcmp(m->suite, run->suite)) {
			inside = found = true;
			from = m->t;
		} else if (m->kind == MOMENT_CASE_END && inside) {
			inside = false;
			to = m->t;
		}
	}
	if (!found)
		return diag_error(diag, -ENOENT, "the trace of %s:%s has no such case", run->suite,
				  run->name);
	moments->v = xcalloc(model->n_moments, sizeof(*moments->v));
	for (size_t i = 0; i < model->n_moments; i++)
		if (model->moments[i].kind == kind && model->moments[i].t >= from &&
		    model->moments[i].t <= to)
			moments->v[moments->n++] = &model->moments[i];
	qsort(moments->v, moments->n, sizeof(*moments->v), by_time);
	return 0;
}

void case_moments_release(struct case_moments *moments)
{
	free(moments->v);
	model_release(&moments->model);
}
