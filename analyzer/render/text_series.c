/* SPDX-License-Identifier: MIT */
/* text_series.c - series as small curves of block characters; see text_series.h. */
#include "render/text_series.h"

#include <stdlib.h>

#include "doc/doc.h"
#include "render/layout.h"
#include "render/shorten.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/term.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define MARGIN 2
#define TITLE_MOST 22
#define TITLE_LEAST 6
#define CURVE_LEAST 12
#define LEVELS 8

static bool is_shown(const struct doc_series *s)
{
	return !(s->flags & COLUMN_FOR_MACHINES) && s->n_points;
}

static void put_number(struct strbuf *out, const struct doc_series *s, int64_t value)
{
	struct doc_cell cell = CELL_I(value);

	if (s->unit == UNIT_NONE)
		cell = CELL_R((double)value / 1000);
	if (s->unit == UNIT_PERCENT)
		cell = CELL_R((double)value);
	layout_cell(out, &cell, s->unit);
	if (s->per_second && s->unit != UNIT_PERCENT)
		strbuf_addstr(out, "/s");
}

static int64_t highest(const struct doc_series *s)
{
	int64_t most = s->points[0].value;

	for (size_t i = 1; i < s->n_points; i++)
		if (s->points[i].value > most)
			most = s->points[i].value;
	return most;
}

/* The highest value in each of `n` columns from `from` to `to`; a line between points. */
static void reduce(const struct doc_series *s, uint64_t from, uint64_t to, int64_t *v, int n)
{
	size_t at = 0;

	for (int i = 0; i < n; i++) {
		double end = (double)from + (double)(to - from) * (i + 1) / n;
		int64_t most = at ? s->points[at - 1].value : 0;
		bool any = false;

		for (; at < s->n_points && (double)s->points[at].t <= end; at++) {
			if (!any || s->points[at].value > most)
				most = s->points[at].value;
			any = true;
		}
		if (!any && at && at < s->n_points) {
			const struct doc_point *a = &s->points[at - 1], *b = &s->points[at];

			most = a->value + (int64_t)((double)(b->value - a->value) *
						    (end - (double)a->t) / (double)(b->t - a->t));
		}
		v[i] = most;
	}
}

static void put_curve(const struct doc_series *s, uint64_t from, uint64_t to, int width, bool utf8,
		      struct strbuf *out)
{
	static const char *const blocks[LEVELS + 1] = {
		" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
	};
	static const char *const ascii[LEVELS + 1] = {
		" ", ".", ":", "-", "=", "+", "*", "%", "#"
	};
	int64_t most = highest(s);
	int64_t *v = xcalloc((size_t)width, sizeof(*v));

	reduce(s, from, to, v, width);
	for (int i = 0; i < width; i++) {
		/* what is above zero shows */
		int level = most > 0 && v[i] > 0
				    ? 1 + (int)((double)v[i] * (LEVELS - 1) / (double)most + 0.5)
				    : 0;

		strbuf_addstr(out, (utf8 ? blocks : ascii)[level > LEVELS ? LEVELS : level]);
	}
	free(v);
}

static void put_series(const struct doc_series *s, uint64_t from, uint64_t to, int title_width,
		       int width, const struct term *term, struct sink *out)
{
	struct strbuf clean = STRBUF_INIT, title = STRBUF_INIT, curve = STRBUF_INIT;
	struct strbuf most = STRBUF_INIT;

	utf8_add_clean(&clean, s->title ? s->title : s->name);
	shorten_right(&title, clean.len ? clean.buf : "", title_width, term->utf8);
	put_curve(s, from, to, width, term->utf8, &curve);
	put_number(&most, s, highest(s));
	sink_printf(out, "%*s%s%*s%s%s%s  %s\n", MARGIN, "", title.buf,
		    title_width - utf8_width(title.buf) + MARGIN, "",
		    term_style(term, STYLE_NUMBER), curve.buf, term_style(term, STYLE_NONE),
		    most.buf);
	strbuf_release(&clean);
	strbuf_release(&title);
	strbuf_release(&curve);
	strbuf_release(&most);
}

/* What is around the curves, at most. */
static void measure(const struct doc *doc, int *title, int *number)
{
	struct strbuf text = STRBUF_INIT;

	*title = 0;
	*number = utf8_width("highest");
	for (size_t i = 0; i < doc->n_series; i++) {
		const struct doc_series *s = doc->series[i];

		if (!is_shown(s))
			continue;
		strbuf_clear(&text);
		put_number(&text, s, highest(s));
		if (utf8_width(text.buf) > *number)
			*number = utf8_width(text.buf);
		if (utf8_width(s->title) > *title)
			*title = utf8_width(s->title);
	}
	strbuf_release(&text);
	*title = *title < TITLE_MOST ? *title : TITLE_MOST;
}

static uint64_t last_time(const struct doc *doc)
{
	uint64_t to = 0;

	for (size_t i = 0; i < doc->n_series; i++) {
		const struct doc_series *s = doc->series[i];

		if (is_shown(s) && s->points[s->n_points - 1].t > to)
			to = s->points[s->n_points - 1].t;
	}
	return to;
}

void text_series(const struct doc *doc, const struct term *term, struct sink *out)
{
	uint64_t to = last_time(doc);
	int title, number, width;

	measure(doc, &title, &number);
	if (!title)
		return;
	width = term->width - title - number - 3 * MARGIN;
	if (width < CURVE_LEAST) {
		title = title + width - CURVE_LEAST > TITLE_LEAST ? title + width - CURVE_LEAST
								  : TITLE_LEAST;
		width = term->width - title - number - 3 * MARGIN;
		width = width < 1 ? 1 : width;
	}
	sink_printf(out, "%*s%s%-*s%*s%s%s\n", MARGIN, "", term_style(term, STYLE_BOLD), title,
		    "curve", MARGIN + width + MARGIN, "", "highest", term_style(term, STYLE_NONE));
	for (size_t i = 0; i < doc->n_series; i++)
		if (is_shown(doc->series[i]))
			put_series(doc->series[i], doc->from, to > doc->from ? to : doc->from + 1,
				   title, width, term, out);
	sink_putc(out, '\n');
}
