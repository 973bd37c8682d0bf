/* SPDX-License-Identifier: MIT */
/* layout.c - where the parts of a picture stand, from top to bottom. */
#include <math.h>

#include "plot/canvas.h"
#include "plot/picture.h"

#define MARGIN 1.2	/* around all, in em */
#define SIDE_PANEL 0.34 /* height of a further panel, the first one's being 1 */

double picture_x(const struct picture *p, double t)
{
	return p->plot.x + (t - (double)p->from) / (double)(p->to - p->from) * p->plot.w;
}

double picture_y(const struct panel *panel, double value)
{
	double part;

	if (panel->log) {
		if (value < panel->low)
			value = panel->low;
		part = log(value / panel->low) / log(panel->high / panel->low);
	} else {
		part = (value - panel->low) / (panel->high - panel->low);
	}
	return panel->box.y + panel->box.h * (1 - part);
}

static void choose_ticks(const struct picture *p, struct panel *panel)
{
	int most = (int)(panel->box.h / (2.7 * p->em));

	if (panel->log)
		ticks_log(&panel->ticks, panel->low, panel->high, panel->unit, most);
	else
		ticks_linear(&panel->ticks, panel->low, panel->high, panel->unit, most);
}

static double widest(struct picture *p)
{
	double most = 0;

	for (int i = 0; i < p->n_panels; i++)
		for (int k = 0; k < p->panels[i].ticks.n; k++) {
			double w = canvas_width(p->cr, p->panels[i].ticks.v[k].label);

			most = w > most ? w : most;
		}
	return most;
}

/* The words at the peak stand below the names of moments. */
static void make_room(const struct picture *p, struct panel *panel)
{
	double words = 2.2 * p->em, high;

	if (panel->log || panel->box.h < 3 * words)
		return;
	high = panel->low + (panel->most - panel->low) * panel->box.h / (panel->box.h - words);
	if (high > panel->high)
		panel->high = high;
}

static void place_panels(struct picture *p, double y, double h)
{
	double gap = 1.6 * p->em, unit;
	int more = p->n_panels - 1;

	unit = (h - gap * more) / (1 + SIDE_PANEL * more);
	for (int i = 0; i < p->n_panels; i++) {
		double height = i ? unit * SIDE_PANEL : unit;

		p->panels[i].box = (struct box){ p->plot.x, y, p->plot.w, height };
		y += height + gap;
		if (!i)
			make_room(p, &p->panels[i]);
		choose_ticks(p, &p->panels[i]);
	}
}

/* As many labels as have room at their widest. */
static void choose_times(struct picture *p)
{
	int most = (int)(p->plot.w / (6.5 * p->em));

	for (; most >= 2; most--) {
		double room, widest_label = 0;

		ticks_time(&p->time, (double)p->from, (double)p->to, most);
		room = p->time.n > 1 ? p->plot.w * (p->time.v[1].value - p->time.v[0].value) /
					       (double)(p->to - p->from)
				     : p->plot.w;
		for (int i = 0; i < p->time.n; i++) {
			double w = canvas_width(p->cr, p->time.v[i].label);

			widest_label = w > widest_label ? w : widest_label;
		}
		if (widest_label + 1.5 * p->em < room)
			return;
	}
}

void layout_place(struct picture *p)
{
	const struct plot_options *o = p->options;
	double em = p->em, margin = MARGIN * em, y = margin, bottom;

	canvas_font(p->cr, em, false);
	p->head = (struct box){ margin, y, o->width - 2 * margin, 1.7 * em };
	y += p->head.h;
	p->legend = (struct box){ margin, y, p->head.w, 0 };
	p->legend.h = legend_height(p);
	y += p->legend.h + 0.5 * em;

	/* the width of the numbers depends on the height a little: guess first */
	p->plot = (struct box){ margin, y, p->head.w, o->height - y - 3 * em };
	place_panels(p, y, p->plot.h);
	p->plot.x = margin + widest(p) + 0.7 * em;
	p->plot.w = o->width - margin - p->plot.x;
	choose_times(p);
	labels_place(p);
	spans_find(p);

	p->marks = (struct box){ p->plot.x, y, p->plot.w, p->label_rows * 1.35 * em };
	y += p->marks.h;
	bottom = o->height - margin - 1.5 * em;
	p->below = (struct box){ p->plot.x, bottom, p->plot.w, 1.5 * em };
	p->spans = (struct box){ p->plot.x, 0, p->plot.w, spans_height(p) };
	/* curves come first: what is below them may have a third */
	while (p->span_rows && p->spans.h > (bottom - y) * 0.45) {
		p->span_rows--;
		p->spans.h = spans_height(p);
	}
	bottom -= p->spans.h;
	p->spans.y = bottom;
	p->plot.y = y;
	p->plot.h = bottom - y > 3 * em ? bottom - y : 3 * em;
	place_panels(p, p->plot.y, p->plot.h);
}
