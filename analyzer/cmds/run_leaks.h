/* SPDX-License-Identifier: MIT */
/* run_leaks.h - what `memprof run --leaks` does once the program has ended. */
#ifndef ANALYZER_CMDS_RUN_LEAKS_H
#define ANALYZER_CMDS_RUN_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/opt.h"

struct trace_files;

struct run_leaks_args {
	struct opt_list fail_on, suppressions, reports;
	const char *baseline;
};

/*
 * The leaks of the program `pid` and of all that it started, on standard error unless
 * `quiet`, and to the files that were asked for.  Returns an exit status.
 */
int run_leaks(const struct run_leaks_args *args, const struct trace_files *files, uint64_t pid,
	      bool quiet);

#endif
