/* SPDX-License-Identifier: MIT */
/* passthrough.c - nothing is measured: the case runs without the recorder. */
#include "profilers/profiler.h"

static const struct opt options[] = { { .type = OPT_END } };

const struct profiler profiler_passthrough = {
	.name = "passthrough",
	.summary = "run the cases and measure nothing",
	.options = options,
};
