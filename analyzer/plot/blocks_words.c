/* SPDX-License-Identifier: MIT */
/* blocks_words.c - what is written around curves of block characters. */
#include <inttypes.h>
#include <string.h>

#include "plot/blocks.h"
#include "util/opt.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/term.h"
#include "util/units.h"
#include "util/utf8.h"

#define MARK_ROWS 3
#define SPANS_SHOWN 6
#define GAP 2

static const int colors[] = { 32, 166, 36, 133, 214, 117, 94, 142 };

static void put_number(struct strbuf *out, const struct doc_series *s, int64_t value)
{
	if (s->unit == UNIT_BYTES)
		units_add_signed(out, value, units_add_bytes);
	else if (s->unit == UNIT_NS)
		units_add_signed(out, value, units_add_ns);
	else if (s->unit == UNIT_NONE)
		strbuf_addf(out, "%.4g", (double)value / 1000);
	else
		units_add_signed(out, value, units_add_count);
	strbuf_addstr(out, s->unit == UNIT_PERCENT ? "%" : s->per_second ? "/s" : "");
}

static int64_t highest(const struct blocks *b, const struct doc_series *s)
{
	int64_t most = INT64_MIN;

	for (size_t i = 0; i < s->n_points; i++)
		if (s->points[i].t >= b->from && s->points[i].t <= b->to &&
		    s->points[i].value > most)
			most = s->points[i].value;
	return most == INT64_MIN ? 0 : most;
}

void blocks_put_head(const struct blocks *b, struct sink *out)
{
	static const char *const shades[] = { "█", "▒", "░", "▓" };
	static const char *const ascii[] = { "#", "+", ".", "o" };
	const char *title = b->options->title ? b->options->title : b->doc->title;
	struct strbuf text = STRBUF_INIT;
	int used = 0;

	if (title) {
		utf8_add_clean(&text, title);
		sink_printf(out, "%s%s%s\n", term_style(b->term, STYLE_BOLD), text.buf,
			    term_style(b->term, STYLE_NONE));
	}
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_series *s = b->curves[i];
		int width;

		strbuf_clear(&text);
		utf8_add_clean(&text, s->run ? s->run : s->title);
		strbuf_addch(&text, ' ');
		put_number(&text, s, highest(b, s));
		width = utf8_width(text.buf) + 4;
		if (used && used + width > b->term->width) {
			sink_putc(out, '\n');
			used = 0;
		}
		sink_puts(out, "  ");
		if (b->term->color)
			sink_printf(out, "\033[38;5;%dm█\033[0m",
				    colors[i % (sizeof(colors) / sizeof(*colors))]);
		else
			sink_puts(out, (b->term->utf8 ? shades : ascii)[i % 4]);
		sink_printf(out, " %s", text.buf);
		used += width;
	}
	sink_puts(out, b->n ? "\n\n" : "\n");
	strbuf_release(&text);
}

/* The line of a mark's row, up to its column. */
static bool put_mark(struct strbuf *line, int column, const char *text, int width)
{
	int used = utf8_width(line->buf), need = utf8_width(text) + 2;

	if (column < used + (used ? GAP : 0) || column + need > width)
		return false;
	strbuf_addchars(line, ' ', (size_t)(column - used));
	strbuf_addf(line, "^ %s", text);
	return true;
}

static void put_marks(const struct blocks *b, struct sink *out)
{
	struct strbuf rows[MARK_ROWS] = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT },
		      text = STRBUF_INIT;
	size_t left = 0;

	for (size_t i = 0; i < b->doc->n_moments; i++) {
		const struct doc_moment *m = &b->doc->moments[i];
		int row = 0;

		if (m->t < b->from || m->t > b->to || (b->options->plain && !m->has_value))
			continue;
		strbuf_clear(&text);
		if (m->has_value) {
			strbuf_addf(&text, "%s ", m->kind);
			units_add_bytes(&text, (uint64_t)m->value);
		} else if (!strcmp(m->kind, "fork") || !strcmp(m->kind, "exec")) {
			continue;
		} else {
			utf8_add_clean(&text, m->name && *m->name ? m->name : m->kind);
		}
		for (row = 0; row < MARK_ROWS; row++)
			if (put_mark(&rows[row], blocks_column(b, (double)m->t), text.buf,
				     b->width))
				break;
		/* at the right edge the name stands before its place */
		if (row == MARK_ROWS && utf8_width(rows[0].buf) + utf8_width(text.buf) + GAP + 2 <
						blocks_column(b, (double)m->t)) {
			int pad = blocks_column(b, (double)m->t) - utf8_width(text.buf) - 1 -
				  utf8_width(rows[0].buf);

			strbuf_addchars(&rows[0], ' ', (size_t)pad);
			strbuf_addf(&rows[0], "%s ^", text.buf);
			row = 0;
		}
		left += row == MARK_ROWS;
	}
	for (int row = 0; row < MARK_ROWS; row++) {
		if (rows[row].len)
			sink_printf(out, "%*s  %s\n", b->axis, "", rows[row].buf);
		strbuf_release(&rows[row]);
	}
	if (left)
		sink_printf(out, "%*s  (%zu more have no room: 'memprof time' names them)\n",
			    b->axis, "", left);
	strbuf_release(&text);
}

/* The longest regions, as lines as long as they were. */
static void put_spans(const struct blocks *b, struct sink *out)
{
	struct strbuf time = STRBUF_INIT;
	int shown = 0;

	for (size_t i = 0; i < b->doc->n_spans && !b->options->plain; i++) {
		const struct doc_span *s = &b->doc->spans[i];
		int from, to;

		if (s->to < b->from || s->from > b->to || s->depth)
			continue;
		if (shown++ == SPANS_SHOWN)
			break;
		from = blocks_column(b, (double)(s->from > b->from ? s->from : b->from));
		to = blocks_column(b, (double)(s->to < b->to ? s->to : b->to));
		strbuf_clear(&time);
		utf8_add_clean(&time, s->name);
		strbuf_addch(&time, ' ');
		units_add_ns(&time, s->to - s->from);
		if (from + utf8_width(time.buf) + to - from + 4 > b->width &&
		    utf8_width(time.buf) + 1 < from) {
			sink_printf(out, "%*s  %*s%s ", b->axis, "",
				    from - utf8_width(time.buf) - 1, "", time.buf);
			strbuf_clear(&time);
		} else {
			sink_printf(out, "%*s  %*s", b->axis, "", from, "");
		}
		sink_putc(out, '[');
		for (int c = from + 1; c < to; c++)
			sink_puts(out, b->term->utf8 ? "─" : "-");
		sink_printf(out, "]%s%s\n", time.len ? " " : "", time.buf);
	}
	strbuf_release(&time);
}

void blocks_put_moments(const struct blocks *b, struct sink *out)
{
	put_marks(b, out);
	put_spans(b, out);
}
