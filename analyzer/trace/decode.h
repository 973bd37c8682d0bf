/* SPDX-License-Identifier: MIT */
/*
 * decode.h - any line of JSON to an event: the slow path, which takes every
 * legal way to write a line and explains what is wrong with the others.
 */
#ifndef ANALYZER_TRACE_DECODE_H
#define ANALYZER_TRACE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/event.h"

struct diag;

enum decoded {
	DECODED,	 /* *event holds */
	DECODED_PARTLY,	 /* a field is missing or wrong and reads as nothing */
	DECODED_UNKNOWN, /* a line type of another version: nothing in *event */
	DECODED_NOTHING, /* not JSON, no object, or without a type */
};

/* Who listens to what is wrong with a line, and how much it wants to hear. */
struct decode_context {
	struct diag *diag;
	const char *file;
	uint64_t line;
	/* Errors are DIAG_ERROR, and what a reader may pass over is told too. */
	bool strict;
	uint64_t unknown_keys; /* counted up: keys, columns and kinds of another version */
};

/*
 * Decode the NUL-terminated line of `len` bytes into *event (all but `line`
 * and `t`).  Numbers past MP_NUMBER_MAX are cut to it, bytes that are not
 * UTF-8 become U+FFFD, absent strings are "".
 */
enum decoded decode_line(struct event *event, struct scratch *scratch, const char *line, size_t len,
			 struct decode_context *context);

#endif
