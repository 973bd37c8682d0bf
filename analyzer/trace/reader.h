/* SPDX-License-Identifier: MIT */
/*
 * reader.h - a trace as a stream of decoded events.
 *
 * Lines the recorder wrote go through scan.h, all others through decode.h.
 * Bad lines are told to the diag, counted and skipped; unknown lines and keys
 * are counted and skipped.  Memory does not grow with the trace.
 */
#ifndef ANALYZER_TRACE_READER_H
#define ANALYZER_TRACE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/event.h"

struct diag;
struct reader;

/* Flags of reader_open(). */
#define READER_STRICT 1u /* tell everything a line has wrong, as errors; see decode.h */

struct reader_counts {
	uint64_t lines;
	uint64_t unknown_events, unknown_keys;
	uint64_t bad_lines;
	uint64_t fast_lines; /* read without the slow path */
	uint64_t bytes;	     /* of text, unpacked */
	bool cut;	     /* the end is missing */
};

/*
 * Open the trace at `path` ("-" is standard input).  `diag` must outlive the
 * reader.  Returns 0, or -errno as source_open() with *out set to NULL.
 */
int reader_open(struct reader **out, const char *path, unsigned int flags, struct diag *diag);

/*
 * The next event; good until the next call.  Returns 1, 0 at the end, -EINVAL
 * when this is not a trace at all, or -errno of the read; the diag has the
 * reason.  A header is given even when fields of it are missing or wrong.
 */
int reader_next(struct reader *reader, const struct event **event);

/* What was met so far; belongs to the reader. */
const struct reader_counts *reader_counts(const struct reader *reader);

/* NULL is allowed. */
void reader_close(struct reader *reader);

#endif
