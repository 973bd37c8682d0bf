/* SPDX-License-Identifier: MIT */
/* sizes.c - running totals by (stack, size class); see build.h. */
#include <stdlib.h>

#include "model/build.h"
#include "util/xalloc.h"

#define CLASSES 65

static size_t index_of(struct builder *b, uint64_t stack, uint64_t class)
{
	struct model *m = b->model;
	bool fresh;
	uint64_t *index = map_at(&b->sizes, stack << 7 | class, &fresh);

	if (fresh) {
		const struct model_size size = { .stack = (uint32_t)stack,
						 .class = (uint8_t) class };

		*index = m->n_sizes;
		if (b->n_answers > 1) {
			XGROW(b->sizes_from, m->n_sizes, b->sizes_from_alloc);
			b->sizes_from[m->n_sizes] = size;
		}
		XGROW(m->sizes, m->n_sizes, b->sizes_alloc);
		m->sizes[m->n_sizes++] = size;
	}
	return *index;
}

static void take(struct model_size *size, const struct mp_row_size_class *row)
{
	size->allocs = row->allocs;
	size->bytes = row->bytes;
	size->usable = row->usable;
}

void build_sizes(struct builder *b, const struct event *event)
{
	const struct mp_sizes *line = &event->sizes_line;
	bool to = answer_takes(b, ANSWER_TO, line->t);
	bool from = b->n_answers > 1 && answer_takes(b, ANSWER_FROM, line->t);

	b->model->has_sizes = true;
	for (size_t i = 0; i < line->n_rows; i++) {
		const struct mp_row_size_class *row = &line->rows[i];
		size_t at;

		if (row->class >= CLASSES || !build_reach(b, row->stack)) {
			build_bad(b, event->line, "class %llu of stack %llu is out of range",
				  (unsigned long long)row->class, (unsigned long long)row->stack);
			return;
		}
		at = index_of(b, row->stack, row->class);
		if (to)
			take(&b->model->sizes[at], row);
		if (from)
			take(&b->sizes_from[at], row);
	}
}

void build_sizes_by_class_done(struct builder *b)
{
	struct model *m = b->model;
	size_t n = 0;

	for (size_t i = 0; i < m->n_sizes; i++) {
		struct model_size size = m->sizes[i];

		if (b->n_answers > 1) {
			size.allocs -= b->sizes_from[i].allocs;
			size.bytes -= b->sizes_from[i].bytes;
			size.usable -= b->sizes_from[i].usable;
		}
		if (size.allocs)
			m->sizes[n++] = size;
	}
	m->n_sizes = n;
}
