/* SPDX-License-Identifier: MIT */
/* curves.c - lines, and areas that add up. */
#include <stdlib.h>

#include "plot/canvas.h"
#include "plot/picture.h"
#include "plot/reduce.h"
#include "util/xalloc.h"

#define PER_POINT 2 /* columns of data in a point of the page */

static size_t columns(const struct picture *p)
{
	return (size_t)(p->plot.w * PER_POINT) + 1;
}

static void path(struct picture *p, const struct panel *panel, const struct doc_point *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double x = picture_x(p, (double)v[i].t), y = picture_y(panel, (double)v[i].value);

		if (i)
			cairo_line_to(p->cr, x, y);
		else
			cairo_move_to(p->cr, x, y);
	}
}

static void draw_line(struct picture *p, const struct drawn *c, bool filled)
{
	static const double dashes[] = { 5, 3 };
	const struct panel *panel = &p->panels[c->panel];
	struct doc_point *v;
	size_t n = reduce_line(c->series, p->from, p->to, columns(p), &v);

	if (n && filled) {
		path(p, panel, v, n);
		cairo_line_to(p->cr, picture_x(p, (double)v[n - 1].t), panel->box.y + panel->box.h);
		cairo_line_to(p->cr, picture_x(p, (double)v[0].t), panel->box.y + panel->box.h);
		cairo_close_path(p->cr);
		canvas_color(p->cr, c->color, 0.16);
		cairo_fill(p->cr);
	}
	path(p, panel, v, n);
	canvas_color(p->cr, c->color, 1);
	cairo_set_line_width(p->cr, c->panel || panel->stacked ? 1.2 : 1.8);
	cairo_set_dash(p->cr, dashes, c->dashed ? 2 : 0, 0);
	cairo_stroke(p->cr);
	cairo_set_dash(p->cr, dashes, 0, 0);
	free(v);
}

/* The area between the sums below and those with one more series. */
static void draw_area(struct picture *p, const struct panel *panel, const double *t,
		      const double *low, const double *high, size_t n, uint32_t color)
{
	for (size_t i = 0; i < n; i++)
		cairo_line_to(p->cr, picture_x(p, t[i]), picture_y(panel, high[i]));
	for (size_t i = n; i; i--)
		cairo_line_to(p->cr, picture_x(p, t[i - 1]), picture_y(panel, low[i - 1]));
	cairo_close_path(p->cr);
	canvas_color(p->cr, color, 0.82);
	cairo_fill(p->cr);
	for (size_t i = 0; i < n; i++)
		cairo_line_to(p->cr, picture_x(p, t[i]), picture_y(panel, high[i]));
	canvas_color(p->cr, theme_mix(color, p->theme->ground, 0.35), 1);
	cairo_set_line_width(p->cr, 0.7);
	cairo_stroke(p->cr);
}

static void draw_stack(struct picture *p, int index)
{
	const struct doc_series **v = xcalloc(p->n_curves + 1, sizeof(*v));
	size_t n = 0, width = columns(p);
	double *t = xcalloc(width, sizeof(*t)), *low = xcalloc(width, sizeof(*low)),
	       *high = xcalloc(width, sizeof(*high)), *values;
	uint32_t *colors = xcalloc(p->n_curves + 1, sizeof(*colors));

	for (size_t i = 0; i < p->n_curves; i++)
		if (p->curves[i].panel == index && p->curves[i].series->form == SERIES_AREA) {
			colors[n] = p->curves[i].color;
			v[n++] = p->curves[i].series;
		}
	values = xcalloc(width * (n + 1), sizeof(*values));
	if (n)
		reduce_stack(v, n, p->from, p->to, width, t, values);
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < width; c++) {
			low[c] = high[c];
			high[c] += values[c * n + i];
		}
		draw_area(p, &p->panels[index], t, low, high, width, colors[i]);
	}
	free(v);
	free(t);
	free(low);
	free(high);
	free(values);
	free(colors);
}

static void draw_slope(struct picture *p, const struct drawn *c)
{
	static const double dashes[] = { 2, 3 };
	const struct panel *panel = &p->panels[c->panel];

	cairo_set_dash(p->cr, dashes, 2, 0);
	canvas_color(p->cr, c->color, 0.9);
	canvas_line(p->cr, p->plot.x, picture_y(panel, c->offset), p->plot.x + p->plot.w,
		    picture_y(panel, c->offset + c->slope * (double)(p->to - p->from)), 1.4);
	cairo_set_dash(p->cr, dashes, 0, 0);
}

static void clip(struct picture *p, const struct box *b)
{
	cairo_save(p->cr);
	/* half a line's width more, so that what touches the edge is whole */
	cairo_rectangle(p->cr, b->x, b->y - 1, b->w, b->h + 2);
	cairo_clip(p->cr);
}

void curves_draw(struct picture *p)
{
	cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
	for (int i = 0; i < p->n_panels; i++) {
		size_t n = 0;

		clip(p, &p->panels[i].box);
		if (p->panels[i].stacked)
			draw_stack(p, i);
		for (size_t k = 0; k < p->n_curves; k++)
			n += p->curves[k].panel == i;
		/* the first one on top, for it is what the picture is about */
		for (size_t k = p->n_curves; k; k--) {
			const struct drawn *c = &p->curves[k - 1];

			if (c->panel != i || c->series->form == SERIES_AREA)
				continue;
			draw_line(p, c,
				  !p->by_run && !p->panels[i].stacked && (k == 1 || (i && n == 1)));
			if (p->options->slope)
				draw_slope(p, c);
		}
		cairo_restore(p->cr);
	}
}
