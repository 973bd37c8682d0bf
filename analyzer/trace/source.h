/* SPDX-License-Identifier: MIT */
/*
 * source.h - the lines of a file, whatever it is packed in.
 *
 * Plain text, gzip and zstd are told apart by their first bytes, never by the
 * name; pipes and standard input work like files.  Nothing here knows what a
 * line means.
 */
#ifndef ANALYZER_TRACE_SOURCE_H
#define ANALYZER_TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct source;

/* Bytes after a line that may be read (not used): lets a scanner compare words at once. */
#define SOURCE_PAD 64

/* A longer line is refused: no writer makes one, and a packed bomb may. */
#define SOURCE_LINE_MAX ((size_t)256 << 20)

/*
 * Open `path` ("-" is standard input) and look at its first bytes.  Returns 0,
 * or -errno with the reason in `diag`: -errno of open and read, -EISDIR for a
 * directory, -EINVAL for an empty or a binary file.  *out is NULL then.
 */
int source_open(struct source **out, const char *path, struct diag *diag);

/*
 * The next line, without its newline: *line is NUL-terminated, writable and
 * good until the next call.  Returns SOURCE_LINE, SOURCE_OPEN_LINE for a last
 * one without a newline, SOURCE_END, or -errno with the reason in the diag of
 * source_open() (-EINVAL for a line past SOURCE_LINE_MAX).
 */
enum { SOURCE_END, SOURCE_LINE, SOURCE_OPEN_LINE };

int source_line(struct source *source, char **line, size_t *len);

/* Packed data ended early or is damaged: lines are missing at the end. */
bool source_cut(const struct source *source);

/* Bytes of text handed out so far. */
uint64_t source_bytes(const struct source *source);

/*
 * Have `step` called now and then while any source is read, with the bytes of its
 * file read so far; NULL ends that.
 */
void source_watch(void (*step)(uint64_t bytes));

/* NULL is allowed. */
void source_close(struct source *source);

#endif
