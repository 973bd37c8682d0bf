/* SPDX-License-Identifier: MIT */
/*
 * rt.h - the few string functions the recorder needs, its own.  Floor: rt.
 *
 * libc's may be intercepted, locale-dependent or not yet relocated when a hook
 * runs for the first time.  Nothing here allocates, locks or fails.
 */
#ifndef PRELOAD_RT_H
#define PRELOAD_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define COLD __attribute__((cold, noinline))

size_t rt_strlen(const char *s);
int rt_strcmp(const char *a, const char *b);
bool rt_starts(const char *s, const char *prefix);
/* The last component of a path. */
const char *rt_basename(const char *path);

/* Text built in a buffer of fixed size; what does not fit is cut, the result
 * is always a string. */
struct rt_text {
	char *buf;
	size_t len, cap;
};

#define RT_TEXT(array)                                         \
	{                                                      \
		.buf = (array), .len = 0, .cap = sizeof(array) \
	}

void rt_put(struct rt_text *text, const char *s);
void rt_put_char(struct rt_text *text, char c);
void rt_put_u64(struct rt_text *text, uint64_t value);
/* `digits` decimal digits, zeros in front. */
void rt_put_padded(struct rt_text *text, uint64_t value, int digits);
void rt_put_hex(struct rt_text *text, uint64_t value, int digits);
/* Nanoseconds since 1970 as RFC 3339, UTC, nine decimals. */
void rt_put_rfc3339(struct rt_text *text, uint64_t unix_ns);

/* A decimal number at *s; *s moves behind it.  False when there is none or it
 * does not fit. */
bool rt_parse_u64(const char **s, uint64_t *value);

/* A size: "4096", "24 MiB", "1.5 GB", "64K"; a letter alone, or with iB, counts in 1024s, with B
 * in 1000s.  False when it is none. */
bool rt_parse_size(const char *s, uint64_t *bytes);

/* The value of an environment variable without getenv(), or NULL. */
const char *rt_getenv(const char *name);

#endif
