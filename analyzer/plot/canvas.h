/* SPDX-License-Identifier: MIT */
/* canvas.h - text and colours on a cairo context. */
#ifndef ANALYZER_PLOT_CANVAS_H
#define ANALYZER_PLOT_CANVAS_H

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

struct strbuf;

enum anchor { ANCHOR_LEFT, ANCHOR_MIDDLE, ANCHOR_RIGHT };

void canvas_color(cairo_t *cr, uint32_t rgb, double alpha);

/* The size and weight of the text from now on. */
void canvas_font(cairo_t *cr, double size, bool bold);

double canvas_width(cairo_t *cr, const char *text);

/* Text on the base line y, in the current colour; control characters do not show. */
void canvas_text(cairo_t *cr, double x, double y, enum anchor anchor, const char *text);

/* The same with a rim of `rim`, so that it can be read on lines. */
void canvas_text_on(cairo_t *cr, double x, double y, enum anchor anchor, const char *text,
		    uint32_t rgb, uint32_t rim);

/* Append as much of `text` as fits in `width`, with … at the end when it is cut. */
void canvas_fit(cairo_t *cr, struct strbuf *out, const char *text, double width);

/* A line that is as sharp as its width allows. */
void canvas_line(cairo_t *cr, double x1, double y1, double x2, double y2, double width);

#endif
