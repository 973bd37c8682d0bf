/* SPDX-License-Identifier: MIT */
/* compare_rows.c - the rows of two tables, matched, subtracted and ordered. */
#include "doc/compare_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* Columns for people that come first: rank, change, was, now, change of the count. */
enum { FIRST_RANK, FIRST_CHANGE, FIRST_WAS, FIRST_NOW, FIRST_COUNT, FIRST_COLUMNS };

/* One row of the result: a pair, or one that is only in one of them. */
struct change {
	const struct doc_row *old, *new;
	double size, size_diff, count, count_diff;
};

struct work {
	const struct doc_table *old, *new;
	struct doc *out;
	int size, count; /* indices of columns, or -1 */
	struct change *changes;
	size_t n;
};

static bool same_columns(const struct doc_table *a, const struct doc_table *b)
{
	if (a->n_columns != b->n_columns)
		return false;
	for (size_t c = 0; c < a->n_columns; c++)
		if (strcmp(a->columns[c].key, b->columns[c].key))
			return false;
	return true;
}

static bool is_measure(const struct doc_column *column)
{
	return !(column->flags & (COLUMN_KEY | COLUMN_FOR_PEOPLE)) && column->unit != UNIT_TEXT &&
	       column->unit != UNIT_ADDRESS;
}

static int first_measure(const struct doc_table *table)
{
	for (size_t c = 0; c < table->n_columns; c++)
		if (is_measure(&table->columns[c]))
			return (int)c;
	return -1;
}

/* 0 of what the other row has. */
static struct doc_cell nothing_of(const struct doc_cell *cell)
{
	switch (cell->type) {
	case CELL_INT:
		return CELL_I(0);
	case CELL_UINT:
		return CELL_U(0);
	case CELL_REAL:
		return CELL_R(0);
	default:
		return CELL_EMPTY;
	}
}

static struct doc_cell cell_of(const struct doc_row *row, const struct doc_row *other, size_t c)
{
	return row ? row->cells[c] : nothing_of(&other->cells[c]);
}

static void measure(const struct change *change, int column, double *now, double *diff)
{
	struct doc_cell old, new, d;

	*now = *diff = 0;
	if (column < 0)
		return;
	old = cell_of(change->old, change->new, (size_t)column);
	new = cell_of(change->new, change->old, (size_t)column);
	d = compare_cell(&old, &new);
	doc_cell_number(&new, now);
	doc_cell_number(&d, diff);
}

static void add_change(struct work *w, const struct doc_row *old, const struct doc_row *new)
{
	struct change *change = &w->changes[w->n++];

	*change = (struct change){ .old = old, .new = new };
	measure(change, w->size, &change->size, &change->size_diff);
	measure(change, w->count, &change->count, &change->count_diff);
}

static double absolute(double x)
{
	return x < 0 ? -x : x;
}

/* tracemalloc's order, the largest first. */
static int compare(const void *left, const void *right, void *work)
{
	const struct change *a = left, *b = right;
	const struct work *w = work;
	const double x[] = { absolute(a->size_diff), a->size, absolute(a->count_diff), a->count };
	const double y[] = { absolute(b->size_diff), b->size, absolute(b->count_diff), b->count };

	for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++)
		if (x[i] < y[i] || x[i] > y[i])
			return x[i] < y[i] ? 1 : -1;
	return doc_compare_keys(w->new, (b->new ? b->new : b->old)->cells,
				(a->new ? a->new : a->old)->cells);
}

static void make_changes(struct work *w, const struct join_rules *rules, struct compared *compared)
{
	size_t *partner = xcalloc(w->new->n_rows + 1, sizeof(*partner));
	bool *taken = xcalloc(w->old->n_rows + 1, sizeof(*taken));

	w->changes = xcalloc(w->new->n_rows + w->old->n_rows + 1, sizeof(*w->changes));
	compared->by_order = doc_join(w->old, w->new, rules, partner);
	for (size_t i = 0; i < w->new->n_rows; i++) {
		bool found = partner[i] != JOIN_NONE;

		if (found)
			taken[partner[i]] = true;
		compared->fresh += !found;
		add_change(w, found ? &w->old->rows[partner[i]] : NULL, &w->new->rows[i]);
	}
	for (size_t i = 0; i < w->old->n_rows; i++)
		if (!taken[i]) {
			add_change(w, &w->old->rows[i], NULL);
			compared->gone++;
		}
	compared->rows = w->n;
	for (size_t i = 0; i < w->n; i++)
		compared->changed += w->changes[i].size_diff != 0;
	qsort_r(w->changes, w->n, sizeof(*w->changes), compare, w);
	free(partner);
	free(taken);
}

/* Columns and the cells of one row, built side by side. */
struct line {
	struct doc_column *columns;
	struct doc_cell *cells;
	size_t n;
};

static void put(struct line *line, struct doc_column column, struct doc_cell cell)
{
	line->columns[line->n] = column;
	line->cells[line->n++] = cell;
}

static void put_first(const struct work *w, struct line *line, struct doc_cell rank,
		      struct doc_cell old, struct doc_cell now, struct doc_cell count_diff)
{
	const struct doc_column *size = &w->new->columns[w->size];
	const unsigned int people = COLUMN_FOR_PEOPLE;

	put(line, (struct doc_column){ "rank", "#", UNIT_NONE, .flags = people }, rank);
	put(line,
	    (struct doc_column){ "change", "change", size->unit, .flags = people | COLUMN_SIGNED },
	    compare_cell(&old, &now));
	put(line, (struct doc_column){ "was", "was", size->unit, .flags = people, .priority = 2 },
	    old);
	put(line, (struct doc_column){ "now", "now", size->unit, .flags = people }, now);
	put(line,
	    (struct doc_column){ "count_change",
				 w->count < 0 ? "count" : w->new->columns[w->count].title,
				 UNIT_COUNT, .flags = people | COLUMN_SIGNED, .priority = 1 },
	    count_diff);
}

/* The column of the report and, where it is a number, its difference. */
static void put_column(const struct work *w, struct line *line, const struct change *change,
		       size_t c)
{
	struct doc_column column = w->new->columns[c];
	struct doc_cell old = cell_of(change->old, change->new, c);
	struct doc_cell new = cell_of(change->new, change->old, c);

	if (!is_measure(&column)) {
		/* ranks and shares of one side say nothing of a change */
		if (column.unit == UNIT_TEXT || column.flags & COLUMN_KEY)
			put(line, column, change->new ? new : old);
		return;
	}
	column.flags |= COLUMN_FOR_MACHINES;
	put(line, column, new);
	column.key = doc_textf(w->out, "%s_diff", column.key);
	put(line, column, compare_cell(&old, &new));
}

static void make_line(const struct work *w, struct line *line, const struct change *change,
		      uint64_t rank)
{
	struct doc_cell size[] = { cell_of(change->old, change->new, (size_t)w->size),
				   cell_of(change->new, change->old, (size_t)w->size) };
	struct doc_cell count = CELL_EMPTY;

	if (w->count >= 0)
		count = CELL_I((int64_t)change->count_diff);
	line->n = 0;
	put_first(w, line, CELL_U(rank), size[0], size[1], count);
	for (size_t c = 0; c < w->new->n_columns; c++)
		put_column(w, line, change, c);
}

/* A row for people: its sums, and what they are of in the last column. */
static void add_footer(const struct work *w, struct doc_table *table, struct line *line,
		       const double sums[3], const char *label)
{
	size_t last = table->n_columns - 1;

	line->n = 0;
	put_first(w, line, CELL_EMPTY, CELL_I((int64_t)sums[0]), CELL_I((int64_t)sums[1]),
		  w->count < 0 ? CELL_EMPTY : CELL_I((int64_t)sums[2]));
	for (size_t c = FIRST_COLUMNS; c < last; c++)
		line->cells[c] = CELL_EMPTY;
	line->cells[last] = CELL_T(label);
	doc_add_footer(w->out, table, line->cells);
}

static void add_footers(const struct work *w, struct doc_table *table, struct line *line,
			size_t shown)
{
	double other[3] = { 0 }, all[3] = { 0 };

	if (table->columns[table->n_columns - 1].unit != UNIT_TEXT)
		return;
	for (size_t i = 0; i < w->n; i++) {
		const struct change *change = &w->changes[i];
		const double row[] = { change->size - change->size_diff, change->size,
				       change->count_diff };

		for (int k = 0; k < 3; k++) {
			all[k] += row[k];
			other[k] += i >= shown ? row[k] : 0;
		}
	}
	if (shown < w->n)
		add_footer(w, table, line, other, doc_textf(w->out, "%zu other", w->n - shown));
	add_footer(w, table, line, all, "total");
}

static void add_table(const struct work *w, const struct compare_how *how, size_t wanted)
{
	size_t most = FIRST_COLUMNS + 2 * w->new->n_columns;
	struct line line = { xcalloc(most, sizeof(*line.columns)),
			     xcalloc(most, sizeof(*line.cells)), 0 };
	struct doc_cell *none = xcalloc(w->new->n_columns + 1, sizeof(*none));
	const struct doc_row empty = { .cells = none };
	const struct change shape = { .old = &empty, .new = &empty };
	struct doc_table *table;
	size_t shown = 0;

	make_line(w, &line, w->n ? &w->changes[0] : &shape, 1);
	table = doc_add_table(w->out, w->new->name, NULL, line.columns, line.n);
	table->size = doc_text(w->out, w->new->columns[w->size].key);
	table->empty = "nothing changed";
	for (; shown < wanted; shown++) {
		const struct change *change = &w->changes[shown];
		struct doc_row *row;

		make_line(w, &line, change, shown + 1);
		row = doc_add_row(w->out, table, line.cells);
		row->detail = doc_text(w->out, (change->new ? change->new : change->old)->detail);
	}
	if (how->parts && table->n_rows)
		add_footers(w, table, &line, shown);
	w->out->main_table = table->name;
	free(line.columns);
	free(line.cells);
	free(none);
}

int compare_rows(const struct doc_table *old, const struct doc_table *new,
		 const struct compare_how *how, struct doc *out, struct compared *compared,
		 struct diag *diag)
{
	struct work w = { .old = old, .new = new, .out = out, .count = -1 };
	const char *size = how->size ? how->size : new->size;
	size_t wanted;

	if (!same_columns(old, new))
		return diag_error(diag, -EINVAL, "the two reports have not the same columns");
	w.size = size ? doc_find_column(new, size) : first_measure(new);
	if (w.size < 0 || !is_measure(&new->columns[w.size]))
		return diag_error(diag, -EINVAL, "there is no number '%s' to compare",
				  size ? size : "of any name");
	if (new->columns[w.size].count)
		w.count = doc_find_column(new, new->columns[w.size].count);
	compared->size = new->columns[w.size].key;
	make_changes(&w, &how->rules, compared);
	wanted = how->all ? w.n : compared->changed;
	if (how->n && how->n < wanted)
		wanted = (size_t)how->n;
	add_table(&w, how, wanted);
	free(w.changes);
	return 0;
}
