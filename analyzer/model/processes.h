/* SPDX-License-Identifier: MIT */
/* processes.h - the process of one trace, and which of several made which. */
#ifndef ANALYZER_MODEL_PROCESSES_H
#define ANALYZER_MODEL_PROCESSES_H

#include "model/model.h"

struct map;

/* What a model of one trace says of its process; strings are copies.  `parent` is none. */
struct model_process process_of(const struct model *model);
void process_release(struct model_process *process);

/*
 * Find parents and depths.  The processes are in order of their start; `forked_from`
 * stands beside them, `forks` has the index of who forked a pid.
 */
void processes_link(struct model_process *processes, size_t n, const uint64_t *forked_from,
		    const struct map *forks);

#endif
