/* SPDX-License-Identifier: MIT */
/* regions_marks.c - the stopwatch of memprof regions: when the program came by its marks. */
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/regions_doc.h"
#include "reports/timeline.h"
#include "util/xalloc.h"

enum {
	AT_SINCE_START,
	AT_SINCE_LAST,
	AT_RAW_START,
	AT_RAW_LAST,
	AT_TID,
	AT_ALLOCS,
	AT_BYTES,
	AT_NET,
	AT_THREAD,
	AT_NAME,
	COLUMNS
};

static const struct doc_column mark_columns[COLUMNS] = {
	[AT_NAME] = { "mark", "mark", UNIT_TEXT, .flags = COLUMN_KEY },
	[AT_THREAD] = { "thread", "thread", UNIT_TEXT, .priority = 3 },
	[AT_SINCE_START] = { "since_start", "since start", UNIT_NS, .flags = 0 },
	[AT_SINCE_LAST] = { "since_last", "since last", UNIT_NS, .flags = 0 },
	[AT_RAW_START] = { "since_start_ns", "since start", UNIT_NS, .flags = COLUMN_FOR_MACHINES },
	[AT_RAW_LAST] = { "since_last_ns", "since last", UNIT_NS, .flags = COLUMN_FOR_MACHINES },
	[AT_TID] = { "tid", "tid", UNIT_NONE, .flags = COLUMN_FOR_MACHINES },
	[AT_ALLOCS] = { "allocations", "allocs", UNIT_COUNT, .priority = 2 },
	[AT_BYTES] = { "allocated_bytes", "allocated", UNIT_BYTES, .priority = 1 },
	[AT_NET] = { "net_bytes", "net", UNIT_BYTES, .priority = 4 },
};

static void put_mark(const struct regions_doc *what, struct doc *doc, struct doc_table *table,
		     const struct model_moment *m, const struct model_moment *last)
{
	uint64_t since = m->t - (last && last->t <= m->t ? last->t : 0);
	const struct model_thread *t = &what->model->threads[m->thread];
	const struct doc_cell cells[COLUMNS] = {
		[AT_NAME] = CELL_T(m->name),
		[AT_THREAD] = CELL_T(*t->name ? t->name : "thread"),
		[AT_SINCE_START] = regions_time_cell(what, doc, m->t),
		[AT_SINCE_LAST] = regions_time_cell(what, doc, since),
		[AT_RAW_START] = CELL_U(m->t),
		[AT_RAW_LAST] = CELL_U(since),
		[AT_TID] = CELL_U(m->tid),
		[AT_ALLOCS] = CELL_U(m->allocs - (last ? last->allocs : 0)),
		[AT_BYTES] = CELL_U(m->bytes - (last ? last->bytes : 0)),
		[AT_NET] = CELL_I((int64_t)(m->bytes - m->freed) -
				  (last ? (int64_t)(last->bytes - last->freed) : 0)),
	};

	doc_add_row(doc, table, cells);
}

/* Of a thread the mark before; allocations are told by thread, so is the time since. */
void regions_add_marks(const struct regions_doc *what, struct doc *doc)
{
	const struct model *m = what->model;
	const struct model_moment **last = xcalloc(m->n_threads + 1, sizeof(*last));
	struct doc_column columns[COLUMNS];
	struct doc_table *table = NULL;

	memcpy(columns, mark_columns, sizeof(columns));
	regions_unit_columns(what, doc, columns, COLUMNS);
	for (size_t i = 0; i < m->n_moments; i++) {
		const struct model_moment *at = &m->moments[i];

		if (at->kind != MOMENT_MARK)
			continue;
		if (!table)
			table = doc_add_table(doc, "marks",
					      "marks; since the last one of the same thread",
					      columns, COLUMNS);
		if (!what->n || table->n_rows < what->n)
			put_mark(what, doc, table, at, last[at->thread]);
		last[at->thread] = at;
	}
	if (table)
		doc_add_value(doc, (struct doc_value){ .key = "duration_ns",
						       .unit = UNIT_NS,
						       .cell = CELL_U(timeline_end(m)) });
	free(last);
}
