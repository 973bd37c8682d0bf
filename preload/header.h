/* SPDX-License-Identifier: MIT */
/* header.h - the first line of a trace.  Floor: drain. */
#ifndef PRELOAD_HEADER_H
#define PRELOAD_HEADER_H

#include <stdint.h>

#include <memprof/encode.h>

#include "state.h"

/* Describe this process: who it is (also noted in the state, so that a reader
 * can tell whether it lives), how it is recorded.  `state_path` may be "". */
void header_write(struct mp_out *out, struct state *s, const char *exe, const char *state_path,
		  uint32_t parent);

/* The id all processes of the run share: from the environment, inherited over
 * fork, or made at random the first time. */
const char *header_run_id(void);

#endif
