/* SPDX-License-Identifier: MIT */
/* top_rows.c - the rows of the top report: order and table. */
#include "reports/top_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/cxxname.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* rank, the column sorted by, its share; then group columns, counts, where */
#define FIRST_COLUMNS 3
#define MOST_COLUMNS 20

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* The largest first; then what allocated most, then names, for the same order every time. */
static int compare(const void *left, const void *right, void *top_arg)
{
	const struct group *a = *(const struct group *const *)left;
	const struct group *b = *(const struct group *const *)right;
	const struct top *top = top_arg;
	int64_t (*get)(const struct counts *c) = top_sort_keys[top->sort].get;
	int order;

	if (get(&a->counts) != get(&b->counts))
		return get(&a->counts) < get(&b->counts) ? 1 : -1;
	if (a->counts.bytes != b->counts.bytes)
		return a->counts.bytes < b->counts.bytes ? 1 : -1;
	if (a->counts.allocs != b->counts.allocs)
		return a->counts.allocs < b->counts.allocs ? 1 : -1;
	if ((order = compare_text(a->file, b->file)) ||
	    (order = compare_text(a->function, b->function)))
		return order;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if ((order = compare_text(a->name, b->name)))
		return order;
	return a->node < b->node ? -1 : a->node > b->node;
}

/* Did anything happen to the group?  At a single point all that is known counts. */
static bool has_changed(const struct counts *c)
{
	return c->allocs || c->bytes || c->frees || c->freed;
}

void top_order(struct top *top, uint64_t n)
{
	struct groups *groups = top->groups;

	top->n = 0;
	top->order = xreallocarray(NULL, groups->n, sizeof(*top->order));
	for (size_t i = 0; i < groups->n; i++)
		if (!top->range || has_changed(&groups->v[i].counts))
			top->order[top->n++] = &groups->v[i];
	if (top->n)
		qsort_r(top->order, top->n, sizeof(*top->order), compare, top);
	top->shown = n && n < top->n ? (size_t)n : top->n;
}

struct doc_cell top_cell(const struct top *top, int column, const struct counts *c)
{
	bool named = top->groups->by == BY_REGION || top->groups->by == BY_CASE;

	if (!top_is_known(column, &top->groups->model->point) ||
	    (named && (top_sort_keys[column].of_peak || column == MEASURE_TEMPORARY)))
		return CELL_EMPTY;
	return CELL_I(top_sort_keys[column].get(c));
}

/* The columns and one row's cells, built side by side. */
struct line {
	struct doc_column columns[MOST_COLUMNS];
	struct doc_cell cells[MOST_COLUMNS];
	size_t n;
};

static void put(struct line *line, struct doc_column column, struct doc_cell cell)
{
	line->columns[line->n] = column;
	line->cells[line->n++] = cell;
}

const char *top_place_name(struct doc *doc, const char *function, const char *module,
			   uint64_t offset, bool with_offset)
{
	if (function && (!with_offset || !offset))
		return function;
	if (function)
		return doc_textf(doc, "%s+0x%" PRIx64, function, offset);
	if (module)
		return doc_textf(doc, "%s+0x%" PRIx64, path_last(module), offset);
	return doc_textf(doc, "0x%" PRIx64, offset);
}

/* All frames of a stack from where it starts for a reader. */
static struct doc_cell stack_cell(const struct top *top, struct doc *doc, uint32_t node,
				  struct doc_frame **room)
{
	const struct model *model = top->groups->model;
	size_t n = 0, alloc = 0, i;
	const struct place *place = places_start(&top->groups->places, &node, &i);

	for (; place; i = 0) {
		for (; i < place->n; i++) {
			const struct frame *f = &place->frames[i];

			XGROW(*room, n, alloc);
			(*room)[n++] = (struct doc_frame){
				.function = top_place_name(doc, f->function, f->module, f->offset,
							   false),
				.file = f->file,
				.module = f->module,
				.line = f->line,
			};
		}
		node = model->nodes[node].parent;
		place = places_of(&top->groups->places, node);
	}
	return CELL_S(*room, n);
}

static const char *thread_name(const struct top *top, uint32_t thread)
{
	const struct model *model = top->groups->model;

	return thread < model->n_threads ? model->threads[thread].name : "(not known by thread)";
}

static const char *process_name(const struct model *model, uint32_t process)
{
	const struct model_process *p = &model->processes[process];

	return process >= model->n_processes ? "" : *p->exe ? path_last(p->exe) : p->path;
}

/* What the row stands for, column by column, as the grouping needs them. */
static void put_identity(const struct top *top, struct line *line, struct doc *doc,
			 const struct group *g, struct doc_frame **room)
{
	const struct model *model = top->groups->model;
	enum group_by by = top->groups->by;
	unsigned int flags = COLUMN_KEY | COLUMN_FOR_MACHINES;
	const char *function = NULL;

	if (by == BY_LINE || by == BY_FUNCTION) {
		function = top_place_name(doc, g->function, g->module, g->offset, by == BY_LINE);
		put(line, (struct doc_column){ "function", "function", UNIT_TEXT, .flags = flags },
		    CELL_T(function));
	}
	if (by <= BY_FUNCTION)
		put(line, (struct doc_column){ "file", "file", UNIT_TEXT, .flags = flags },
		    CELL_T(g->file));
	if (by == BY_LINE)
		put(line,
		    (struct doc_column){ "line", "line", UNIT_NONE,
					 .flags = flags | COLUMN_OF_BUILD },
		    g->line ? CELL_U(g->line) : CELL_EMPTY);
	if (by <= BY_MODULE)
		put(line, (struct doc_column){ "module", "module", UNIT_TEXT, .flags = flags },
		    CELL_T(g->module));
	if (by == BY_STACK)
		put(line, (struct doc_column){ "stack", "stack", UNIT_TEXT, .flags = flags },
		    stack_cell(top, doc, g->node, room));
	if (by == BY_THREAD) {
		put(line, (struct doc_column){ "thread", "thread", UNIT_TEXT, .flags = flags },
		    CELL_T(thread_name(top, g->thread)));
		put(line,
		    (struct doc_column){ "tid", "tid", UNIT_NONE, .flags = flags | COLUMN_OF_RUN },
		    g->thread < model->n_threads ? CELL_U(model->threads[g->thread].tid)
						 : CELL_EMPTY);
	}
	if (by >= BY_REGION)
		put(line,
		    (struct doc_column){ by == BY_REGION ? "region"
					 : by == BY_CASE ? "case"
							 : "size",
					 by == BY_REGION ? "region"
					 : by == BY_CASE ? "case"
							 : "size",
					 UNIT_TEXT, .flags = flags },
		    CELL_T(g->name));
	if (by == BY_PROCESS) {
		put(line, (struct doc_column){ "process", "process", UNIT_TEXT, .flags = flags },
		    CELL_T(doc_text(doc, process_name(model, g->process))));
		put(line,
		    (struct doc_column){ "pid", "pid", UNIT_NONE, .flags = flags | COLUMN_OF_RUN },
		    g->process < model->n_processes ? CELL_U(model->processes[g->process].pid)
						    : CELL_EMPTY);
	}
}

/* The same for people: one column at the end. */
static void put_where(const struct top *top, struct line *line, struct doc *doc,
		      const struct group *g, struct doc_frame **room)
{
	struct doc_column where = { "where", "where", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE };
	const struct model *model = top->groups->model;

	switch (top->groups->by) {
	case BY_STACK:
		put(line, where, line->cells[FIRST_COLUMNS]);
		return;
	case BY_THREAD:
		put(line, where,
		    g->thread < model->n_threads ? CELL_T(doc_textf(doc, "%s (tid %" PRIu64 ")",
								    thread_name(top, g->thread),
								    model->threads[g->thread].tid))
						 : CELL_T(thread_name(top, g->thread)));
		return;
	case BY_PROCESS:
		put(line, where,
		    g->process >= model->n_processes
			    ? CELL_T("")
			    : CELL_T(doc_textf(doc, "%s (pid %" PRIu64 ") %s",
					       process_name(model, g->process),
					       model->processes[g->process].pid,
					       model->processes[g->process].command)));
		return;
	case BY_REGION:
	case BY_CASE:
	case BY_SIZE:
		put(line, where, CELL_T(g->name));
		return;
	case BY_MODULE:
		put(line, where, CELL_T(g->module ? g->module : "(no module)"));
		return;
	case BY_FILE:
		put(line, where,
		    g->file ? CELL_T(g->file)
			    : CELL_T(doc_textf(doc, "(no file known in %s)",
					       g->module ? path_last(g->module) : "any module")));
		return;
	default:
		*room = xmalloc(sizeof(**room));
		**room = (struct doc_frame){
			.function = top_place_name(doc, g->function, g->module, g->offset,
						   top->groups->by == BY_LINE),
			.file = g->file,
			.module = g->module,
			.line = g->line,
		};
		put(line, where, CELL_S(*room, 1));
	}
}

static double share(const struct top *top, const struct counts *c)
{
	int64_t (*get)(const struct counts *counts) = top_sort_keys[top->sort].get;
	int64_t all = get(&top->groups->total);

	return all ? 100.0 * (double)get(c) / (double)all : 0;
}

static const char *column_title(const struct top *top, int column)
{
	return top->range && column == MEASURE_LIVE_BYTES ? "growth" : top_sort_keys[column].title;
}

/* Columns for people come first: the rank, what is sorted by, its share. */
static void put_first(const struct top *top, struct line *line, const struct counts *c,
		      struct doc_cell rank)
{
	const struct top_sort_key *key = &top_sort_keys[top->sort];

	put(line, (struct doc_column){ "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE }, rank);
	put(line,
	    (struct doc_column){ "sorted", column_title(top, top->sort), key->unit,
				 .flags = COLUMN_FOR_PEOPLE },
	    CELL_I(key->get(c)));
	put(line,
	    (struct doc_column){ "share", "%", UNIT_PERCENT, .flags = COLUMN_FOR_PEOPLE,
				 .priority = 1 },
	    CELL_R(share(top, c)));
}

static void put_counts(const struct top *top, struct line *line, const struct counts *c)
{
	for (int i = 0; i < MEASURES; i++) {
		const struct top_sort_key *key = &top_sort_keys[i];

		put(line,
		    (struct doc_column){ key->key, column_title(top, i), key->unit,
					 .flags = i == top->sort ? COLUMN_FOR_MACHINES : 0,
					 .priority = key->priority, .count = key->count },
		    top_cell(top, i, c));
	}
}

/* The line borrows `room`, for the frames in it; free it after doc_add_row() copied them. */
static void make_line(const struct top *top, struct line *line, struct doc *doc,
		      const struct group *g, uint64_t rank, struct doc_frame **room)
{
	line->n = 0;
	put_first(top, line, &g->counts, CELL_U(rank));
	put_identity(top, line, doc, g, room);
	put_counts(top, line, &g->counts);
	put_where(top, line, doc, g, room);
}

/* Callers named for a row that has no name. */
#define CALLERS 2

const char *top_callers(struct groups *groups, struct doc *doc, const struct group *g)
{
	const struct model *model = groups->model;
	uint32_t node = g->node < model->n_nodes ? g->node : 0;
	struct strbuf text = STRBUF_INIT;
	const char *kept = NULL;
	int n = 0;

	if (groups->by != BY_LINE || g->function)
		return NULL;
	for (; node && n < CALLERS; node = model->nodes[node].parent) {
		const struct place *place = places_of(&groups->places, node);

		if (model->nodes[node].kind == FRAME_TRUNCATED)
			break;
		for (size_t i = 0; place && i < place->n && n < CALLERS; i++) {
			if (!place->frames[i].function || i < place->skip)
				continue;
			strbuf_addstr(&text, n++ ? " < " : "called by ");
			cxx_add_short(&text, place->frames[i].function);
		}
	}
	if (n)
		kept = doc_text(doc, text.buf);
	strbuf_release(&text);
	return kept;
}

static void add_footer_row(const struct top *top, struct doc *doc, struct doc_table *table,
			   const struct counts *c, const char *label)
{
	struct doc_cell cells[MOST_COLUMNS] = { CELL_EMPTY };
	struct line line = { .n = 0 };

	put_first(top, &line, c, CELL_EMPTY);
	memcpy(cells, line.cells, FIRST_COLUMNS * sizeof(*cells));
	line.n = 0;
	put_counts(top, &line, c);
	memcpy(cells + table->n_columns - 1 - MEASURES, line.cells, MEASURES * sizeof(*cells));
	cells[table->n_columns - 1] = CELL_T(label);
	doc_add_footer(doc, table, cells);
}

/* "47 other", where rows are parts of a whole, and the total: for people. */
static void add_footer(const struct top *top, struct doc *doc, struct doc_table *table)
{
	const struct groups *groups = top->groups;
	struct counts other = { 0 };

	for (size_t i = top->shown; i < top->n; i++)
		counts_add(&other, &top->order[i]->counts);
	if (!groups->cumulative && top->shown < top->n)
		add_footer_row(top, doc, table, &other,
			       doc_textf(doc, "%zu other", top->n - top->shown));
	add_footer_row(top, doc, table, &groups->total, "total");
}

struct doc_table *top_add_table(const struct top *top, struct doc *doc)
{
	static const struct group none = { .thread = MODEL_NO_THREAD };
	struct doc_table *table;
	struct line line;
	struct doc_frame *room = NULL;

	/* the shape of the table does not depend on there being rows */
	make_line(top, &line, doc, top->groups->n ? &top->groups->v[0] : &none, 1, &room);
	free(room);
	table = doc_add_table(doc, "sites", NULL, line.columns, line.n);
	for (size_t i = 0; i < top->shown; i++) {
		struct doc_row *row;

		room = NULL;
		make_line(top, &line, doc, top->order[i], i + 1, &room);
		row = doc_add_row(doc, table, line.cells);
		row->detail = top_callers(top->groups, doc, top->order[i]);
		free(room);
	}
	table->size = top_sort_keys[top->sort].key;
	if (table->n_rows)
		add_footer(top, doc, table);
	return table;
}
