/* SPDX-License-Identifier: MIT */
/* canvas.c - text and colours on a cairo context; see canvas.h. */
#include "plot/canvas.h"

#include <string.h>

#include "util/strbuf.h"
#include "util/utf8.h"

void canvas_color(cairo_t *cr, uint32_t rgb, double alpha)
{
	cairo_set_source_rgba(cr, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0,
			      (rgb & 255) / 255.0, alpha);
}

void canvas_font(cairo_t *cr, double size, bool bold)
{
	cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, size);
}

double canvas_width(cairo_t *cr, const char *text)
{
	struct strbuf clean = STRBUF_INIT;
	cairo_text_extents_t extents;

	utf8_add_clean(&clean, text);
	cairo_text_extents(cr, clean.buf, &extents);
	strbuf_release(&clean);
	return extents.x_advance;
}

static double start_of(cairo_t *cr, double x, enum anchor anchor, const char *text)
{
	return anchor == ANCHOR_LEFT
		       ? x
		       : x - canvas_width(cr, text) / (anchor == ANCHOR_MIDDLE ? 2 : 1);
}

void canvas_text(cairo_t *cr, double x, double y, enum anchor anchor, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	cairo_move_to(cr, start_of(cr, x, anchor, text), y);
	cairo_show_text(cr, clean.buf);
	strbuf_release(&clean);
}

void canvas_text_on(cairo_t *cr, double x, double y, enum anchor anchor, const char *text,
		    uint32_t rgb, uint32_t rim)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	cairo_save(cr);
	cairo_move_to(cr, start_of(cr, x, anchor, text), y);
	cairo_text_path(cr, clean.buf);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_width(cr, 3.5);
	canvas_color(cr, rim, 0.85);
	cairo_stroke(cr);
	cairo_restore(cr);
	canvas_color(cr, rgb, 1);
	canvas_text(cr, x, y, anchor, text);
	strbuf_release(&clean);
}

void canvas_fit(cairo_t *cr, struct strbuf *out, const char *text, double width)
{
	size_t start = out->len, low = 0, high;
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	strbuf_addbuf(out, &clean);
	if (canvas_width(cr, clean.buf) <= width) {
		strbuf_release(&clean);
		return;
	}
	high = (size_t)utf8_width(clean.buf);
	while (low < high) {
		size_t middle = (low + high + 1) / 2;

		strbuf_setlen(out, start);
		strbuf_add(out, clean.buf, utf8_prefix(clean.buf, (int)middle));
		strbuf_addstr(out, "…");
		if (canvas_width(cr, out->buf + start) <= width)
			low = middle;
		else
			high = middle - 1;
	}
	strbuf_setlen(out, start);
	if (low) {
		strbuf_add(out, clean.buf, utf8_prefix(clean.buf, (int)low));
		strbuf_addstr(out, "…");
	}
	strbuf_release(&clean);
}

void canvas_line(cairo_t *cr, double x1, double y1, double x2, double y2, double width)
{
	cairo_set_line_width(cr, width);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
}
