/* SPDX-License-Identifier: MIT */
/*
 * spans.c - what took time, below the curves: a row for each depth of a thread,
 * as brackets with names and durations, or as boxes like a flame graph's.
 */
#include <stdlib.h>
#include <string.h>

#include "plot/canvas.h"
#include "plot/picture.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/units.h"
#include "util/xalloc.h"

#define BRACKET_ROWS 4
#define BRACKET_ROW 1.75 /* em */
#define BOX_ROW 1.5
#define ABOVE 0.5

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct lane *lane_of(const struct picture *p, const struct doc_span *s)
{
	for (size_t i = 0; i < p->n_lanes; i++)
		if (p->lanes[i].thread == s->thread && same(p->lanes[i].run, s->run))
			return &p->lanes[i];
	return NULL;
}

static bool overlap(const struct lane *a, const struct lane *b)
{
	return a->from <= b->to && b->from <= a->to && a->row <= b->row + (int)b->depth &&
	       b->row <= a->row + (int)a->depth;
}

/* The first row from which a thread's rows are free all the time it has spans. */
static void place(struct picture *p, size_t i, int most)
{
	struct lane *lane = &p->lanes[i];
	bool hit = true;

	for (lane->row = 0; hit && lane->row < most; lane->row += hit) {
		hit = false;
		for (size_t k = 0; k < i; k++)
			hit |= p->lanes[k].row >= 0 && overlap(&p->lanes[k], lane);
	}
	if (hit || lane->row >= most) {
		lane->row = -1;
		return;
	}
	if (lane->row + (int)lane->depth + 1 > p->span_rows)
		p->span_rows = lane->row + (int)lane->depth + 1;
}

void spans_find(struct picture *p)
{
	int most = p->options->flame ? ROWS_MOST : BRACKET_ROWS;

	for (size_t i = 0; i < p->doc->n_spans && !p->options->plain; i++) {
		const struct doc_span *s = &p->doc->spans[i];
		struct lane *lane = lane_of(p, s);

		if (s->to < p->from || s->from > p->to)
			continue;
		if (!lane) {
			XGROW(p->lanes, p->n_lanes, p->lanes_alloc);
			lane = &p->lanes[p->n_lanes++];
			*lane = (struct lane){ s->run, s->thread, 0, s->from, s->to, -1 };
		}
		lane->depth = s->depth > lane->depth ? s->depth : lane->depth;
		lane->from = s->from < lane->from ? s->from : lane->from;
		lane->to = s->to > lane->to ? s->to : lane->to;
	}
	for (size_t i = 0; i < p->n_lanes; i++)
		place(p, i, most);
	p->span_rows = p->span_rows < most ? p->span_rows : most;
}

static double row_height(const struct picture *p)
{
	return (p->options->flame ? BOX_ROW : BRACKET_ROW) * p->em;
}

double spans_height(const struct picture *p)
{
	return p->span_rows ? p->span_rows * row_height(p) + ABOVE * p->em : 0;
}

/* Names get the colours in the order they come, from one that no first curve has. */
static uint32_t color_of(const struct picture *p, struct strmap *names, const char *name)
{
	void **index = strmap_at(names, name);

	if (!*index)
		*index = (void *)(uintptr_t)names->n;
	return p->theme->curves[((uintptr_t)*index + 1) % THEME_COLORS];
}

/* Name and duration, as much of them as fits; nothing when that is little. */
static bool fit_name(struct picture *p, const struct doc_span *s, double width, struct strbuf *out)
{
	struct strbuf whole = STRBUF_INIT, time = STRBUF_INIT;

	units_add_ns(&time, s->to - s->from);
	strbuf_addf(&whole, "%s %s", s->name, time.buf);
	if (canvas_width(p->cr, whole.buf) <= width)
		strbuf_addbuf(out, &whole);
	else
		canvas_fit(p->cr, out, s->name, width);
	strbuf_release(&whole);
	strbuf_release(&time);
	/* a letter and an ellipsis say nothing */
	return out->len > 4 || !strcmp(out->buf, s->name);
}

static void draw_bracket(struct picture *p, const struct doc_span *s, double x1, double x2,
			 double y, uint32_t color)
{
	double em = p->em, width;
	struct strbuf text = STRBUF_INIT;

	canvas_color(p->cr, color, 1);
	cairo_set_line_width(p->cr, 1.3);
	cairo_move_to(p->cr, x1, y - 0.32 * em);
	cairo_line_to(p->cr, x1, y);
	cairo_line_to(p->cr, x2, y);
	cairo_line_to(p->cr, x2, y - 0.32 * em);
	cairo_stroke(p->cr);
	width = x2 - x1;
	if (width > 2 * em && fit_name(p, s, width, &text))
		canvas_text(p->cr, (x1 + x2) / 2, y + 0.98 * em, ANCHOR_MIDDLE, text.buf);
	strbuf_release(&text);
}

static void draw_box(struct picture *p, const struct doc_span *s, double x1, double x2, double y,
		     uint32_t color)
{
	double em = p->em, height = BOX_ROW * em - 1;
	struct strbuf text = STRBUF_INIT;
	uint32_t fill = theme_mix(color, p->theme->ground, 0.55);

	cairo_rectangle(p->cr, x1, y, x2 - x1, height);
	canvas_color(p->cr, fill, 1);
	cairo_fill_preserve(p->cr);
	canvas_color(p->cr, color, 1);
	cairo_set_line_width(p->cr, 0.8);
	cairo_stroke(p->cr);
	if (x2 - x1 > 2 * em && fit_name(p, s, x2 - x1 - 0.6 * em, &text)) {
		canvas_color(p->cr, p->theme->text, 1);
		canvas_text(p->cr, x1 + 0.3 * em, y + height / 2 + 0.34 * em, ANCHOR_LEFT,
			    text.buf);
	}
	strbuf_release(&text);
}

static void draw_one(struct picture *p, const struct doc_span *s, double *ends,
		     struct strmap *names)
{
	const struct lane *lane = lane_of(p, s);
	int row = lane && lane->row >= 0 ? lane->row + (int)s->depth : p->span_rows;
	double x1 = picture_x(p, (double)(s->from > p->from ? s->from : p->from));
	double x2 = picture_x(p, (double)(s->to < p->to ? s->to : p->to));
	double y;

	/* what another one covers already, to a third of a point, would not be seen */
	if (row >= p->span_rows || (x2 < ends[row] + 0.3 && x2 > ends[row] - 1))
		return;
	ends[row] = x2;
	if (x2 < x1 + 0.7)
		x2 = x1 + 0.7;
	y = p->spans.y + ABOVE * p->em + row * row_height(p);
	if (p->options->flame)
		draw_box(p, s, x1, x2, y, color_of(p, names, s->name));
	else
		draw_bracket(p, s, x1, x2, y + 0.4 * p->em, color_of(p, names, s->name));
}

void spans_draw(struct picture *p)
{
	struct strmap names = STRMAP_INIT;
	double ends[ROWS_MOST];

	for (int i = 0; i < ROWS_MOST; i++)
		ends[i] = -1e9;
	canvas_font(p->cr, 0.9 * p->em, false);
	for (size_t i = 0; i < p->doc->n_spans && p->span_rows; i++) {
		const struct doc_span *s = &p->doc->spans[i];

		if (s->to >= p->from && s->from <= p->to)
			draw_one(p, s, ends, &names);
	}
	strmap_release(&names);
}
