/* SPDX-License-Identifier: MIT */
/*
 * sink.h - where bytes go, with every write checked.
 *
 * Errors stick: after the first one writes do nothing, and sink_close()
 * returns it.  So writers need no checks of their own, and none is lost.
 */
#ifndef ANALYZER_UTIL_SINK_H
#define ANALYZER_UTIL_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strbuf.h"

struct sink {
	int fd;	    /* -1: keep everything in `buf` */
	bool owned; /* close fd at the end */
	int err;    /* 0 or the first -errno */
	struct strbuf buf;
};

/* Writes to a descriptor that stays the caller's. */
void sink_to_fd(struct sink *sink, int fd);

/* Creates or truncates `path`.  Returns 0 or -errno; then there is nothing to close. */
int sink_to_file(struct sink *sink, const char *path);

/* Keeps the bytes in sink->buf, until sink_close(). */
void sink_to_memory(struct sink *sink);

void sink_write(struct sink *sink, const void *data, size_t len);
void sink_puts(struct sink *sink, const char *text);
void sink_putc(struct sink *sink, char c);
void sink_printf(struct sink *sink, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A decimal number, much faster than the above. */
void sink_number(struct sink *sink, uint64_t n);

/* Write out what is buffered; returns 0 or the first -errno there was. */
int sink_flush(struct sink *sink);

/* Flush, close when owned, release.  Returns 0 or the first -errno there was. */
int sink_close(struct sink *sink);

#endif
