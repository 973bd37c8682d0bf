/* SPDX-License-Identifier: MIT */
/*
 * plot.h - the series of a doc as a picture: curves or stacked areas over time,
 * with its moments as labelled lines and its spans as brackets or boxes.
 *
 * What is drawn are series for people; those of one unit share a panel.  Pure:
 * nothing here prints, or looks at the terminal.
 */
#ifndef ANALYZER_PLOT_PLOT_H
#define ANALYZER_PLOT_PLOT_H

#include <stdbool.h>
#include <stdint.h>

struct doc;
struct sink;
struct term;

enum plot_theme { PLOT_LIGHT, PLOT_DARK };

/* Of a file; PLOT_SIXEL, PLOT_KITTY and PLOT_ITERM are for terminals that show pictures. */
enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF, PLOT_SIXEL, PLOT_KITTY, PLOT_ITERM };

struct plot_options {
	double width, height; /* points, 1/72 inch */
	double dpi;	      /* of formats made of pixels */
	enum plot_theme theme;
	const char *title; /* NULL: the doc's */
	bool log;	   /* of the first panel */
	bool slope;	   /* a straight line through each curve, by least squares */
	bool flame;	   /* spans as boxes by depth under the curves */
	bool plain;	   /* neither moments nor spans, but for the peak */
};

/* Draws and writes.  Returns 0, or -ENOMEM when the picture is too large to draw. */
int plot_write(const struct doc *doc, const struct plot_options *options, enum plot_format format,
	       struct sink *out);

/* The same in characters, the curves `rows` lines high. */
void plot_write_text(const struct doc *doc, const struct plot_options *options,
		     const struct term *term, int rows, struct sink *out);

/* Is there a curve to draw? */
bool plot_has_curves(const struct doc *doc);

#endif
