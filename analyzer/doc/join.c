/* SPDX-License-Identifier: MIT */
/* join.c - rows of two tables that are about the same thing. */
#include "doc/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/map.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* So many pairs of lines of one function are tried to find how far they moved. */
#define PAIRS_MOST 100000

/* How rows are told apart in one pass. */
struct look {
	bool base;	  /* paths by their last part */
	bool no_line;	  /* without columns OF_BUILD */
	bool no_function; /* by file and line alone */
	bool text;	  /* with the text of the line, which must be known */
};

enum pairing { PAIR_IN_ORDER, PAIR_MOVED };

/* A row that has no partner yet. */
struct entry {
	char *key;
	bool is_new;
	int64_t line;
	size_t row;
};

struct join {
	const struct doc_table *tables[2]; /* old, new */
	const struct join_rules *rules;
	size_t *partner;
	bool *taken; /* rows of old */
	struct entry *entries;
	size_t n, alloc, matched;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return path[0] == '/' && slash[1] ? slash + 1 : path;
}

static void add_text(struct strbuf *key, const char *text, bool base)
{
	if (text)
		strbuf_addstr(key, base ? base_name(text) : text);
	strbuf_addch(key, '\1');
}

static void add_stack(struct strbuf *key, const struct doc_cell *cell, const struct look *look)
{
	for (size_t i = 0; i < cell->stack.n; i++) {
		const struct doc_frame *f = &cell->stack.v[i];

		add_text(key, f->function, false);
		add_text(key, f->file, look->base);
		add_text(key, f->module, look->base);
		if (!look->no_line)
			strbuf_addf(key, "%" PRIu32, f->line);
		strbuf_addch(key, '\2');
	}
}

static void add_cell(struct strbuf *key, const struct doc_cell *cell, const struct look *look)
{
	switch (cell->type) {
	case CELL_INT:
		strbuf_addf(key, "%" PRId64, cell->i);
		break;
	case CELL_UINT:
		strbuf_addf(key, "%" PRIu64, cell->u);
		break;
	case CELL_TEXT:
		add_text(key, cell->text, look->base);
		break;
	case CELL_STACK:
		add_stack(key, cell, look);
		break;
	default:
		break;
	}
	strbuf_addch(key, '\3');
}

static bool is_part(const struct join *j, const struct doc_column *column, const struct look *look)
{
	if (!(column->flags & COLUMN_KEY) || (column->flags & COLUMN_OF_RUN && j->rules->other_run))
		return false;
	if (look->no_function && !strcmp(column->key, "function"))
		return false;
	return !look->no_line || !(column->flags & COLUMN_OF_BUILD);
}

static int64_t number(const struct doc_cell *cell)
{
	return cell->type == CELL_UINT || cell->type == CELL_INT ? cell->i : 0;
}

/* The line of a row, or 0. */
static int64_t line_of(const struct doc_table *table, const struct doc_row *row)
{
	for (size_t c = 0; c < table->n_columns; c++)
		if (table->columns[c].flags & COLUMN_OF_BUILD)
			return number(&row->cells[c]);
	return 0;
}

static void add_entry(struct join *j, bool is_new, size_t index, const struct look *look)
{
	const struct doc_table *table = j->tables[is_new];
	const struct doc_row *row = &table->rows[index];
	struct strbuf key = STRBUF_INIT;
	int64_t line = line_of(table, row);

	if ((look->text && !row->detail) || (look->no_function && !line))
		return;
	for (size_t c = 0; c < table->n_columns; c++)
		if (is_part(j, &table->columns[c], look))
			add_cell(&key, &row->cells[c], look);
	if (look->text)
		strbuf_addstr(&key, row->detail);
	XGROW(j->entries, j->n, j->alloc);
	j->entries[j->n++] = (struct entry){
		.key = strbuf_detach(&key, NULL), .is_new = is_new, .line = line, .row = index
	};
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order)
		return order;
	if (a->is_new != b->is_new)
		return a->is_new ? 1 : -1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void match(struct join *j, const struct entry *old, const struct entry *new)
{
	j->partner[new->row] = old->row;
	j->taken[old->row] = true;
	j->matched++;
}

/*
 * How far most lines of a function moved, and together: 0 when as many stayed,
 * or when there are not two to agree.
 */
static int64_t find_move(const struct entry *old, size_t n_old, const struct entry *new,
			 size_t n_new)
{
	struct map votes = MAP_INIT;
	uint64_t most;
	int64_t move = 0;

	if (n_old * n_new > PAIRS_MOST)
		return 0;
	map_put(&votes, 0, 0);
	for (size_t o = 0; o < n_old; o++)
		for (size_t n = 0; n < n_new; n++)
			++*map_at(&votes, (uint64_t)(new[n].line - old[o].line), NULL);
	most = *map_get(&votes, 0);
	most = most > 1 ? most : 1;
	for (size_t o = 0; o < n_old; o++)
		for (size_t n = 0; n < n_new; n++) {
			uint64_t *got = map_get(&votes, (uint64_t)(new[n].line - old[o].line));

			if (*got > most) {
				most = *got;
				move = new[n].line - old[o].line;
			}
		}
	map_release(&votes);
	return move;
}

static void pair_moved(struct join *j, const struct entry *old, size_t n_old,
		       const struct entry *new, size_t n_new)
{
	int64_t move = find_move(old, n_old, new, n_new);

	for (size_t o = 0, n = 0; o < n_old && n < n_new;) {
		int64_t at = old[o].line + move;

		if (at == new[n].line)
			match(j, &old[o++], &new[n++]);
		else if (at < new[n].line)
			o++;
		else
			n++;
	}
}

static void pair_in_order(struct join *j, const struct entry *old, size_t n_old,
			  const struct entry *new, size_t n_new)
{
	for (size_t i = 0; i < n_old && i < n_new; i++)
		match(j, &old[i], &new[i]);
}

/* All rows with one key. */
static void pair_run(struct join *j, const struct entry *run, size_t n, enum pairing pairing)
{
	size_t n_old = 0;

	while (n_old < n && !run[n_old].is_new)
		n_old++;
	if (pairing == PAIR_MOVED)
		pair_moved(j, run, n_old, run + n_old, n - n_old);
	else
		pair_in_order(j, run, n_old, run + n_old, n - n_old);
}

/* Returns how many rows found a partner. */
static size_t pass(struct join *j, struct look look, enum pairing pairing)
{
	size_t before = j->matched;

	j->n = 0;
	for (size_t i = 0; i < j->tables[0]->n_rows; i++)
		if (!j->taken[i])
			add_entry(j, false, i, &look);
	for (size_t i = 0; i < j->tables[1]->n_rows; i++)
		if (j->partner[i] == JOIN_NONE)
			add_entry(j, true, i, &look);
	if (j->n)
		qsort(j->entries, j->n, sizeof(*j->entries), compare);
	for (size_t i = 0, end; i < j->n; i = end) {
		for (end = i + 1; end < j->n && !strcmp(j->entries[i].key, j->entries[end].key);)
			end++;
		pair_run(j, j->entries + i, end - i, pairing);
	}
	for (size_t i = 0; i < j->n; i++)
		free(j->entries[i].key);
	return j->matched - before;
}

static bool has_lines(const struct doc_table *table)
{
	for (size_t c = 0; c < table->n_columns; c++)
		if (table->columns[c].flags & COLUMN_OF_BUILD)
			return true;
	return false;
}

size_t doc_join(const struct doc_table *old, const struct doc_table *new,
		const struct join_rules *rules, size_t *partner)
{
	struct join j = { .tables = { old, new }, .rules = rules, .partner = partner };
	int rounds = rules->other_run || rules->other_build ? 2 : 1;
	size_t by_order = 0;

	j.taken = xcalloc(old->n_rows + 1, sizeof(*j.taken));
	for (size_t i = 0; i < new->n_rows; i++)
		partner[i] = JOIN_NONE;
	for (int base = 0; base < rounds; base++) {
		/* what has no line to move, as a stack, is best met unchanged */
		if (!rules->other_build || !has_lines(new))
			pass(&j, (struct look){ .base = base }, PAIR_IN_ORDER);
		if (!rules->other_build)
			continue;
		pass(&j, (struct look){ .base = base, .no_line = true, .text = true },
		     PAIR_IN_ORDER);
		pass(&j, (struct look){ .base = base, .no_line = true }, PAIR_MOVED);
		pass(&j, (struct look){ .base = base, .no_function = true }, PAIR_IN_ORDER);
		by_order += pass(&j, (struct look){ .base = base, .no_line = true }, PAIR_IN_ORDER);
	}
	free(j.entries);
	free(j.taken);
	return by_order;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Innermost frames first. */
static int compare_stacks(const struct doc_cell *a, const struct doc_cell *b)
{
	for (size_t i = 0; i < a->stack.n && i < b->stack.n; i++) {
		const struct doc_frame *x = &a->stack.v[i], *y = &b->stack.v[i];
		int order = compare_texts(x->file, y->file);

		if (!order && x->line != y->line)
			order = x->line < y->line ? -1 : 1;
		if (!order)
			order = compare_texts(x->function, y->function);
		if (!order)
			order = compare_texts(x->module, y->module);
		if (order)
			return order;
	}
	return a->stack.n < b->stack.n ? -1 : a->stack.n > b->stack.n;
}

static int compare_cells(const struct doc_cell *a, const struct doc_cell *b)
{
	if (a->type == CELL_STACK && b->type == CELL_STACK)
		return compare_stacks(a, b);
	if (a->type == CELL_TEXT || b->type == CELL_TEXT)
		return compare_texts(a->type == CELL_TEXT ? a->text : NULL,
				     b->type == CELL_TEXT ? b->text : NULL);
	return number(a) < number(b) ? -1 : number(a) > number(b);
}

int doc_compare_keys(const struct doc_table *table, const struct doc_cell *a,
		     const struct doc_cell *b)
{
	static const char *const first[] = { "file", "line" };
	int order = 0;

	for (size_t i = 0; i < sizeof(first) / sizeof(*first) && !order; i++) {
		int c = doc_find_column(table, first[i]);

		if (c >= 0)
			order = compare_cells(&a[c], &b[c]);
	}
	for (size_t c = 0; c < table->n_columns && !order; c++)
		if (table->columns[c].flags & COLUMN_KEY)
			order = compare_cells(&a[c], &b[c]);
	return order;
}
