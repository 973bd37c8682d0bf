/* SPDX-License-Identifier: MIT */
/*
 * strbuf.h - a string that grows.
 *
 * `buf` is never NULL and always ends in NUL, also right after
 * STRBUF_INIT, so it can be printed at any time.  It may hold NUL bytes;
 * `len` counts without the final one.
 */
#ifndef ANALYZER_UTIL_STRBUF_H
#define ANALYZER_UTIL_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

struct strbuf {
	size_t alloc, len;
	char *buf;
};

/* What `buf` points to before the first byte is added; never written. */
extern char strbuf_empty[];

#define STRBUF_INIT                 \
	{                           \
		.buf = strbuf_empty \
	}

void strbuf_init(struct strbuf *sb);

/* Frees the bytes; the strbuf is empty and usable again. */
void strbuf_release(struct strbuf *sb);

/* The caller gets the string, to free(); the strbuf is empty again. */
char *strbuf_detach(struct strbuf *sb, size_t *len);

/* Forget the contents, keep the room. */
void strbuf_clear(struct strbuf *sb);

/* Make room for `extra` more bytes and the NUL. */
void strbuf_grow(struct strbuf *sb, size_t extra);

/* Cut to `len` bytes, or say that `len` bytes were written into grown room. */
void strbuf_setlen(struct strbuf *sb, size_t len);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *text);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addchars(struct strbuf *sb, char c, size_t n);
void strbuf_addbuf(struct strbuf *sb, const struct strbuf *other);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Remove white space at the end. */
void strbuf_rtrim(struct strbuf *sb);

#endif
