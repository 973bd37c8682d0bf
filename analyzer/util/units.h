/* SPDX-License-Identifier: MIT */
/*
 * units.h - bytes, counts and times as people read and write them.  Independent
 * of the locale.
 */
#ifndef ANALYZER_UTIL_UNITS_H
#define ANALYZER_UTIL_UNITS_H

#include <stdint.h>

struct strbuf;

/* "17 B", "1.5 MiB", "291 KiB": binary units, one decimal below 100. */
void units_add_bytes(struct strbuf *out, uint64_t bytes);

/* "1,234,567" */
void units_add_count(struct strbuf *out, uint64_t n);

/* "450 ns", "1.50 us", "12.5 ms", "3.25 s", "2 min 05 s", "1 h 02 min", "3 d 04 h" */
void units_add_ns(struct strbuf *out, uint64_t ns);

/* The same with a minus sign when it is negative. */
void units_add_signed(struct strbuf *out, int64_t n, void (*add)(struct strbuf *out, uint64_t n));

/* "12.5%"; 0 of 0 is 0. */
void units_add_percent(struct strbuf *out, double percent);

/*
 * Parse a whole text; return 0, -EINVAL when it is not one, -ERANGE when it
 * does not fit.
 *
 * Sizes: 4096, 64K, 1.5M, 24 MiB, 1.5 GB.  K M G T P E and KiB MiB … are powers
 * of 1024, kB KB MB … powers of 1000.
 * Times: a number and ns, us, ms, s, min, h or d.
 */
int units_parse_size(const char *text, uint64_t *bytes);
int units_parse_time(const char *text, uint64_t *ns);
int units_parse_number(const char *text, uint64_t *n);

#endif
