/* SPDX-License-Identifier: MIT */
/* cases.c - the cases of a run, such as tests: what each took, and the limits it broke. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/spans.h"
#include "reports/about.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/opt.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

static const char *const cases_examples[] = {
	"memprof cases memprof.tests.4242.jsonl",
	"memprof cases traces/ --sort peak_bytes",
	"memprof top memprof.tests.4242.jsonl@case:parser/big_file",
	NULL,
};

enum {
	AT_SUITE,
	AT_NAME,
	AT_CASE,
	AT_PROCESS,
	AT_TIME,
	AT_ALLOCATIONS,
	AT_ALLOCATED,
	AT_GROWTH,
	AT_PEAK,
	AT_STATE,
	COLUMNS
};

static const struct doc_column columns[COLUMNS] = {
	[AT_SUITE] = { "suite", "suite", UNIT_TEXT, .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
	[AT_NAME] = { "name", "name", UNIT_TEXT, .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
	[AT_CASE] = { "case", "case", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
	[AT_PROCESS] = { "pid", "process", UNIT_NONE,
			 .flags = COLUMN_FOR_MACHINES | COLUMN_OF_RUN },
	[AT_TIME] = { "duration_ns", "time", UNIT_NS, .priority = 1 },
	[AT_ALLOCATIONS] = { "allocations", "allocs", UNIT_COUNT, .priority = 3 },
	[AT_ALLOCATED] = { "allocated_bytes", "allocated", UNIT_BYTES, .priority = 4 },
	[AT_GROWTH] = { "growth_bytes", "growth", UNIT_BYTES, .priority = 2 },
	[AT_PEAK] = { "peak_bytes", "peak", UNIT_BYTES, .priority = 0 },
	[AT_STATE] = { "state", "", UNIT_TEXT },
};

/* What rows can be sorted by; without --sort they stay in the order of time. */
static const int sortable[] = { AT_PEAK, AT_GROWTH, AT_TIME, AT_ALLOCATIONS, AT_ALLOCATED };

#define SORTABLE (sizeof(sortable) / sizeof(*sortable))

struct row {
	const struct span *span;
	int64_t key;
};

/* -1 for the order of time. */
static int sort_column(const char *name, struct diag *diag)
{
	const char *names[SORTABLE + 1] = { NULL };
	int i;

	if (!name)
		return -1;
	for (i = 0; i < (int)SORTABLE; i++)
		names[i] = columns[sortable[i]].key;
	i = opt_choose("sort", name, names, diag);
	return i < 0 ? i : sortable[i];
}

static int64_t number(const struct span *span, int column)
{
	const struct model_moment *end = span->end;

	if (column == AT_TIME)
		return (int64_t)(span->to - span->from);
	if (!end)
		return 0;
	switch (column) {
	case AT_ALLOCATIONS:
		return (int64_t)end->allocs;
	case AT_ALLOCATED:
		return (int64_t)end->bytes;
	case AT_GROWTH:
		return (int64_t)(end->bytes - end->freed);
	default:
		return end->peak - (int64_t)end->live;
	}
}

static int compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? 1 : -1;
	return a->span->from < b->span->from ? -1 : a->span->from > b->span->from;
}

/* The limits of the case that did not hold, or how else it was. */
static const char *state_of(const struct model *model, const struct span *span, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;
	const char *state;

	for (size_t i = 0; i < model->n_limits; i++) {
		const struct model_limit *limit = &model->limits[i];

		if (limit->broken && limit->t >= span->from && limit->t <= span->to &&
		    limit->suite && !strcmp(limit->suite, span->suite) &&
		    !strcmp(limit->name, span->name) && !strstr(text.buf, limit->what))
			strbuf_addf(&text, "%s%s", text.len ? ", " : "limit broken: ", limit->what);
	}
	if (!span->end)
		strbuf_addf(&text, "%sdid not end", text.len ? "; " : "");
	state = doc_text(doc, text.buf);
	strbuf_release(&text);
	return state;
}

static void put_row(const struct model *model, const struct span *span, struct doc *doc,
		    struct doc_table *table)
{
	struct doc_cell cells[COLUMNS] = {
		[AT_SUITE] = CELL_T(doc_text(doc, span->suite)),
		[AT_NAME] = CELL_T(doc_text(doc, span->name)),
		[AT_CASE] = CELL_T(doc_textf(doc, "%s/%s", span->suite, span->name)),
		[AT_TIME] = CELL_U(span->to - span->from),
		[AT_STATE] = CELL_T(state_of(model, span, doc)),
	};

	if (span->thread < model->n_threads)
		cells[AT_PROCESS] = CELL_U(
			model->processes[model->threads[span->thread].process].pid);
	for (int i = AT_ALLOCATIONS; span->end && i <= AT_PEAK; i++)
		cells[i] = CELL_I(number(span, i));
	doc_add_row(doc, table, cells);
}

static void add_rows(const struct model *model, const struct report_args *args, int sort,
		     struct doc *doc)
{
	struct doc_table *table = doc_add_table(doc, "cases", NULL, columns, COLUMNS);
	struct span *spans;
	size_t n_spans = spans_build(model, &spans), n = 0, broken = 0;
	struct row *rows = xcalloc(n_spans + 1, sizeof(*rows));

	doc->main_table = table->name;
	table->empty = doc_text(doc, "the run has no cases: memprof_case_begin() and "
				     "memprof_case_end() make them, and <memprof/criterion.h>");
	for (size_t i = 0; i < n_spans; i++)
		if (spans[i].suite)
			rows[n++] = (struct row){ &spans[i],
						  sort < 0 ? 0 : number(&spans[i], sort) };
	qsort(rows, n, sizeof(*rows), compare);
	for (size_t i = 0; i < n && (!args->n || i < (size_t)args->n); i++)
		put_row(model, rows[i].span, doc, table);
	for (size_t i = 0; i < model->n_limits; i++)
		broken += model->limits[i].broken;
	doc_add_value(doc,
		      (struct doc_value){ .key = "cases", .unit = UNIT_COUNT, .cell = CELL_U(n) });
	doc_add_value(doc, (struct doc_value){ .key = "broken_limits",
					       .unit = UNIT_COUNT,
					       .cell = CELL_U(broken) });
	free(rows);
	free(spans);
}

static int cases_build(const struct model *model, struct symbols *symbols,
		       const struct report_args *args, struct doc *doc)
{
	int sort = sort_column(args->sort, args->diag);
	struct strbuf text = STRBUF_INIT;

	(void)symbols;
	if (sort == -EINVAL)
		return sort;
	about_trace(model, doc);
	strbuf_addstr(&text, "memprof cases: ");
	about_program(model, &text);
	doc->title = doc_text(doc, text.buf);
	doc->subtitle = doc_text(doc, "growth is what a case left behind, peak the most it had "
				      "at once beyond what lived before it");
	add_rows(model, args, sort, doc);
	about_notes(model, MP_HEAP, doc);
	strbuf_release(&text);
	return 0;
}

const struct report report_cases = {
	.name = "cases",
	.summary = "cases, such as tests: what each took, and limits it broke",
	.description =
		"Shows each case of the run, a part of it that the program named, such as one test "
		"of a suite: its time, the allocations of the whole process inside, what it left "
		"behind and the most it had at once, and which of the program's own limits it "
		"broke. Suites whose tests run in processes of their own are shown as one when the "
		"trace is a folder. In the order of time, or by --sort peak_bytes, growth_bytes, "
		"duration_ns, allocations or allocated_bytes. A case is also a point of other "
		"reports: TRACE@case:SUITE/NAME.",
	.lacks = REPORT_FILTER | REPORT_CUMULATIVE,
	.examples = cases_examples,
	.build = cases_build,
};
