/* SPDX-License-Identifier: MIT */
/* axes.c - the grid, the numbers at it, and the title. */
#include <string.h>

#include "plot/canvas.h"
#include "plot/picture.h"
#include "util/strbuf.h"
#include "util/units.h"

static void draw_panel(struct picture *p, const struct panel *panel, bool first)
{
	const struct box *b = &panel->box;
	cairo_t *cr = p->cr;

	canvas_font(cr, p->em, false);
	for (int i = 0; i < panel->ticks.n; i++) {
		double y = picture_y(panel, panel->ticks.v[i].value);

		canvas_color(cr, p->theme->grid, 1);
		canvas_line(cr, b->x, y, b->x + b->w, y, 0.8);
		canvas_color(cr, p->theme->dim, 1);
		canvas_text(cr, b->x - 0.6 * p->em, y + 0.35 * p->em, ANCHOR_RIGHT,
			    panel->ticks.v[i].label);
	}
	for (int i = 0; i < p->time.n; i++) {
		double x = picture_x(p, p->time.v[i].value);

		canvas_color(cr, p->theme->grid, 1);
		canvas_line(cr, x, b->y, x, b->y + b->h, 0.8);
	}
	canvas_color(cr, p->theme->axis, 1);
	canvas_line(cr, b->x, b->y + b->h, b->x + b->w, b->y + b->h, 1);
	/* what the smaller panels are of; the first one needs no more than the legend */
	if (!first && panel->title) {
		struct strbuf text = STRBUF_INIT;

		canvas_font(cr, 0.9 * p->em, false);
		canvas_color(cr, p->theme->dim, 1);
		canvas_fit(cr, &text, panel->title, b->w / 2);
		if (panel->per_second && panel->unit != UNIT_PERCENT)
			strbuf_addstr(&text, " per second");
		canvas_text(cr, b->x + b->w, b->y - 0.35 * p->em, ANCHOR_RIGHT, text.buf);
		strbuf_release(&text);
	}
}

static void draw_times(struct picture *p)
{
	canvas_font(p->cr, p->em, false);
	canvas_color(p->cr, p->theme->dim, 1);
	for (int i = 0; i < p->time.n; i++) {
		double x = picture_x(p, p->time.v[i].value);
		double w = canvas_width(p->cr, p->time.v[i].label);
		double least = p->below.x - p->em, most = p->options->width - 0.5 * p->em;

		/* the outermost ones stay on the page */
		if (x - w / 2 < least)
			x = least + w / 2;
		if (x + w / 2 > most)
			x = most - w / 2;
		canvas_text(p->cr, x, p->below.y + 1.25 * p->em, ANCHOR_MIDDLE, p->time.v[i].label);
	}
}

static void draw_title(struct picture *p)
{
	const char *title = p->options->title ? p->options->title : p->doc->title;
	struct strbuf text = STRBUF_INIT;

	if (!title)
		return;
	canvas_font(p->cr, 1.3 * p->em, true);
	canvas_color(p->cr, p->theme->text, 1);
	canvas_fit(p->cr, &text, title, p->head.w);
	canvas_text(p->cr, p->head.x, p->head.y + 1.05 * p->em, ANCHOR_LEFT, text.buf);
	strbuf_release(&text);
}

void axes_draw(struct picture *p)
{
	draw_title(p);
	for (int i = 0; i < p->n_panels; i++)
		draw_panel(p, &p->panels[i], i == 0);
	draw_times(p);
}
