/* SPDX-License-Identifier: MIT */
/*
 * temporaries.c - where blocks are allocated only to be freed at once, and how
 * many bytes go round that way.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/filter.h"
#include "reports/group.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/diag.h"
#include "util/units.h"
#include "util/xalloc.h"

struct temporaries_options {
	const char *kind;
	bool allocator_frames;
};

static const struct opt temporaries_options[] = {
	CHOOSE_KIND(struct temporaries_options, kind),
	CHOOSE_ALLOCATOR_FRAMES(struct temporaries_options, allocator_frames),
	{ .type = OPT_END },
};

static const char *const temporaries_examples[] = {
	"memprof temporaries memprof.sqlite3.4242.jsonl",
	"memprof temporaries trace.jsonl --sort churned_bytes_per_second -n 20",
	NULL,
};

enum {
	AT_RANK,
	AT_FUNCTION,
	AT_FILE,
	AT_LINE,
	AT_MODULE,
	AT_TEMPORARY,
	AT_SHARE,
	AT_CHURN,
	AT_NEAR,
	AT_ALLOCATIONS,
	AT_CHURNED,
	AT_AVERAGE,
	AT_WHERE,
	COLUMNS
};

#define KEY (COLUMN_KEY | COLUMN_FOR_MACHINES)

static const struct doc_column columns[COLUMNS] = {
	[AT_RANK] = { "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
	[AT_FUNCTION] = { "function", "function", UNIT_TEXT, .flags = KEY },
	[AT_FILE] = { "file", "file", UNIT_TEXT, .flags = KEY },
	[AT_LINE] = { "line", "line", UNIT_NONE, .flags = KEY },
	[AT_MODULE] = { "module", "module", UNIT_TEXT, .flags = KEY },
	[AT_TEMPORARY] = { "temporary_allocations", "temporary", UNIT_COUNT, .priority = 0 },
	[AT_SHARE] = { "temporary_percent", "of its", UNIT_PERCENT, .priority = 2 },
	[AT_CHURN] = { "churned_bytes_per_second", "churn/s", UNIT_BYTES, .priority = 1 },
	[AT_NEAR] = { "temporary_allocations_near", "near", UNIT_COUNT, .priority = 4 },
	[AT_ALLOCATIONS] = { "allocations", "allocs", UNIT_COUNT, .priority = 3 },
	[AT_CHURNED] = { "churned_bytes", "churned", UNIT_BYTES, .priority = 6 },
	[AT_AVERAGE] = { "average_bytes", "average", UNIT_BYTES, .priority = 5 },
	[AT_WHERE] = { "where", "where", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
};

/* What rows can be sorted by. */
static const int sortable[] = { AT_TEMPORARY, AT_CHURN, AT_NEAR, AT_ALLOCATIONS, AT_CHURNED };

#define SORTABLE (sizeof(sortable) / sizeof(*sortable))

struct row {
	const struct group *group;
	uint64_t key;
};

static int sort_column(const char *name, struct diag *diag)
{
	const char *names[SORTABLE + 1] = { NULL };
	int i;

	for (i = 0; i < (int)SORTABLE; i++)
		names[i] = columns[sortable[i]].key;
	i = name ? opt_choose("sort", name, names, diag) : 0;
	return i < 0 ? i : sortable[i];
}

static uint64_t per_second(uint64_t bytes, uint64_t ns)
{
	return ns ? (uint64_t)((double)bytes * 1e9 / (double)ns) : 0;
}

static uint64_t duration(const struct model *model)
{
	if (point_is_range(&model->point))
		return model->point_time - model->from_time;
	if (model->point.kind == POINT_END)
		return model->has_footer ? model->footer.t : model->last_time;
	return model->point_time;
}

/* The numbers of a row; those of people and machines alike. */
static void put_counts(struct doc_cell *cells, const struct counts *c, uint64_t ns)
{
	cells[AT_TEMPORARY] = CELL_U(c->temp0);
	cells[AT_SHARE] = c->allocs ? CELL_R(100.0 * (double)c->temp0 / (double)c->allocs)
				    : CELL_EMPTY;
	cells[AT_CHURN] = CELL_U(per_second(c->freed, ns));
	cells[AT_NEAR] = CELL_U(c->temp1);
	cells[AT_ALLOCATIONS] = CELL_U(c->allocs);
	cells[AT_CHURNED] = CELL_U(c->freed);
	cells[AT_AVERAGE] = c->allocs ? CELL_U(c->bytes / c->allocs) : CELL_EMPTY;
}

static int compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? 1 : -1;
	if (a->group->counts.allocs != b->group->counts.allocs)
		return a->group->counts.allocs < b->group->counts.allocs ? 1 : -1;
	return a->group->node < b->group->node ? -1 : a->group->node > b->group->node;
}

static void put_row(struct doc *doc, struct doc_table *table, struct groups *groups,
		    const struct group *g, uint64_t ns, uint64_t rank)
{
	const struct doc_frame frame = {
		.function = top_place_name(doc, g->function, g->module, g->offset, true),
		.file = g->file,
		.module = g->module,
		.line = g->line,
	};
	struct doc_cell cells[COLUMNS] = {
		[AT_RANK] = CELL_U(rank),	 [AT_FUNCTION] = CELL_T(frame.function),
		[AT_FILE] = CELL_T(g->file),	 [AT_LINE] = g->line ? CELL_U(g->line) : CELL_EMPTY,
		[AT_MODULE] = CELL_T(g->module), [AT_WHERE] = CELL_S(&frame, 1),
	};

	put_counts(cells, &g->counts, ns);
	doc_add_row(doc, table, cells)->detail = top_callers(groups, doc, g);
}

static void put_footer(struct doc *doc, struct doc_table *table, const struct counts *c,
		       uint64_t ns, const char *label)
{
	struct doc_cell cells[COLUMNS] = { [AT_WHERE] = CELL_T(label) };

	put_counts(cells, c, ns);
	doc_add_footer(doc, table, cells);
}

static void add_rows(const struct report_args *args, struct groups *groups, int sort, uint64_t ns,
		     struct doc *doc)
{
	struct doc_table *table = doc_add_table(doc, "temporaries", NULL, columns, COLUMNS);
	struct row *rows = xcalloc(groups->n + 1, sizeof(*rows));
	struct counts other = groups->total;
	size_t n = 0, shown;

	doc->main_table = table->name;
	table->empty = doc_text(doc, "no block was freed here before the next one was allocated");
	for (size_t i = 0; i < groups->n; i++) {
		struct doc_cell cells[COLUMNS] = { CELL_EMPTY };

		put_counts(cells, &groups->v[i].counts, ns);
		if (cells[sort].u)
			rows[n++] = (struct row){ &groups->v[i], cells[sort].u };
	}
	qsort(rows, n, sizeof(*rows), compare);
	shown = args->n && args->n < n ? (size_t)args->n : n;
	for (size_t i = 0; i < shown; i++) {
		put_row(doc, table, groups, rows[i].group, ns, i + 1);
		other.allocs -= rows[i].group->counts.allocs;
		other.bytes -= rows[i].group->counts.bytes;
		other.freed -= rows[i].group->counts.freed;
		other.temp0 -= rows[i].group->counts.temp0;
		other.temp1 -= rows[i].group->counts.temp1;
	}
	if (n && shown < groups->n)
		put_footer(doc, table, &other, ns, doc_textf(doc, "%zu other", groups->n - shown));
	if (n)
		put_footer(doc, table, &groups->total, ns, "total");
	free(rows);
}

static void add_values(const struct groups *groups, uint64_t ns, struct doc *doc)
{
	struct doc_cell cells[COLUMNS] = { CELL_EMPTY };

	put_counts(cells, &groups->total, ns);
	doc_add_value(doc, (struct doc_value){
				   .key = "duration_ns", .unit = UNIT_NS, .cell = CELL_U(ns) });
	for (int i = AT_TEMPORARY; i < AT_WHERE; i++)
		doc_add_value(doc, (struct doc_value){ .key = columns[i].key,
						       .unit = columns[i].unit,
						       .cell = cells[i] });
}

static int temporaries_build(const struct model *model, struct symbols *symbols,
			     const struct report_args *args, struct doc *doc)
{
	const struct temporaries_options *own = args->own;
	int sort = sort_column(args->sort, args->diag);
	struct filters filters = { .n = 0 };
	uint64_t ns = duration(model);
	struct groups groups;
	int err = sort < 0 ? sort : filters_parse(&filters, &args->filters, args->diag);

	if (!err && args->cumulative)
		err = diag_error(args->diag, -EINVAL,
				 "--cumulative goes with top: temporaries are shown where they "
				 "are allocated");
	if (!err && (model->point.kind == POINT_PEAK || point_is_net_only(&model->point)))
		err = diag_error(args->diag, -EINVAL,
				 "of the peak only what lived then is known, not what had been "
				 "freed: other points show temporaries");
	if (!err) {
		groups_build(&groups, model, symbols, choose_kind(own->kind), BY_LINE, false,
			     own->allocator_frames, &filters);
		about_trace(model, doc);
		about_title(model, doc);
		doc->subtitle = doc_text(doc, "blocks that their thread freed before it allocated "
					      "again; churn is all that was freed, per second of "
					      "the run");
		add_rows(args, &groups, sort, ns, doc);
		add_values(&groups, ns, doc);
		about_notes(model, choose_kind(own->kind), doc);
		groups_release(&groups);
	}
	filters_release(&filters);
	return err;
}

const struct report report_temporaries = {
	.name = "temporaries",
	.summary = "where blocks are allocated only to be freed at once",
	.description =
		"Shows the lines whose blocks were freed before the thread allocated again "
		"(temporary), or after just one more allocation (near), with their part of the "
		"line's allocations and their average size. Churn is all bytes of the line that "
		"were freed, per second of the run: the trace counts temporaries, but not their "
		"bytes alone. A buffer that is kept saves these allocations. Sorted by "
		"temporary_allocations, or by churned_bytes_per_second, churned_bytes, "
		"temporary_allocations_near or allocations.",
	.sort_keys = "temporary_allocations|churned_bytes_per_second|churned_bytes|"
		     "temporary_allocations_near|allocations",
	.options = temporaries_options,
	.args_size = sizeof(struct temporaries_options),
	.examples = temporaries_examples,
	.build = temporaries_build,
};
