/* SPDX-License-Identifier: MIT */
/*
 * scan.c - pointer scanning of the recorder's own lines, expanded from
 * events.def so that it cannot drift from what the recorder writes.
 *
 * No bounds are tested: a line ends in NUL, which no expected byte equals, so
 * every comparison stops there; literals are shorter than SOURCE_PAD.
 * Each scan_*() returns the place behind what it took, or NULL to decline.
 */
#include "trace/scan.h"

#include <string.h>

/* The place behind `text`, a literal, when it is what comes next. */
#define SCAN_LITERAL(p, text) \
	(memcmp((p), (text), sizeof(text) - 1) ? NULL : (p) + sizeof(text) - 1)

/* Nobody can know more digits than this to be exact. */
enum { DIGITS_MAX = 16 };

static inline const char *scan_u64(const char *p, uint64_t *out, struct scratch *scratch)
{
	const char *first = p;
	uint64_t v = 0;
	unsigned int digit;

	(void)scratch;
	while ((digit = (unsigned int)(unsigned char)*p - '0') <= 9) {
		v = v * 10 + digit;
		p++;
	}
	if (p == first || p - first > DIGITS_MAX || v > MP_NUMBER_MAX ||
	    (*first == '0' && p - first > 1))
		return NULL;
	*out = v;
	return p;
}

static inline const char *scan_i64(const char *p, int64_t *out, struct scratch *scratch)
{
	bool negative = *p == '-';
	uint64_t v;

	p = scan_u64(p + negative, &v, scratch);
	if (p)
		*out = negative ? -(int64_t)v : (int64_t)v;
	return p;
}

static inline const char *scan_ns(const char *p, uint64_t *out, struct scratch *scratch)
{
	return scan_u64(p, out, scratch);
}

/*
 * Digits, with a point and an exponent or not, as long as one division or
 * multiplication gives the nearest double: both operands are exact then.
 */
static const char *scan_real(const char *p, double *out, struct scratch *scratch)
{
	static const double powers[] = { 1e0,  1e1,  1e2,  1e3,	 1e4,  1e5,  1e6,  1e7,
					 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	const int limit = (int)(sizeof(powers) / sizeof(*powers)) - 1;
	bool negative = *p == '-', down;
	const char *first = p += negative;
	int scale = 0, digits = 0;
	uint64_t v = 0, e = 0;

	(void)scratch;
	for (; (unsigned int)*p - '0' <= 9; p++, digits++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (!digits || (*first == '0' && digits > 1))
		return NULL;
	if (*p == '.') {
		const char *point = p++;

		for (; (unsigned int)*p - '0' <= 9; p++, digits++, scale--)
			v = v * 10 + (uint64_t)(*p - '0');
		if (p == point + 1)
			return NULL;
	}
	if (*p == 'e') {
		down = *++p == '-';
		first = p += down;
		for (; (unsigned int)*p - '0' <= 9 && p - first < 3; p++)
			e = e * 10 + (uint64_t)(*p - '0');
		if (p == first)
			return NULL;
		scale += down ? -(int)e : (int)e;
	}
	if (digits >= DIGITS_MAX || scale < -limit || scale > limit)
		return NULL;
	*out = scale < 0 ? (double)v / powers[-scale] : (double)v * powers[scale];
	if (negative)
		*out = -*out;
	return p;
}

static inline const char *scan_hex(const char *p, uint64_t *out, struct scratch *scratch)
{
	const char *first = p + 3;
	uint64_t v = 0;

	(void)scratch;
	if (p[0] != '"' || p[1] != '0' || p[2] != 'x')
		return NULL;
	for (p = first; *p != '"'; p++) {
		unsigned int digit = (unsigned int)(unsigned char)*p - '0';

		if (digit > 9) {
			digit = (unsigned int)(unsigned char)*p - 'a' + 10;
			if (digit < 10 || digit > 15)
				return NULL;
		}
		v = v << 4 | digit;
	}
	if (p == first || p - first > 16)
		return NULL;
	*out = v;
	return p + 1;
}

/* Only what needs no unescaping and no look at its UTF-8. */
static inline const char *scan_str(const char *p, const char **out, struct scratch *scratch)
{
	const char *first = p + 1;

	if (*p != '"')
		return NULL;
	for (p = first; *p != '"'; p++)
		if (*p < 0x20 || *p == 0x7f || *p == '\\')
			return NULL;
	*out = scratch_text(scratch, first, (size_t)(p - first));
	return p + 1;
}

/* Lists are in one line of a trace, the first: not worth a fast path. */
static inline const char *scan_strs(const char *p, struct mp_strs *out, struct scratch *scratch)
{
	(void)p;
	(void)out;
	(void)scratch;
	return NULL;
}

/* One of `n` words, none of which another one starts with. */
static inline const char *scan_word(const char *p, const char *const *words, uint64_t n,
				    uint64_t *out)
{
	if (*p++ != '"')
		return NULL;
	for (uint64_t i = 0; i < n; i++) {
		const char *word = words[i];
		size_t len = 0;

		while (word[len] && word[len] == p[len])
			len++;
		if (!word[len] && p[len] == '"') {
			*out = i;
			return p + len + 1;
		}
	}
	return NULL;
}

static inline const char *scan_kind(const char *p, uint64_t *out, struct scratch *scratch)
{
	static const char *const words[] = MP_KIND_WORDS;

	(void)scratch;
	return scan_word(p, words, MP_KINDS, out);
}

static inline const char *scan_leak(const char *p, uint64_t *out, struct scratch *scratch)
{
	static const char *const words[] = MP_LEAK_WORDS;

	(void)scratch;
	return scan_word(p, words, MP_LEAKS, out);
}

/* scan_rows_<row>(): the whole array, brackets included. */
#define ROW(row, doc)                                                                       \
	static const char *scan_rows_##row(const char *p, const struct mp_row_##row **rows, \
					   size_t *n_rows, struct scratch *scratch)         \
	{                                                                                   \
		struct mp_row_##row *v = scratch->rows;                                     \
		size_t room = scratch->rows_alloc / sizeof(*v), n = 0;                      \
                                                                                            \
		if (*p++ != '[')                                                            \
			return NULL;                                                        \
		while (*p != ']') {                                                         \
			char open = '[';                                                    \
                                                                                            \
			if (n && *p++ != ',')                                               \
				return NULL;                                                \
			if (n == room) {                                                    \
				v = scratch_rows(scratch, n + 1, sizeof(*v));               \
				room = scratch->rows_alloc / sizeof(*v);                    \
			}
#define COL(row, name, type, doc)                \
	if (*p++ != open)                        \
		return NULL;                     \
	p = scan_##type(p, &v[n].name, scratch); \
	if (!p)                                  \
		return NULL;                     \
	open = ',';
#define END_ROW(row)         \
	(void)open;          \
	if (*p++ != ']')     \
		return NULL; \
	n++;                 \
	}                    \
	*rows = v;           \
	*n_rows = n;         \
	return p + 1;        \
	}
#include <memprof/events.def>

#define NOTHING_u64 0
#define NOTHING_i64 0
#define NOTHING_ns 0
#define NOTHING_real 0
#define NOTHING_hex 0
#define NOTHING_str ""

/* scan_<event>(): from behind the type to the closing brace. */
#define EVENT(event, doc)                                                       \
	static const char *scan_##event(const char *p, struct mp_##event *line, \
					struct scratch *scratch)                \
	{                                                                       \
		const char *value;
#define FIELD(event, name, type, doc)                                \
	value = SCAN_LITERAL(p, ",\"" #name "\":");                  \
	p = value ? scan_##type(value, &line->name, scratch) : NULL; \
	if (!p)                                                      \
		return NULL;
#define OPT(event, name, type, doc)                           \
	value = SCAN_LITERAL(p, ",\"" #name "\":");           \
	line->name = NOTHING_##type;                          \
	if (value) {                                          \
		p = scan_##type(value, &line->name, scratch); \
		if (!p)                                       \
			return NULL;                          \
	}
#define ROWS(event, name, row, doc)                                                       \
	value = SCAN_LITERAL(p, ",\"" #name "\":");                                       \
	p = value ? scan_rows_##row(value, &line->name, &line->n_##name, scratch) : NULL; \
	if (!p)                                                                           \
		return NULL;
#define END(event)                       \
	return *p == '}' ? p + 1 : NULL; \
	}
#include <memprof/events.def>

bool scan_line(struct event *event, struct scratch *scratch, const char *line, size_t len)
{
	const char *p = SCAN_LITERAL(line, "{\"type\":\"");
	const char *rest;

	if (!p)
		return false;
	scratch_reset(scratch, len + 1);
#define EVENT(name, doc)                                                              \
	if (*p == #name[0] && (rest = SCAN_LITERAL(p, #name "\""))) {                 \
		event->type = MP_##name;                                              \
		return scan_##name(rest, &event->name##_line, scratch) == line + len; \
	}
#include <memprof/events.def>
	return false;
}
