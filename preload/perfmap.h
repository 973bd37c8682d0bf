/* SPDX-License-Identifier: MIT */
/*
 * perfmap.h - names of code that the program made at run time, from the map it
 * writes for perf.  Floor: drain.
 *
 * node --perf-basic-prof, Java's perf-map agents and Python's perf trampoline
 * keep /tmp/perf-PID.map; it may be gone once the process has ended.
 * One that is another user's is not believed, unless root's.
 */
#ifndef PRELOAD_PERFMAP_H
#define PRELOAD_PERFMAP_H

#include "drain.h"

/* Write jit lines for what stacks met, after the rows of a last pass.  Nothing
 * where there is no map, no such code or no memory. */
void perfmap_write(struct drain *d);

#endif
