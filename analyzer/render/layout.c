/* SPDX-License-Identifier: MIT */
/* layout.c - a table laid out for a terminal.  Knows nothing of reports. */
#include "render/layout.h"

#include <inttypes.h>
#include <stdlib.h>

#include "render/shorten.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define TAB 4
#define MARGIN 2     /* spaces at the left, and between columns */
#define FLEX_WANT 44 /* drop columns until the flexible one has this much of what it needs */
#define FLEX_LEAST 12
#define STACK_HEAD 40 /* frames of a stack shown from its inner end ... */
#define STACK_TAIL 8  /* ... and from its outer one */

/* How one column is shown. */
struct shown {
	bool on, right;
	int width;
};

struct layout {
	const struct doc_table *table;
	const struct term *term;
	struct sink *sink;
	struct shown *columns;
	int flex;    /* index of the column that takes what is left, or -1 */
	int flex_at; /* where it starts */
};

static void add_number(struct strbuf *out, int64_t i, enum doc_unit unit)
{
	switch (unit) {
	case UNIT_BYTES:
		units_add_signed(out, i, units_add_bytes);
		break;
	case UNIT_COUNT:
		units_add_signed(out, i, units_add_count);
		break;
	case UNIT_NS:
		units_add_signed(out, i, units_add_ns);
		break;
	case UNIT_PERCENT:
		units_add_percent(out, (double)i);
		break;
	case UNIT_ADDRESS:
		strbuf_addf(out, "0x%" PRIx64, (uint64_t)i);
		break;
	default:
		strbuf_addf(out, "%" PRId64, i);
	}
}

/* Tabs become spaces: a column has no tab stops but its own. */
static void add_text(struct strbuf *out, const char *text)
{
	struct strbuf plain = STRBUF_INIT;

	for (; text && *text; text++)
		if (*text == '\t')
			strbuf_addchars(&plain, ' ', TAB - plain.len % TAB);
		else
			strbuf_addch(&plain, *text);
	utf8_add_clean(out, plain.buf);
	strbuf_release(&plain);
}

void layout_cell(struct strbuf *out, const struct doc_cell *cell, enum doc_unit unit)
{
	switch (cell->type) {
	case CELL_INT:
		add_number(out, cell->i, unit);
		break;
	case CELL_UINT:
		if (cell->u > INT64_MAX && unit == UNIT_BYTES)
			units_add_bytes(out, cell->u);
		else if (cell->u > INT64_MAX && unit != UNIT_ADDRESS)
			units_add_count(out, cell->u);
		else
			add_number(out, (int64_t)cell->u, unit);
		break;
	case CELL_REAL:
		if (unit == UNIT_PERCENT)
			units_add_percent(out, cell->r);
		else
			strbuf_addf(out, "%.6g", cell->r);
		break;
	case CELL_TEXT:
		add_text(out, cell->text);
		break;
	default:
		break;
	}
}

void layout_column_cell(struct strbuf *out, const struct doc_cell *cell,
			const struct doc_column *column)
{
	if ((column->flags & COLUMN_SIGNED) &&
	    ((cell->type == CELL_INT && cell->i > 0) || (cell->type == CELL_REAL && cell->r > 0)))
		strbuf_addch(out, '+');
	layout_cell(out, cell, column->unit);
}

/* Columns a cell would like to have. */
static int natural_width(const struct doc_cell *cell, const struct doc_column *column,
			 struct strbuf *scratch)
{
	struct strbuf where = STRBUF_INIT;
	int width = 0;

	if (column->flags & COLUMN_HEAT)
		return 1;

	strbuf_clear(scratch);
	if (cell->type != CELL_STACK) {
		layout_column_cell(scratch, cell, column);
		return utf8_width(scratch->buf);
	}
	for (size_t i = 0; i < cell->stack.n && i < STACK_HEAD; i++) {
		int w;

		strbuf_clear(scratch);
		strbuf_clear(&where);
		shorten_frame(&cell->stack.v[i], 1 << 20, true, scratch, &where);
		w = utf8_width(scratch->buf) + (where.len ? 2 : 0) + utf8_width(where.buf);
		width = w > width ? w : width;
	}
	strbuf_release(&where);
	return width;
}

bool layout_is_right(const struct doc_column *column)
{
	if (column->align != ALIGN_AUTO)
		return column->align == ALIGN_RIGHT;
	return column->unit != UNIT_TEXT;
}

static void measure_rows(struct layout *l, size_t c, const struct doc_row *rows, size_t n,
			 struct strbuf *scratch)
{
	struct shown *shown = &l->columns[c];

	for (size_t r = 0; r < n; r++) {
		int w = natural_width(&rows[r].cells[c], &l->table->columns[c], scratch);

		shown->on |= rows[r].cells[c].type != CELL_NONE;
		shown->width = w > shown->width ? w : shown->width;
	}
}

static void measure(struct layout *l)
{
	const struct doc_table *t = l->table;
	struct strbuf scratch = STRBUF_INIT;

	l->flex = -1;
	for (size_t c = 0; c < t->n_columns; c++) {
		const struct doc_column *column = &t->columns[c];
		struct shown *shown = &l->columns[c];

		if (column->flags & COLUMN_FOR_MACHINES)
			continue;
		measure_rows(l, c, t->rows, t->n_rows, &scratch);
		measure_rows(l, c, t->footer, t->n_footer, &scratch);
		if (utf8_width(column->title) > shown->width)
			shown->width = utf8_width(column->title);
		shown->right = layout_is_right(column);
		if (shown->on && column->unit == UNIT_TEXT)
			l->flex = (int)c;
	}
	strbuf_release(&scratch);
}

/* Columns left for the flexible column. */
static int flex_room(const struct layout *l)
{
	int room = l->term->width;

	for (size_t c = 0; c < l->table->n_columns; c++)
		if (l->columns[c].on)
			room -= MARGIN + ((int)c == l->flex ? 0 : l->columns[c].width);
	return room;
}

static bool drop_column(struct layout *l)
{
	int worst = -1, priority = 0;

	for (size_t c = 0; c < l->table->n_columns; c++) {
		if (l->columns[c].on && l->table->columns[c].priority > priority) {
			priority = l->table->columns[c].priority;
			worst = (int)c;
		}
	}
	if (worst >= 0)
		l->columns[worst].on = false;
	return worst >= 0;
}

static void fit(struct layout *l)
{
	int natural = l->flex < 0 ? 0 : l->columns[l->flex].width;
	int want = natural < FLEX_WANT ? natural : FLEX_WANT;
	int room;

	while ((room = flex_room(l)) < want && drop_column(l))
		;
	if (l->flex < 0)
		return;
	if (room < FLEX_LEAST)
		room = FLEX_LEAST;
	if (natural > room)
		l->columns[l->flex].width = room;
	for (int c = 0; c < l->flex; c++)
		if (l->columns[c].on)
			l->flex_at += MARGIN + l->columns[c].width;
	l->flex_at += MARGIN;
}

static void put_spaces(struct sink *sink, int n)
{
	for (; n > 0; n--)
		sink_putc(sink, ' ');
}

static void put_frame(struct layout *l, const struct doc_frame *frame, int width, bool pad)
{
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT;
	int used;

	shorten_frame(frame, width, l->term->utf8, &name, &where);
	used = utf8_width(name.buf);
	sink_puts(l->sink, name.buf);
	if (where.len) {
		used += 2 + utf8_width(where.buf);
		sink_printf(l->sink, "  %s%s%s", term_style(l->term, STYLE_DIM), where.buf,
			    term_style(l->term, STYLE_NONE));
	}
	if (pad)
		put_spaces(l->sink, width - used);
	strbuf_release(&name);
	strbuf_release(&where);
}

static bool is_last(const struct layout *l, size_t c)
{
	for (size_t i = c + 1; i < l->table->n_columns; i++)
		if (l->columns[i].on)
			return false;
	return true;
}

static void put_text(struct layout *l, size_t c, const char *text)
{
	const struct shown *shown = &l->columns[c];
	struct strbuf cut = STRBUF_INIT;
	int pad;

	shorten_right(&cut, text, shown->width, l->term->utf8);
	pad = shown->width - utf8_width(cut.buf);
	if (shown->right)
		put_spaces(l->sink, pad);
	sink_puts(l->sink, cut.buf);
	if (!shown->right && !is_last(l, c))
		put_spaces(l->sink, pad);
	strbuf_release(&cut);
}

/* The frames of a stack below its first one. */
static void put_stack(struct layout *l, const struct doc_cell *cell)
{
	size_t n = cell->stack.n;

	for (size_t i = 1; i < n; i++) {
		put_spaces(l->sink, l->flex_at);
		if (i == STACK_HEAD && n > STACK_HEAD + STACK_TAIL + 1) {
			sink_printf(l->sink, "(%zu frames left out)\n",
				    n - STACK_HEAD - STACK_TAIL);
			i = n - STACK_TAIL - 1;
			continue;
		}
		put_frame(l, &cell->stack.v[i], l->columns[l->flex].width, false);
		sink_putc(l->sink, '\n');
	}
}

static void put_detail(struct layout *l, const char *detail)
{
	struct strbuf clean = STRBUF_INIT, cut = STRBUF_INIT;
	int at = l->flex < 0 ? MARGIN : l->flex_at;

	utf8_add_clean(&clean, detail);
	shorten_right(&cut, clean.buf, l->term->width - at - 2, l->term->utf8);
	put_spaces(l->sink, at + 2);
	sink_printf(l->sink, "%s%s%s\n", term_style(l->term, STYLE_DIM), cut.buf,
		    term_style(l->term, STYLE_NONE));
	strbuf_release(&clean);
	strbuf_release(&cut);
}

/* One mark: full, half, a little or none. */
static void put_heat(struct layout *l, const struct doc_cell *cell)
{
	static const struct {
		double least;
		enum term_style style;
		const char *mark, *plain;
	} steps[] = {
		{ 20, STYLE_HOT, "\xe2\x96\x88", "#" },
		{ 5, STYLE_WARM, "\xe2\x96\x93", "*" },
		{ 1, STYLE_MILD, "\xe2\x96\x92", "+" },
		{ 1e-9, STYLE_DIM, "\xe2\x96\x91", "." },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (cell->type == CELL_REAL && cell->r >= steps[i].least) {
			sink_printf(l->sink, "%s%s%s", term_style(l->term, steps[i].style),
				    l->term->utf8 ? steps[i].mark : steps[i].plain,
				    term_style(l->term, STYLE_NONE));
			return;
		}
	sink_putc(l->sink, ' ');
}

static void put_row(struct layout *l, const struct doc_row *row)
{
	const struct doc_table *t = l->table;
	struct strbuf text = STRBUF_INIT;
	const struct doc_cell *stack = NULL;

	for (size_t c = 0; c < t->n_columns; c++) {
		const struct doc_cell *cell = &row->cells[c];

		if (!l->columns[c].on)
			continue;
		put_spaces(l->sink, MARGIN);
		if (t->columns[c].flags & COLUMN_HEAT) {
			put_heat(l, cell);
			continue;
		}
		if (cell->type == CELL_STACK && cell->stack.n) {
			put_frame(l, &cell->stack.v[0], l->columns[c].width, !is_last(l, c));
			stack = (int)c == l->flex ? cell : stack;
			continue;
		}
		strbuf_clear(&text);
		layout_column_cell(&text, cell, &t->columns[c]);
		put_text(l, c, text.buf);
	}
	sink_putc(l->sink, '\n');
	if (stack)
		put_stack(l, stack);
	if (row->detail)
		put_detail(l, row->detail);
	strbuf_release(&text);
}

void layout_table(const struct doc_table *table, const struct term *term, struct sink *sink)
{
	struct layout l = { .table = table, .term = term, .sink = sink };

	l.columns = xcalloc(table->n_columns, sizeof(*l.columns));
	measure(&l);
	fit(&l);
	sink_puts(sink, term_style(term, STYLE_BOLD));
	for (size_t c = 0; c < table->n_columns; c++) {
		if (!l.columns[c].on)
			continue;
		put_spaces(sink, MARGIN);
		put_text(&l, c, table->columns[c].title);
	}
	sink_printf(sink, "%s\n", term_style(term, STYLE_NONE));
	for (size_t r = 0; r < table->n_rows; r++)
		put_row(&l, &table->rows[r]);
	for (size_t r = 0; r < table->n_footer; r++)
		put_row(&l, &table->footer[r]);
	free(l.columns);
}
