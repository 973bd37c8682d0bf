/* SPDX-License-Identifier: MIT */
/*
 * validate.h - is a trace what the format says it is?  Where the reader
 * forgives, this tells: it is for those who write traces.
 */
#ifndef ANALYZER_MODEL_VALIDATE_H
#define ANALYZER_MODEL_VALIDATE_H

#include <stdint.h>

struct diag;

struct validation {
	uint64_t lines, bytes; /* read; bytes of text, unpacked */
	uint64_t unknown_events, unknown_keys;
};

/*
 * Read all of `path` ("-" is standard input) and add every finding to `diag`
 * with its line: DIAG_ERROR for what breaks the format, DIAG_WARNING for what
 * a newer version may have added, DIAG_NOTE for the rest.  Returns 0 however
 * many there are, or the error of reader_open() and reader_next() when it
 * cannot be read as a trace; the diag has the reason then too.
 */
int validate_trace(const char *path, struct validation *result, struct diag *diag);

#endif
