/* SPDX-License-Identifier: MIT */
/*
 * tracemalloc.c - rows of places exactly as Python's tracemalloc prints its
 * statistics, or their differences: by line, by file, or by stack, of which it
 * prints the oldest frame.  Places are one when file and line are.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"
#include "util/xalloc.h"

/* A frame tracemalloc knows nothing of. */
#define UNKNOWN "<unknown>"

/* Columns by index, -1 for those that are not there. */
struct shape {
	const struct doc_table *table;
	int file, line, stack, size, size_diff, count, count_diff;
};

struct statistic {
	const char *file;
	uint32_t line;
	const struct doc_cell *stack; /* NULL: the frame above is all */
	int64_t size, size_diff, count, count_diff;
};

static int find_diff(const struct doc_table *table, int column)
{
	struct strbuf key = STRBUF_INIT;
	int found;

	strbuf_addf(&key, "%s_diff", table->columns[column].key);
	found = doc_find_column(table, key.buf);
	strbuf_release(&key);
	return found;
}

static bool find_shape(const struct doc *doc, struct shape *s)
{
	const struct doc_table *table = doc->main_table ? doc_find_table(doc, doc->main_table)
							: NULL;

	if (!table || !table->size)
		return false;
	*s = (struct shape){
		.table = table,
		.file = doc_find_column(table, "file"),
		.line = doc_find_column(table, "line"),
		.stack = doc_find_column(table, "stack"),
		.size = doc_find_column(table, table->size),
	};
	if (s->size < 0 || table->columns[s->size].unit != UNIT_BYTES ||
	    !table->columns[s->size].count)
		return false;
	s->count = doc_find_column(table, table->columns[s->size].count);
	if (s->count < 0)
		return false;
	s->size_diff = find_diff(table, s->size);
	s->count_diff = find_diff(table, s->count);
	/* of functions and the like there is no line */
	return s->stack >= 0 ||
	       (s->file >= 0 && (s->line >= 0 || doc_find_column(table, "function") < 0));
}

static bool fits(const struct doc *doc)
{
	struct shape shape;

	return find_shape(doc, &shape);
}

static int64_t number(const struct doc_row *row, int column)
{
	return column < 0 || row->cells[column].type == CELL_NONE ? 0 : row->cells[column].i;
}

/* The oldest frame that has a file. */
static void oldest(const struct doc_cell *stack, struct statistic *to)
{
	for (size_t i = stack->stack.n; i-- > 0;)
		if (stack->stack.v[i].file) {
			to->file = stack->stack.v[i].file;
			to->line = stack->stack.v[i].line;
			return;
		}
}

static struct statistic statistic_of(const struct shape *s, const struct doc_row *row)
{
	struct statistic st = {
		.file = UNKNOWN,
		.size = number(row, s->size),
		.size_diff = number(row, s->size_diff),
		.count = number(row, s->count),
		.count_diff = number(row, s->count_diff),
	};

	if (s->stack >= 0) {
		st.stack = &row->cells[s->stack];
		if (st.stack->type == CELL_STACK)
			oldest(st.stack, &st);
	} else if (row->cells[s->file].type == CELL_TEXT && row->cells[s->file].text) {
		st.file = row->cells[s->file].text;
		st.line = s->line < 0 ? 0 : (uint32_t)number(row, s->line);
	}
	return st;
}

static int compare_frames(const char *file_a, uint32_t line_a, const char *file_b, uint32_t line_b)
{
	int order = strcmp(file_a ? file_a : UNKNOWN, file_b ? file_b : UNKNOWN);

	return order ? order : line_a < line_b ? -1 : line_a > line_b;
}

/* As tuples of frames, the oldest first. */
static int compare_places(const struct statistic *a, const struct statistic *b)
{
	size_t n = a->stack ? a->stack->stack.n : 0, m = b->stack ? b->stack->stack.n : 0;

	if (!a->stack || !b->stack)
		return compare_frames(a->file, a->line, b->file, b->line);
	for (size_t i = 1; i <= n && i <= m; i++) {
		const struct doc_frame *x = &a->stack->stack.v[n - i],
				       *y = &b->stack->stack.v[m - i];
		int order = compare_frames(x->file, x->line, y->file, y->line);

		if (order)
			return order;
	}
	return n < m ? -1 : n > m;
}

static int by_place(const void *a, const void *b)
{
	return compare_places(a, b);
}

static int64_t absolute(int64_t n)
{
	return n < 0 ? -n : n;
}

/* Descending by (|size_diff|, size, |count_diff|, count, place); the diffs are 0 without a diff. */
static int by_size(const void *left, const void *right)
{
	const struct statistic *a = left, *b = right;
	const int64_t x[] = { absolute(a->size_diff), a->size, absolute(a->count_diff), a->count };
	const int64_t y[] = { absolute(b->size_diff), b->size, absolute(b->count_diff), b->count };

	for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? 1 : -1;
	return compare_places(b, a);
}

static size_t merge(struct statistic *v, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof(*v), by_place);
	for (size_t i = 0; i < n; i++) {
		if (!kept || compare_places(&v[kept - 1], &v[i])) {
			v[kept++] = v[i];
			continue;
		}
		v[kept - 1].size += v[i].size;
		v[kept - 1].size_diff += v[i].size_diff;
		v[kept - 1].count += v[i].count;
		v[kept - 1].count_diff += v[i].count_diff;
	}
	return kept;
}

/* What holds nothing is no statistic. */
static size_t drop_empty(struct statistic *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].size || v[i].count || v[i].size_diff || v[i].count_diff)
			v[kept++] = v[i];
	return kept;
}

static void put_size(struct sink *out, double size, bool sign)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };

	for (int i = 0;; i++) {
		double abs = size < 0 ? -size : size;
		int decimals = abs < 100 && i > 0 ? 1 : 0;

		if (decimals || abs < 10 * 1024 || i == 4) {
			sink_printf(out, sign ? "%+.*f %s" : "%.*f %s", decimals, size, units[i]);
			return;
		}
		size /= 1024;
	}
}

static void put_statistic(struct sink *out, const struct shape *s, const struct statistic *st)
{
	struct strbuf file = STRBUF_INIT;

	utf8_add_clean(&file, st->file);
	sink_printf(out, "%s:%" PRIu32 ": size=", file.len ? file.buf : "", st->line);
	strbuf_release(&file);
	put_size(out, (double)st->size, false);
	if (s->size_diff >= 0) {
		sink_puts(out, " (");
		put_size(out, (double)st->size_diff, true);
		sink_putc(out, ')');
	}
	sink_printf(out, ", count=%" PRId64, st->count);
	if (s->count_diff >= 0)
		sink_printf(out, " (%+" PRId64 ")", st->count_diff);
	if (st->count) {
		sink_puts(out, ", average=");
		put_size(out, (double)st->size / (double)st->count, false);
	}
	sink_putc(out, '\n');
}

static void write_tracemalloc(const struct doc *doc, const struct term *term, struct sink *out)
{
	struct statistic *v;
	struct shape s;
	size_t n;

	(void)term;
	if (!find_shape(doc, &s))
		return;
	n = s.table->n_rows;
	v = xcalloc(n + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = statistic_of(&s, &s.table->rows[i]);
	n = drop_empty(v, merge(v, n));
	if (n)
		qsort(v, n, sizeof(*v), by_size);
	for (size_t i = 0; i < n; i++)
		put_statistic(out, &s, &v[i]);
	free(v);
}

const struct renderer render_tracemalloc = {
	.name = "tracemalloc",
	.summary = "top or diff by line, file or stack as Python's tracemalloc prints it",
	.fits = fits,
	.write = write_tracemalloc,
};
