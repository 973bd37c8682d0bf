/* SPDX-License-Identifier: MIT */
/* traces.h - which traces a run has left, found by the run id in their first lines. */
#ifndef ANALYZER_LAUNCH_TRACES_H
#define ANALYZER_LAUNCH_TRACES_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A trace of the run. */
struct trace_file {
	char *path;
	uint64_t pid;
	struct timespec written; /* last */
};

struct trace_files {
	struct trace_file *v; /* the one written last comes first */
	size_t n, alloc;
};

/*
 * Find the traces that `output` (the template of their names, see options.def)
 * stands for, written since `since`, whose run id is `run`.
 */
void trace_files_find(struct trace_files *files, const char *output, const char *run,
		      struct timespec since);
void trace_files_release(struct trace_files *files);

/* The last one of process `pid`: after an exec that is the program it became; NULL when none. */
const struct trace_file *trace_files_of(const struct trace_files *files, uint64_t pid);

/*
 * A glob pattern for the names that the template `output` stands for, to
 * free(): anything in place of each %x, and `between` before the suffixes.
 */
char *trace_pattern(const char *output, const char *between);

#endif
