/* SPDX-License-Identifier: MIT */
/*
 * outside.h - the resident set of a program that nothing can be preloaded into, over time, as a
 * trace: seen from here, by way of /proc.
 */
#ifndef ANALYZER_LAUNCH_OUTSIDE_H
#define ANALYZER_LAUNCH_OUTSIDE_H

#include <stdint.h>

#include "launch/process.h"

struct diag;

struct outside {
	char *path;	  /* of the trace; NULL when none could be made */
	uint64_t highest; /* resident set, in bytes */
};

/*
 * process_run(), watched meanwhile.  `output` is the template of the trace's name, `run` the id
 * of the run; `why` goes into the trace as a note.  A trace that cannot be written does not keep
 * the program from running: the diag says so.  Release in every case.
 */
int outside_run(struct outside *outside, const char *path, char *const argv[], char *const envp[],
		const char *output, const char *run, const char *why, struct process_end *end,
		struct diag *diag);
void outside_release(struct outside *outside);

#endif
