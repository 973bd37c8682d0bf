/* SPDX-License-Identifier: MIT */
/* schema.c - the tables of schema.h, expanded from events.def. */
#include "trace/schema.h"

#include <string.h>

#define ROW(row, doc) static const struct wire_col cols_of_##row[] = {
#define COL(row, col, type, doc) \
	{ .name = #col, .wire = WIRE_##type, .offset = offsetof(struct mp_row_##row, col) },
#define END_ROW(row)                                                      \
	}                                                                 \
	;                                                                 \
	static const struct wire_row row_of_##row = {                     \
		.name = #row,                                             \
		.size = sizeof(struct mp_row_##row),                      \
		.cols = cols_of_##row,                                    \
		.n_cols = sizeof(cols_of_##row) / sizeof(*cols_of_##row), \
	};
#include <memprof/events.def>

#define EVENT(event, doc) static const struct wire_field fields_of_##event[] = {
#define FIELD(event, field, type, doc) \
	{ .name = #field,              \
	  .presence = FIELD_ALWAYS,    \
	  .wire = WIRE_##type,         \
	  .offset = offsetof(struct mp_##event, field) },
#define OPT(event, field, type, doc)  \
	{ .name = #field,             \
	  .presence = FIELD_OPTIONAL, \
	  .wire = WIRE_##type,        \
	  .offset = offsetof(struct mp_##event, field) },
#define ROWS(event, field, row_type, doc)                         \
	{ .name = #field,                                         \
	  .presence = FIELD_ROWS,                                 \
	  .offset = offsetof(struct mp_##event, field),           \
	  .count_offset = offsetof(struct mp_##event, n_##field), \
	  .row = &row_of_##row_type },
#define END(event)                                                                                \
	}                                                                                         \
	;                                                                                         \
	_Static_assert(sizeof(fields_of_##event) / sizeof(*fields_of_##event) <= WIRE_FIELDS_MAX, \
		       #event " has too many fields");
#include <memprof/events.def>

const struct wire_event wire_events[MP_EVENTS] = {
#define EVENT(event, doc)                                                           \
	[MP_##event] = {                                                            \
		.name = #event,                                                     \
		.size = sizeof(struct mp_##event),                                  \
		.fields = fields_of_##event,                                        \
		.n_fields = sizeof(fields_of_##event) / sizeof(*fields_of_##event), \
	},
#include <memprof/events.def>
};

enum mp_event wire_event_find(const char *name)
{
	enum mp_event e = 0;

	while (e < MP_EVENTS && strcmp(wire_events[e].name, name))
		e++;
	return e;
}
