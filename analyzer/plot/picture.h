/* SPDX-License-Identifier: MIT */
/*
 * picture.h - a picture on its way: what is drawn, in which colours and where;
 * private to plot/.  The files that paint take a picture whose layout stands.
 */
#ifndef ANALYZER_PLOT_PICTURE_H
#define ANALYZER_PLOT_PICTURE_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc/doc.h"
#include "plot/plot.h"
#include "plot/theme.h"
#include "plot/ticks.h"

struct box {
	double x, y, w, h;
};

/* A series, and how it is drawn. */
struct drawn {
	const struct doc_series *series;
	uint32_t color;
	bool dashed; /* the second kind of curve where colours tell runs */
	int panel;
	int64_t highest;
	/* its straight line: value = offset + slope * (t - from), per ns */
	double slope, offset;
};

#define PANELS_MOST 6

/* Curves of one unit. */
struct panel {
	enum doc_unit unit;
	const char *kind, *title; /* of its first series; the name without a run */
	bool per_second, stacked, log;
	double low, high;	    /* of its scale */
	double most;		    /* the highest value; above it is room for words */
	double highest, highest_at; /* of areas: their sum, and when it is reached */
	struct box box;
	struct ticks ticks;
};

/* A moment with a line, and the row above the panels where its name stands. */
struct label {
	const struct doc_moment *moment;
	char *text; /* NULL: a line alone */
	double x, width, left;
	int row;
};

/* The spans of a thread: as many rows as they are deep, beside others where time allows. */
struct lane {
	const char *run;
	unsigned int thread, depth;
	uint64_t from, to;
	int row; /* of the outermost; -1: there was no room */
};

#define ROWS_MOST 12 /* of spans */

struct picture {
	cairo_t *cr;
	const struct doc *doc;
	const struct plot_options *options;
	const struct theme *theme;
	double em; /* size of the text, in points */
	uint64_t from, to;
	struct drawn *curves;
	size_t n_curves;
	bool by_run; /* colours tell runs, not kinds of curves */
	struct panel panels[PANELS_MOST];
	int n_panels;

	struct label *labels;
	size_t n_labels;
	int label_rows;
	struct lane *lanes;
	size_t n_lanes, lanes_alloc;
	int span_rows;

	/* boxes */
	struct box head, legend, marks, plot, spans, below;
	struct ticks time;
};

/* scene.c: what is drawn, its window, colours and scales. */
void scene_init(struct picture *p);
void scene_release(struct picture *p);

/* layout.c: where everything stands; needs the scene and cr. */
void layout_place(struct picture *p);

/* Where a time or a value is. */
double picture_x(const struct picture *p, double t);
double picture_y(const struct panel *panel, double value);

/* labels.c: names of moments in rows without collisions; needs plot.x and plot.w. */
void labels_place(struct picture *p);
void labels_draw(struct picture *p);
void labels_draw_peaks(struct picture *p);

/* spans.c */
void spans_find(struct picture *p);
double spans_height(const struct picture *p);
void spans_draw(struct picture *p);

/* legend.c: how high it is at the legend's width; then the same drawn. */
double legend_height(struct picture *p);
void legend_draw(struct picture *p);

/* axes.c, curves.c, slope.c */
void axes_draw(struct picture *p);
void curves_draw(struct picture *p);
void slope_find(struct drawn *curve, uint64_t from, uint64_t to);

/* picture.c: all of it on cr, which is as large as the options say. */
void picture_draw(const struct doc *doc, const struct plot_options *options, cairo_t *cr);

#endif
