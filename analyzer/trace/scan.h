/* SPDX-License-Identifier: MIT */
/*
 * scan.h - the fast path: lines exactly as the recorder writes them (compact
 * JSON, "type" first, fields in the order of events.def, plain strings).
 *
 * It recognises or declines, it never judges: whatever it declines goes to
 * decode.h, which gives the same answer for any line both take.
 */
#ifndef ANALYZER_TRACE_SCAN_H
#define ANALYZER_TRACE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "trace/event.h"

/*
 * Decode the NUL-terminated line of `len` bytes, behind which SOURCE_PAD bytes
 * may be read.  Sets type and the line's struct, nothing else of *event.
 * Strings and rows are kept in `scratch`.  False when the line is not in the
 * recorder's own form; *event is undefined then.
 */
bool scan_line(struct event *event, struct scratch *scratch, const char *line, size_t len);

#endif
