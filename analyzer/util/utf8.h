/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - text as a terminal shows it: how wide it is, and how to cut it.
 *
 * Works on UTF-8 whatever the locale.  Widths are in columns: 0 for combining
 * marks, 2 for East Asian wide characters and emoji.
 */
#ifndef ANALYZER_UTIL_UTF8_H
#define ANALYZER_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

/* Decode one character at *text and step over it; a bad byte gives U+FFFD. */
uint32_t utf8_next(const char **text);

/* Columns of one character, or of a text; control characters count 1. */
int utf8_char_width(uint32_t c);
int utf8_width(const char *text);

/*
 * Append `text` so that nothing in it can steer a terminal: control characters
 * and the marks that turn the direction of text become '?', bad bytes too.
 */
void utf8_add_clean(struct strbuf *out, const char *text);

/* Bytes of the longest prefix (suffix) of `text` that fits in `width` columns. */
size_t utf8_prefix(const char *text, int width);
size_t utf8_suffix(const char *text, int width);

#endif
