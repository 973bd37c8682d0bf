/* SPDX-License-Identifier: MIT */
/* event.c - memory of the line being decoded, reused from line to line. */
#include "trace/event.h"

#include <stdlib.h>
#include <string.h>

#include "trace/schema.h"
#include "util/xalloc.h"

void scratch_reset(struct scratch *scratch, size_t text)
{
	for (size_t i = 0; i < scratch->n_lists; i++)
		free(scratch->lists[i]);
	scratch->n_lists = 0;
	scratch->text_len = 0;
	if (text > scratch->text_alloc) {
		scratch->text_alloc = text + text / 2;
		free(scratch->text);
		scratch->text = xmalloc(scratch->text_alloc);
	}
}

char *scratch_text(struct scratch *scratch, const char *text, size_t len)
{
	char *copy = scratch->text + scratch->text_len;

	memcpy(copy, text, len);
	copy[len] = '\0';
	scratch->text_len += len + 1;
	return copy;
}

void *scratch_rows(struct scratch *scratch, size_t n, size_t size)
{
	if (n * size > scratch->rows_alloc) {
		scratch->rows_alloc = n * size * 2;
		scratch->rows = xrealloc(scratch->rows, scratch->rows_alloc);
	}
	return scratch->rows;
}

const char **scratch_list(struct scratch *scratch, size_t n)
{
	XGROW(scratch->lists, scratch->n_lists, scratch->lists_alloc);
	return scratch->lists[scratch->n_lists++] = xcalloc(n, sizeof(char *));
}

void scratch_release(struct scratch *scratch)
{
	scratch_reset(scratch, 0);
	free(scratch->text);
	free(scratch->rows);
	free(scratch->lists);
	*scratch = (struct scratch)SCRATCH_INIT;
}

void event_own(enum mp_event type, void *line)
{
	const struct wire_event *wire = &wire_events[type];

	for (size_t f = 0; f < wire->n_fields; f++) {
		void *at = (char *)line + wire->fields[f].offset;

		if (wire->fields[f].presence == FIELD_ROWS)
			continue;
		if (wire->fields[f].wire == WIRE_str)
			*(const char **)at = xstrdup(*(const char **)at);
		if (wire->fields[f].wire == WIRE_strs) {
			struct mp_strs *list = at;
			const char **copy = xcalloc(list->n, sizeof(*copy));

			for (size_t i = 0; i < list->n; i++)
				copy[i] = xstrdup(list->v[i]);
			list->v = copy;
		}
	}
}

void event_disown(enum mp_event type, void *line)
{
	const struct wire_event *wire = &wire_events[type];

	for (size_t f = 0; f < wire->n_fields; f++) {
		void *at = (char *)line + wire->fields[f].offset;

		if (wire->fields[f].presence == FIELD_ROWS)
			continue;
		if (wire->fields[f].wire == WIRE_str)
			free(*(char **)at);
		if (wire->fields[f].wire == WIRE_strs) {
			struct mp_strs *list = at;

			for (size_t i = 0; i < list->n; i++)
				free((char *)list->v[i]);
			free((void *)list->v);
		}
	}
	memset(line, 0, wire->size);
}
