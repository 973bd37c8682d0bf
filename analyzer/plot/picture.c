/* SPDX-License-Identifier: MIT */
/* picture.c - the parts of a picture in their order, the lowest first. */
#include "plot/picture.h"

#include "plot/canvas.h"

#define EM_WIDE 11.5 /* points, from 10 inches on */
#define EM_NARROW 10
#define WIDE 720

void picture_draw(const struct doc *doc, const struct plot_options *options, cairo_t *cr)
{
	struct picture p = {
		.cr = cr,
		.doc = doc,
		.options = options,
		.theme = theme_get(options->theme),
		.em = options->width >= WIDE ? EM_WIDE : EM_NARROW,
	};

	canvas_color(cr, p.theme->ground, 1);
	cairo_paint(cr);
	scene_init(&p);
	if (p.n_panels) {
		layout_place(&p);
		axes_draw(&p);
		legend_draw(&p);
		curves_draw(&p);
		labels_draw(&p);
		spans_draw(&p);
		labels_draw_peaks(&p);
	}
	scene_release(&p);
}
