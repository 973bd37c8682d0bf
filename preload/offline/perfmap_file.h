/* SPDX-License-Identifier: MIT */
/*
 * perfmap_file.h - the perf map that a dead process left, for the drain of its
 * state.  Floor: offline.
 */
#ifndef PRELOAD_OFFLINE_PERFMAP_FILE_H
#define PRELOAD_OFFLINE_PERFMAP_FILE_H

#include "drain.h"

/*
 * Write jit lines by /tmp/perf-PID.map, when it is a regular file of this user or root's
 * and the process ran in our pid namespace (0: not known).  Without it nothing.
 */
void perfmap_file(struct drain *d);

#endif
