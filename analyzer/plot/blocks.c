/* SPDX-License-Identifier: MIT */
/*
 * blocks.c - the curves of a doc in block characters, for terminals that show
 * no pictures, for mails and for logs.  Lower curves stand before higher ones.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/blocks.h"
#include "plot/reduce.h"
#include "plot/ticks.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/term.h"
#include "util/units.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define EIGHTHS 8
#define AXIS_LEAST 6

/* Of a terminal's 256, like those of the themes. */
static const int colors[] = { 32, 166, 36, 133, 214, 117, 94, 142 };

static bool is_drawn(const struct doc_series *s, const struct doc_series *first)
{
	return !(s->flags & COLUMN_FOR_MACHINES) && s->n_points &&
	       (!first || (s->unit == first->unit && s->per_second == first->per_second &&
			   s->form == first->form));
}

static void find_curves(struct blocks *b)
{
	b->curves = xcalloc(b->doc->n_series + 1, sizeof(*b->curves));
	for (size_t i = 0; i < b->doc->n_series; i++) {
		const struct doc_series *s = b->doc->series[i];

		if (is_drawn(s, b->n ? b->curves[0] : NULL))
			b->curves[b->n++] = s;
	}
	b->from = b->doc->from;
	b->to = b->doc->to;
	for (size_t i = 0; i < b->n && !b->doc->to; i++) {
		uint64_t end = b->curves[i]->points[b->curves[i]->n_points - 1].t;

		b->to = end > b->to ? end : b->to;
	}
	if (b->to <= b->from)
		b->to = b->from + 1;
	b->stacked = b->n && b->curves[0]->form == SERIES_AREA;
}

/* values[column * n + curve]: the highest in the column; of areas the sums. */
static void find_values(struct blocks *b)
{
	double *t = xcalloc((size_t)b->width, sizeof(*t));

	b->values = xcalloc((size_t)b->width * (b->n + 1), sizeof(*b->values));
	if (b->stacked) {
		reduce_stack(b->curves, b->n, b->from, b->to, (size_t)b->width, t, b->values);
		for (int c = 0; c < b->width; c++)
			for (size_t i = 1; i < b->n; i++)
				b->values[(size_t)c * b->n + i] +=
					b->values[(size_t)c * b->n + i - 1];
	} else {
		for (size_t i = 0; i < b->n; i++) {
			double *one = xcalloc((size_t)b->width, sizeof(*one));

			reduce_stack(&b->curves[i], 1, b->from, b->to, (size_t)b->width, t, one);
			for (int c = 0; c < b->width; c++)
				b->values[(size_t)c * b->n + i] = one[c];
			free(one);
		}
	}
	for (size_t i = 0; i < (size_t)b->width * b->n; i++)
		b->high = b->values[i] > b->high ? b->values[i] : b->high;
	free(t);
}

/*
 * Which stands in front: the one that is clearly lower at its highest, everywhere; an
 * order by column would tear curves that are close apart.  Areas are sums
 * already, each above those before it.
 */
static void find_order(struct blocks *b)
{
	double *most = xcalloc(b->n + 1, sizeof(*most));

	free(b->order);
	b->order = xcalloc(b->n + 1, sizeof(*b->order));
	for (size_t i = 0; i < b->n; i++)
		for (int c = 0; c < b->width; c++)
			if (b->values[(size_t)c * b->n + i] > most[i])
				most[i] = b->values[(size_t)c * b->n + i];
	for (size_t i = 0; i < b->n; i++) {
		size_t at = i;

		for (; at && !b->stacked && 0.9 * most[b->order[at - 1]] > most[i]; at--)
			b->order[at] = b->order[at - 1];
		b->order[at] = i;
	}
	free(most);
}

/* How high a value stands, in eighths of a row. */
static double height_of(const struct blocks *b, double value)
{
	double low, part;

	if (!b->log)
		part = b->high > 0 ? value / b->high : 0;
	else if (value <= 0)
		part = 0;
	else {
		low = b->high / 1048576 > 1 ? b->high / 1048576 : 1;
		part = value > low ? log(value / low) / log(b->high / low) : 0;
	}
	return part * b->rows * EIGHTHS;
}

/* Which curve is seen in a cell, and which one behind it. */
struct cell {
	int front, behind; /* -1: none */
	int eighths;	   /* of the front one */
};

static struct cell cell_at(const struct blocks *b, int column, int row)
{
	struct cell cell = { -1, -1, 0 };

	for (size_t k = 0; k < b->n; k++) {
		size_t i = b->order[k];
		double height = height_of(b, b->values[(size_t)column * b->n + i]) - row * EIGHTHS;

		/* what is above zero shows */
		if (!row && height > 0 && height < 1)
			height = 1;
		if (height < 0.5)
			continue;
		if (cell.front < 0) {
			cell.front = (int)i;
			cell.eighths = height >= EIGHTHS ? EIGHTHS : (int)(height + 0.5);
		} else if (height >= EIGHTHS) {
			cell.behind = (int)i;
		}
		if (height >= EIGHTHS)
			break;
	}
	return cell;
}

static void put_color(struct strbuf *out, int curve, bool ground)
{
	strbuf_addf(out, "\033[%d;5;%dm", ground ? 48 : 38,
		    colors[(size_t)curve % (sizeof(colors) / sizeof(*colors))]);
}

static void put_cell(const struct blocks *b, struct cell cell, struct strbuf *out)
{
	static const char *const parts[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const shades[] = { "█", "▒", "░", "▓" };
	static const char *const ascii[] = { "#", "+", ".", "o" };
	int front = cell.eighths * 2 >= EIGHTHS || cell.behind < 0 ? cell.front : cell.behind;

	if (cell.front < 0) {
		strbuf_addch(out, ' ');
	} else if (!b->term->utf8) {
		strbuf_addstr(out, cell.behind < 0 && cell.eighths * 2 < EIGHTHS
					   ? " "
					   : ascii[front % 4]);
	} else if (!b->term->color) {
		/* without colours only the first curve has steps finer than a row */
		if (cell.front == 0 && cell.behind < 0)
			strbuf_addstr(out, parts[cell.eighths]);
		else
			strbuf_addstr(out, cell.behind < 0 && cell.eighths * 2 < EIGHTHS
						   ? " "
						   : shades[front % 4]);
	} else {
		put_color(out, cell.front, false);
		if (cell.behind >= 0)
			put_color(out, cell.behind, true);
		strbuf_addf(out, "%s\033[0m", parts[cell.eighths]);
	}
}

static void put_row(const struct blocks *b, const struct ticks *ticks, int row, struct sink *out)
{
	struct strbuf line = STRBUF_INIT;
	const char *label = "";

	for (int i = 0; i < ticks->n; i++) {
		int at = (int)(height_of(b, ticks->v[i].value) / EIGHTHS + 0.5);

		if (at == row)
			label = ticks->v[i].label;
	}
	strbuf_addf(&line, "%*s %s", b->axis, label,
		    !b->term->utf8 ? (*label ? "+" : "|")
		    : *label	   ? "┤"
				   : "│");
	for (int c = 0; c < b->width; c++)
		put_cell(b, cell_at(b, c, row), &line);
	strbuf_rtrim(&line);
	sink_printf(out, "%s\n", line.buf);
	strbuf_release(&line);
}

int blocks_column(const struct blocks *b, double t)
{
	int column = (int)((t - (double)b->from) / (double)(b->to - b->from) * b->width);

	return column < 0 ? 0 : column >= b->width ? b->width - 1 : column;
}

static void put_axis(const struct blocks *b, struct sink *out)
{
	struct strbuf line = STRBUF_INIT, labels = STRBUF_INIT;
	struct ticks ticks;

	ticks_time(&ticks, (double)b->from, (double)b->to, b->width / 12);
	for (int c = 0; c < b->width; c++) {
		bool tick = false;

		for (int i = 0; i < ticks.n; i++)
			tick |= blocks_column(b, ticks.v[i].value) == c;
		strbuf_addstr(&line, !b->term->utf8 ? (tick ? "+" : "-") : tick ? "┬" : "─");
	}
	for (int i = 0; i < ticks.n; i++) {
		int at = blocks_column(b, ticks.v[i].value), width = utf8_width(ticks.v[i].label);

		at -= width / 2;
		if (at > b->width - width)
			at = b->width - width;
		if (at < (int)labels.len + (labels.len ? 1 : 0))
			at = (int)labels.len + (labels.len ? 1 : 0);
		strbuf_addchars(&labels, ' ', (size_t)at - labels.len);
		strbuf_addstr(&labels, ticks.v[i].label);
	}
	sink_printf(out, "%*s %s%s\n%*s  %s\n", b->axis, "", b->term->utf8 ? "└" : "+", line.buf,
		    b->axis, "", labels.buf);
	strbuf_release(&line);
	strbuf_release(&labels);
}

void plot_write_text(const struct doc *doc, const struct plot_options *options,
		     const struct term *term, int rows, struct sink *out)
{
	struct blocks b = {
		.doc = doc, .options = options, .term = term, .rows = rows, .log = options->log
	};
	struct ticks ticks;

	find_curves(&b);
	b.width = term->width - 12;
	b.width = b.width < 20 ? 20 : b.width;
	if (b.n) {
		find_values(&b);
		if (b.log)
			ticks_log(&ticks, b.high / 1048576 > 1 ? b.high / 1048576 : 1, b.high,
				  b.curves[0]->unit, rows / 3);
		else
			ticks_linear(&ticks, 0, b.high > 0 ? b.high : 1, b.curves[0]->unit,
				     rows / 3);
		b.axis = AXIS_LEAST;
		for (int i = 0; i < ticks.n; i++)
			if (utf8_width(ticks.v[i].label) > b.axis)
				b.axis = utf8_width(ticks.v[i].label);
		b.width = term->width - b.axis - 3 > 20 ? term->width - b.axis - 3 : 20;
		free(b.values);
		b.high = 0;
		find_values(&b);
		find_order(&b);
	}
	blocks_put_head(&b, out);
	for (int row = rows - 1; b.n && row >= 0; row--)
		put_row(&b, &ticks, row, out);
	if (b.n) {
		put_axis(&b, out);
		blocks_put_moments(&b, out);
	}
	free(b.curves);
	free(b.order);
	free(b.values);
}
