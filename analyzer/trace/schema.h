/* SPDX-License-Identifier: MIT */
/*
 * schema.h - events.def as tables: which lines there are, their fields, and
 * where each lives in its struct.  Everything of the analyzer that treats all
 * events alike (decoder, validator, round-trip test) walks these.
 */
#ifndef ANALYZER_TRACE_SCHEMA_H
#define ANALYZER_TRACE_SCHEMA_H

#include <stddef.h>
#include <memprof/trace.h>

/* Wire types, named as in events.def. */
enum wire {
	WIRE_u64,
	WIRE_i64,
	WIRE_ns,
	WIRE_real,
	WIRE_hex,
	WIRE_str,
	WIRE_strs,
	WIRE_kind,
	WIRE_leak,
};

struct wire_col {
	const char *name;
	enum wire wire;
	size_t offset; /* in the row's struct */
};

struct wire_row {
	const char *name;
	size_t size; /* of the row's struct */
	const struct wire_col *cols;
	size_t n_cols;
};

enum presence { FIELD_ALWAYS, FIELD_OPTIONAL, FIELD_ROWS };

struct wire_field {
	const char *name;
	enum presence presence;
	enum wire wire;		    /* not for FIELD_ROWS */
	size_t offset;		    /* in the event's struct; of the pointer for FIELD_ROWS */
	size_t count_offset;	    /* FIELD_ROWS: of the number of rows */
	const struct wire_row *row; /* FIELD_ROWS */
};

struct wire_event {
	const char *name;
	size_t size; /* of the event's struct */
	const struct wire_field *fields;
	size_t n_fields;
};

/* Indexed by enum mp_event. */
extern const struct wire_event wire_events[MP_EVENTS];

/* More fields than any event has: the width of a set of fields. */
#define WIRE_FIELDS_MAX 64

/* MP_EVENTS when there is no event of that name. */
enum mp_event wire_event_find(const char *name);

#endif
