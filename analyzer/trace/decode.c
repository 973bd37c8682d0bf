/* SPDX-License-Identifier: MIT */
/*
 * decode.c - cJSON to structs by the tables of schema.h.  One function for all
 * events: what differs between them is data.
 */
#include "trace/decode.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <string.h>
#include <memprof/encode.h>

#include "trace/schema.h"
#include "util/diag.h"
#include "util/xalloc.h"

/* What came of one value. */
enum value { VALUE_FINE, VALUE_UNKNOWN, VALUE_WRONG };

struct decoding {
	struct decode_context *context;
	struct scratch *scratch;
	const char *event, *field; /* where we are, for messages */
};

static void __attribute__((format(printf, 2, 3)))
wrong(struct decode_context *context, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(context->diag, context->strict ? DIAG_ERROR : DIAG_WARNING, context->file,
		  context->line, fmt, ap);
	va_end(ap);
}

/* What another version may have written, or what reads well in spite of it. */
static void __attribute__((format(printf, 3, 4)))
odd(struct decode_context *context, enum diag_level level, const char *fmt, ...)
{
	va_list ap;

	if (!context->strict)
		return;
	va_start(ap, fmt);
	diag_vadd(context->diag, level, context->file, context->line, fmt, ap);
	va_end(ap);
}

static enum value refuse(struct decoding *at, const char *want)
{
	wrong(at->context, "'%s' of a %s line is not %s", at->field, at->event, want);
	return VALUE_WRONG;
}

/* A whole number between low and MP_NUMBER_MAX; beyond is cut and told. */
static enum value whole_number(struct decoding *at, const cJSON *item, double low, double *out)
{
	const double high = (double)MP_NUMBER_MAX;
	double v = item->valuedouble;

	if (!cJSON_IsNumber(item))
		return refuse(at, "a number");
	if (v > high || v < -high) {
		if (v < 0 && low >= 0)
			return refuse(at, "zero or above");
		odd(at->context, DIAG_ERROR, "'%s' of a %s line is past 2^53 - 1", at->field,
		    at->event);
		v = v < 0 ? -high : high;
	}
	if (v < low)
		return refuse(at, "zero or above");
	if ((double)(int64_t)v != v)
		return refuse(at, "a whole number");
	*out = v;
	return VALUE_FINE;
}

static enum value decode_u64(struct decoding *at, const cJSON *item, uint64_t *out)
{
	double v = 0;
	enum value result = whole_number(at, item, 0, &v);

	*out = (uint64_t)v;
	return result;
}

static enum value decode_i64(struct decoding *at, const cJSON *item, int64_t *out)
{
	double v = 0;
	enum value result = whole_number(at, item, -(double)MP_NUMBER_MAX, &v);

	*out = (int64_t)v;
	return result;
}

static enum value decode_ns(struct decoding *at, const cJSON *item, uint64_t *out)
{
	return decode_u64(at, item, out);
}

static enum value decode_real(struct decoding *at, const cJSON *item, double *out)
{
	double v = item->valuedouble;

	if (!cJSON_IsNumber(item))
		return refuse(at, "a number");
	if (v - v != 0)
		return refuse(at, "a number that a double can hold");
	*out = v;
	return VALUE_FINE;
}

static enum value decode_hex(struct decoding *at, const cJSON *item, uint64_t *out)
{
	const char *text = cJSON_GetStringValue(item);
	uint64_t v = 0;
	size_t n = 0;

	if (!text || text[0] != '0' || text[1] != 'x')
		return refuse(at, "a string \"0x...\"");
	for (text += 2; text[n]; n++) {
		const char *digits = "0123456789abcdefABCDEF";
		const char *digit = strchr(digits, text[n]);

		if (!digit || n == 16)
			return refuse(at, "a string \"0x...\" of up to 16 hex digits");
		v = v << 4 | (uint64_t)(digit - digits > 15 ? digit - digits - 6 : digit - digits);
	}
	if (!n)
		return refuse(at, "a string \"0x...\" with digits");
	*out = v;
	return VALUE_FINE;
}

/* `text` with every byte that is not UTF-8 replaced, in scratch. */
static const char *repaired(struct scratch *scratch, const char *text)
{
	char *out = scratch->text + scratch->text_len;
	size_t n = 0;

	while (*text) {
		int len = mp_utf8_len((const unsigned char *)text);

		memcpy(out + n, len ? text : "\xef\xbf\xbd", len ? (size_t)len : 3);
		n += len ? (size_t)len : 3;
		text += len ? len : 1;
	}
	out[n] = '\0';
	scratch->text_len += n + 1;
	return out;
}

static enum value decode_str(struct decoding *at, const cJSON *item, const char **out)
{
	const char *text = cJSON_GetStringValue(item);

	if (!text)
		return refuse(at, "a string");
	*out = repaired(at->scratch, text);
	return VALUE_FINE;
}

static enum value decode_strs(struct decoding *at, const cJSON *item, struct mp_strs *out)
{
	const char **list;
	size_t n = 0;

	if (!cJSON_IsArray(item))
		return refuse(at, "an array of strings");
	list = scratch_list(at->scratch, (size_t)cJSON_GetArraySize(item));
	for (const cJSON *child = item->child; child; child = child->next) {
		if (decode_str(at, child, &list[n]) != VALUE_FINE)
			return VALUE_WRONG;
		n++;
	}
	*out = (struct mp_strs){ .v = list, .n = n };
	return VALUE_FINE;
}

/* One of `n` words, of which newer versions may have more. */
static enum value decode_word(struct decoding *at, const cJSON *item, const char *what,
			      const char *const *words, uint64_t n, uint64_t *out)
{
	const char *text = cJSON_GetStringValue(item);

	if (!text)
		return refuse(at, "a string");
	for (*out = 0; *out < n; (*out)++)
		if (!strcmp(text, words[*out]))
			return VALUE_FINE;
	*out = 0;
	odd(at->context, DIAG_WARNING, "unknown %s '%s' in a %s line", what, text, at->event);
	return VALUE_UNKNOWN;
}

static enum value decode_kind(struct decoding *at, const cJSON *item, uint64_t *out)
{
	static const char *const words[] = MP_KIND_WORDS;

	return decode_word(at, item, "kind", words, MP_KINDS, out);
}

static enum value decode_leak(struct decoding *at, const cJSON *item, uint64_t *out)
{
	static const char *const words[] = MP_LEAK_WORDS;

	return decode_word(at, item, "class", words, MP_LEAKS, out);
}

static enum value decode_value(struct decoding *at, const cJSON *item, enum wire wire, void *out)
{
	switch (wire) {
	case WIRE_u64:
		return decode_u64(at, item, out);
	case WIRE_i64:
		return decode_i64(at, item, out);
	case WIRE_ns:
		return decode_ns(at, item, out);
	case WIRE_real:
		return decode_real(at, item, out);
	case WIRE_hex:
		return decode_hex(at, item, out);
	case WIRE_str:
		return decode_str(at, item, out);
	case WIRE_strs:
		return decode_strs(at, item, out);
	case WIRE_kind:
		return decode_kind(at, item, out);
	case WIRE_leak:
		return decode_leak(at, item, out);
	}
	return VALUE_WRONG;
}

/* One row; more columns than we know are those of a newer version. */
static enum value decode_row(struct decoding *at, const cJSON *item, const struct wire_row *row,
			     char *out)
{
	enum value result = VALUE_FINE;
	const cJSON *cell = item->child;

	if (!cJSON_IsArray(item))
		return refuse(at, "an array of rows");
	for (size_t c = 0; c < row->n_cols; c++, cell = cell->next) {
		struct decoding here = *at;

		if (!cell) {
			wrong(at->context, "a row of '%s' has %zu columns instead of %zu",
			      at->field, c, row->n_cols);
			return VALUE_WRONG;
		}
		here.field = row->cols[c].name;

		enum value v = decode_value(&here, cell, row->cols[c].wire,
					    out + row->cols[c].offset);

		if (v == VALUE_WRONG)
			return v;
		if (v == VALUE_UNKNOWN)
			result = v;
	}
	if (cell) {
		at->context->unknown_keys++;
		odd(at->context, DIAG_WARNING, "a row of '%s' has more than %zu columns", at->field,
		    row->n_cols);
	}
	return result;
}

static enum value decode_rows(struct decoding *at, const cJSON *item, const struct wire_row *row,
			      const void **rows, size_t *n_rows)
{
	size_t n = 0;
	char *v;

	if (!cJSON_IsArray(item))
		return refuse(at, "an array of rows");
	v = scratch_rows(at->scratch, (size_t)cJSON_GetArraySize(item), row->size);
	for (const cJSON *child = item->child; child; child = child->next) {
		enum value result = decode_row(at, child, row, v + n * row->size);

		if (result == VALUE_WRONG)
			return result;
		if (result == VALUE_UNKNOWN)
			at->context->unknown_keys++;
		n += result == VALUE_FINE;
	}
	*rows = v;
	*n_rows = n;
	return VALUE_FINE;
}

static enum value decode_field(struct decoding *at, const cJSON *item,
			       const struct wire_field *field, char *out)
{
	if (field->presence == FIELD_ROWS)
		return decode_rows(at, item, field->row, (const void **)(out + field->offset),
				   (size_t *)(out + field->count_offset));
	return decode_value(at, item, field->wire, out + field->offset);
}

/* All of the struct as it is without any field. */
static void nothing(const struct wire_event *wire, char *out)
{
	memset(out, 0, wire->size);
	for (size_t f = 0; f < wire->n_fields; f++)
		if (wire->fields[f].presence != FIELD_ROWS && wire->fields[f].wire == WIRE_str)
			*(const char **)(out + wire->fields[f].offset) = "";
}

static enum decoded decode_object(const struct wire_event *wire, const cJSON *root, char *out,
				  struct decode_context *context, struct scratch *scratch)
{
	struct decoding at = { .context = context, .scratch = scratch, .event = wire->name };
	bool seen[WIRE_FIELDS_MAX] = { false };
	enum decoded result = DECODED;

	nothing(wire, out);
	for (const cJSON *item = root->child; item; item = item->next) {
		size_t f = 0;

		if (!strcmp(item->string, "type"))
			continue;
		while (f < wire->n_fields && strcmp(wire->fields[f].name, item->string))
			f++;
		at.field = item->string;
		if (f == wire->n_fields) {
			context->unknown_keys++;
			odd(context, DIAG_WARNING, "unknown key '%s' in a %s line", item->string,
			    wire->name);
			continue;
		}
		if (seen[f])
			odd(context, DIAG_ERROR, "'%s' comes twice in a %s line", item->string,
			    wire->name);
		else if (decode_field(&at, item, &wire->fields[f], out) == VALUE_WRONG)
			result = DECODED_PARTLY;
		seen[f] = true;
	}
	for (size_t f = 0; f < wire->n_fields; f++) {
		if (seen[f] || wire->fields[f].presence == FIELD_OPTIONAL)
			continue;
		wrong(context, "a %s line without '%s'", wire->name, wire->fields[f].name);
		result = DECODED_PARTLY;
	}
	return result;
}

static bool is_utf8(const char *text)
{
	for (int n; *text; text += n) {
		n = mp_utf8_len((const unsigned char *)text);
		if (!n)
			return false;
	}
	return true;
}

/* What cJSON lets pass and JSON does not; told, and read all the same. */
static void check_text(struct decode_context *context, const char *line)
{
	if (!is_utf8(line))
		odd(context, DIAG_ERROR, "bytes that are not UTF-8");
	for (; *line; line++)
		if ((unsigned char)*line < 0x20 && *line != '\t' && *line != '\r') {
			odd(context, DIAG_ERROR, "a control character that is not escaped");
			break;
		}
}

/* The object in a line, or NULL; to be freed with cJSON_Delete(). */
static cJSON *parse(struct decode_context *context, const char *line, size_t len)
{
	const char *end = NULL;
	cJSON *root;

	if (memchr(line, 0, len)) {
		wrong(context, "a NUL byte: not JSON");
		return NULL;
	}
	check_text(context, line);
	root = cJSON_ParseWithLengthOpts(line, len, &end, 0);
	/* cJSON does not look behind the value */
	if (root && line[(size_t)(end - line) + strspn(end, " \t\r\n")]) {
		cJSON_Delete(root);
		root = NULL;
	}
	if (!root) {
		wrong(context, "not JSON at column %zu", end ? (size_t)(end - line) + 1 : 1);
		return NULL;
	}
	if (!cJSON_IsObject(root)) {
		wrong(context, "not a JSON object");
		cJSON_Delete(root);
		return NULL;
	}
	return root;
}

enum decoded decode_line(struct event *event, struct scratch *scratch, const char *line, size_t len,
			 struct decode_context *context)
{
	enum decoded result = DECODED_NOTHING;
	cJSON *root = parse(context, line, len);
	const char *type = NULL;

	if (!root)
		return result;
	/* a bad byte becomes three, and every string has two quotes for its NUL */
	scratch_reset(scratch, 3 * len + 1);
	type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "type"));
	if (!type) {
		wrong(context, "a line without a type");
	} else {
		event->type = wire_event_find(type);
		if (strcmp(root->child->string, "type"))
			odd(context, DIAG_ERROR, "'type' is not the first key");
		if (event->type == MP_EVENTS) {
			odd(context, DIAG_WARNING, "unknown line type '%s'", type);
			result = DECODED_UNKNOWN;
		} else {
			result = decode_object(&wire_events[event->type], root,
					       (char *)&event->header_line, context, scratch);
		}
	}
	cJSON_Delete(root);
	return result;
}
