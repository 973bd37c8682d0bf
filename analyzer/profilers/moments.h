/* SPDX-License-Identifier: MIT */
/* moments.h - the marks of a case in its trace, for profilers. */
#ifndef ANALYZER_PROFILERS_MOMENTS_H
#define ANALYZER_PROFILERS_MOMENTS_H

#include <stdint.h>

#include "model/model.h"

struct diag;
struct profiled;

struct case_moments {
	struct model model;
	const struct model_moment **v; /* in order: start, what the case marked, end */
	size_t n;
};

/* Load the trace of a case, and its moments of that kind.  0 or -errno with the sentence in the
 * diag; release in every case. */
int case_moments_load(struct case_moments *moments, const struct profiled *run,
		      enum moment_kind kind, struct diag *diag);
void case_moments_release(struct case_moments *moments);

#endif
