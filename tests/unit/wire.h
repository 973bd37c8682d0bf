/* SPDX-License-Identifier: MIT */
/*
 * wire.h - events of every type filled, encoded and compared by the tables of
 * the schema, for tests that must not forget one.
 */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <memprof/encode.h>

#include "trace/event.h"
#include "trace/schema.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* Deterministic numbers (xorshift), the same on every run. */
static inline uint64_t wire_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

enum wire_values { WIRE_ZERO, WIRE_LIMIT, WIRE_RANDOM };

/* Strings a program may come up with, all valid UTF-8. */
static const char *const wire_strings[] = {
	"",
	"plain",
	"two words",
	"\"",
	"\\",
	"\\\"",
	"/",
	"\t\n\r\b\f\x01\x1f\x7f",
	"{\"a\":[1]}",
	"\xc3\xa9",
	"\xe2\x82\xac",
	"\xf0\x9f\x98\x80",
	"\xf4\x8f\xbf\xbf",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbd",
	"\\u0041",
	"\xc2\x80",
	"a\xcc\x81",
	"</script>",
	"%s%n",
	"a string that is longer than one piece of the encoder, which copies in pieces of 64 bytes",
};

#define WIRE_STRINGS (sizeof(wire_strings) / sizeof(*wire_strings))

struct wire_filler {
	enum wire_values values;
	uint64_t state;	 /* of wire_random(), not 0 */
	bool plain_only; /* strings without anything to escape */
};

static inline const char *wire_string(struct wire_filler *f)
{
	if (f->plain_only)
		return f->values == WIRE_ZERO ? "" : wire_strings[1 + wire_random(&f->state) % 2];
	if (f->values == WIRE_ZERO)
		return "";
	return wire_strings[wire_random(&f->state) % WIRE_STRINGS];
}

/* Numbers of all lengths, not only long ones. */
static inline uint64_t wire_number(struct wire_filler *f, uint64_t limit)
{
	if (f->values == WIRE_ZERO)
		return 0;
	if (f->values == WIRE_LIMIT)
		return limit;
	return (wire_random(&f->state) & limit) >> wire_random(&f->state) % 64;
}

/* A real of up to nine digits, more than which the encoder does not write. */
static inline double wire_real(struct wire_filler *f)
{
	char text[40];

	if (f->values == WIRE_ZERO)
		return 0;
	if (f->values == WIRE_LIMIT)
		return -9.99999999e30;
	snprintf(text, sizeof(text), "%s%llue%d", wire_random(&f->state) & 1 ? "-" : "",
		 1 + (unsigned long long)wire_number(f, 999999998),
		 (int)(wire_random(&f->state) % 24) - 12);
	return strtod(text, NULL);
}

static inline void wire_fill_value(struct wire_filler *f, enum wire wire, void *at)
{
	static const char *list[WIRE_STRINGS];
	struct mp_strs *strs = at;

	switch (wire) {
	case WIRE_u64:
	case WIRE_ns:
		*(uint64_t *)at = wire_number(f, MP_NUMBER_MAX);
		break;
	case WIRE_i64:
		*(int64_t *)at = (int64_t)wire_number(f, MP_NUMBER_MAX);
		if (f->values == WIRE_LIMIT || wire_random(&f->state) & 1)
			*(int64_t *)at = -*(int64_t *)at;
		break;
	case WIRE_real:
		*(double *)at = wire_real(f);
		break;
	case WIRE_hex:
		*(uint64_t *)at = wire_number(f, UINT64_MAX);
		break;
	case WIRE_str:
		*(const char **)at = wire_string(f);
		break;
	case WIRE_strs:
		memcpy(list, wire_strings, sizeof(list));
		*strs = (struct mp_strs){ .v = list,
					  .n = f->values == WIRE_ZERO ? 0 : WIRE_STRINGS };
		break;
	case WIRE_kind:
		*(uint64_t *)at = wire_number(f, UINT64_MAX) % MP_KINDS;
		break;
	case WIRE_leak:
		*(uint64_t *)at = wire_number(f, UINT64_MAX) % MP_LEAKS;
		break;
	}
}

/* Fill the struct of `type`; its rows go to `rows`, which has room for `n`. */
static inline void wire_fill(struct wire_filler *f, enum mp_event type, struct event *event,
			     void *rows, size_t n)
{
	const struct wire_event *wire = &wire_events[type];
	char *line = (char *)&event->header_line;

	event->type = type;
	for (size_t i = 0; i < wire->n_fields; i++) {
		const struct wire_field *field = &wire->fields[i];

		if (field->presence != FIELD_ROWS) {
			wire_fill_value(f, field->wire, line + field->offset);
			continue;
		}
		for (size_t r = 0; r < n; r++)
			for (size_t c = 0; c < field->row->n_cols; c++)
				wire_fill_value(f, field->row->cols[c].wire,
						(char *)rows + r * field->row->size +
							field->row->cols[c].offset);
		*(const void **)(line + field->offset) = rows;
		*(size_t *)(line + field->count_offset) = n;
	}
}

/* An encoder that writes into a strbuf, through a small buffer. */
struct wire_out {
	struct mp_out out;
	struct strbuf text;
	char buf[2 * MP_PIECE];
};

static inline int wire_flush(struct mp_out *out)
{
	struct wire_out *w = (struct wire_out *)out;

	strbuf_add(&w->text, out->buf, out->len);
	out->len = 0;
	return 0;
}

/* The line of an event with its newline; to free(). */
static inline char *wire_encode(const struct event *event)
{
	struct wire_out w = { .text = STRBUF_INIT };

	w.out = (struct mp_out){ .buf = w.buf, .cap = sizeof(w.buf), .flush = wire_flush };
	switch (event->type) {
#define EVENT(name, doc)                                       \
	case MP_##name:                                        \
		mp_encode_##name(&w.out, &event->name##_line); \
		break;
#include <memprof/events.def>
	case MP_EVENTS:
		break;
	}
	wire_flush(&w.out);
	return strbuf_detach(&w.text, NULL);
}

static inline bool wire_equal_value(enum wire wire, const void *a, const void *b)
{
	const struct mp_strs *x = a, *y = b;

	switch (wire) {
	case WIRE_u64:
	case WIRE_i64:
	case WIRE_ns:
	case WIRE_real:
	case WIRE_hex:
	case WIRE_kind:
	case WIRE_leak:
		return !memcmp(a, b, sizeof(uint64_t));
	case WIRE_str:
		return !strcmp(*(char *const *)a, *(char *const *)b);
	case WIRE_strs:
		if (x->n != y->n)
			return false;
		for (size_t i = 0; i < x->n; i++)
			if (strcmp(x->v[i], y->v[i]))
				return false;
		return true;
	}
	return false;
}

static inline bool wire_equal_rows(const struct wire_row *row, const char *a, const char *b,
				   size_t n)
{
	for (size_t r = 0; r < n; r++)
		for (size_t c = 0; c < row->n_cols; c++) {
			size_t at = r * row->size + row->cols[c].offset;

			if (!wire_equal_value(row->cols[c].wire, a + at, b + at))
				return false;
		}
	return true;
}

/* The name of the first field that differs, "type", or NULL when none does. */
static inline const char *wire_difference(const struct event *a, const struct event *b)
{
	const struct wire_event *wire = &wire_events[a->type];
	const char *x = (const char *)&a->header_line, *y = (const char *)&b->header_line;

	if (a->type != b->type)
		return "type";
	for (size_t i = 0; i < wire->n_fields; i++) {
		const struct wire_field *f = &wire->fields[i];
		bool equal;

		if (f->presence != FIELD_ROWS)
			equal = wire_equal_value(f->wire, x + f->offset, y + f->offset);
		else
			equal = *(const size_t *)(x + f->count_offset) ==
					*(const size_t *)(y + f->count_offset) &&
				wire_equal_rows(f->row, *(char *const *)(x + f->offset),
						*(char *const *)(y + f->offset),
						*(const size_t *)(x + f->count_offset));
		if (!equal)
			return f->name;
	}
	return NULL;
}

/* A copy with SOURCE_PAD bytes behind, as the source hands lines out; to free(). */
static inline char *wire_padded(const char *line, size_t len, size_t pad)
{
	char *copy = xcalloc(len + 1 + pad, 1);

	memcpy(copy, line, len);
	return copy;
}

#endif
