/* SPDX-License-Identifier: MIT */
/*
 * first_line.h - whose trace a file is, from its first line alone: what puts the
 * traces of a run together.
 */
#ifndef ANALYZER_TRACE_FIRST_LINE_H
#define ANALYZER_TRACE_FIRST_LINE_H

#include <stdint.h>

struct first_line {
	char *run;	      /* id of the run */
	uint64_t pid, ppid;   /* as the process sees them */
	uint64_t forked_from; /* process whose fork made it; 0 when none did */
	uint64_t start;	      /* of the process, in clock ticks since boot */
	uint64_t epoch;	      /* t = 0 in ns since 1970; 0 when it cannot be read */
};

/* Returns 0, -EINVAL when the file does not start with a header, or -errno. */
int first_line_read(struct first_line *line, const char *path);
void first_line_release(struct first_line *line);

/* RFC 3339 with up to nine decimals, UTC, as ns since 1970; 0 when it is not that. */
uint64_t first_line_epoch(const char *text);

#endif
