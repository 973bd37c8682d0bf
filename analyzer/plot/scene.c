/* SPDX-License-Identifier: MIT */
/* scene.c - what a picture shows: its curves, their colours, the window and the scales. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/picture.h"
#include "plot/reduce.h"
#include "util/xalloc.h"

#define HEADROOM 1.12 /* of the highest value: the peak's name stands there */
#define COLUMNS 512   /* to look for the highest stack in */

static bool is_shown(const struct doc_series *s)
{
	return !(s->flags & COLUMN_FOR_MACHINES) && s->n_points;
}

bool plot_has_curves(const struct doc *doc)
{
	for (size_t i = 0; i < doc->n_series; i++)
		if (is_shown(doc->series[i]))
			return true;
	return false;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* What a series is of without its run: "2.heap" is heap. */
static const char *kind_of(const struct doc_series *s)
{
	const char *dot = s->run ? strchr(s->name, '.') : NULL;

	return dot ? dot + 1 : s->name;
}

/* The panel of a series; -1 when there are too many. */
static int panel_of(struct picture *p, const struct doc_series *s)
{
	bool area = s->form == SERIES_AREA;

	for (int i = 0; i < p->n_panels; i++)
		/* counts of different things differ by powers of ten */
		if (p->panels[i].unit == s->unit && p->panels[i].per_second == s->per_second &&
		    (s->unit != UNIT_COUNT || p->panels[i].kind == kind_of(s) ||
		     !strcmp(p->panels[i].kind, kind_of(s)))) {
			p->panels[i].stacked |= area;
			return i;
		}
	if (p->n_panels == PANELS_MOST)
		return -1;
	p->panels[p->n_panels] = (struct panel){
		.unit = s->unit,
		.per_second = s->per_second,
		.kind = kind_of(s),
		.title = s->title,
		.stacked = area,
		.log = !p->n_panels && p->options->log && !area,
	};
	return p->n_panels++;
}

static void find_curves(struct picture *p)
{
	p->curves = xcalloc(p->doc->n_series + 1, sizeof(*p->curves));
	for (size_t i = 0; i < p->doc->n_series; i++) {
		const struct doc_series *s = p->doc->series[i];
		int panel = is_shown(s) ? panel_of(p, s) : -1;

		if (panel < 0)
			continue;
		p->by_run |= p->n_curves && !same(s->run, p->curves[0].series->run);
		p->curves[p->n_curves++] = (struct drawn){ .series = s, .panel = panel };
	}
}

static void find_window(struct picture *p)
{
	p->from = p->doc->from;
	p->to = p->doc->to;
	if (p->to > p->from)
		return;
	for (size_t i = 0; i < p->n_curves; i++) {
		const struct doc_series *s = p->curves[i].series;

		if (s->points[s->n_points - 1].t > p->to)
			p->to = s->points[s->n_points - 1].t;
	}
	for (size_t i = 0; i < p->doc->n_spans; i++)
		if (p->doc->spans[i].to > p->to)
			p->to = p->doc->spans[i].to;
	if (p->to <= p->from)
		p->to = p->from + 1;
}

static void choose_colors(struct picture *p)
{
	size_t next = 0;

	for (size_t i = 0; i < p->n_curves; i++) {
		struct drawn *c = &p->curves[i];
		size_t k = i;

		if (p->by_run)
			for (k = 0; k < i; k++)
				if (same(p->curves[k].series->run, c->series->run))
					break;
		if (k < i) {
			c->color = p->curves[k].color;
			c->dashed = strcmp(kind_of(p->curves[k].series), kind_of(c->series)) != 0;
			continue;
		}
		if (c->series->form == SERIES_LINE && p->panels[c->panel].stacked) {
			c->color = p->theme->text;
			continue;
		}
		if (strstr(c->series->name, ":other") && c->series->form == SERIES_AREA) {
			c->color = p->theme->rest;
			continue;
		}
		c->color = p->theme->curves[next % THEME_COLORS];
		if (next / THEME_COLORS % 2)
			c->color = theme_mix(c->color, p->theme->ground, 0.45);
		next++;
	}
}

static void find_highest(struct picture *p)
{
	for (size_t i = 0; i < p->n_curves; i++) {
		const struct doc_series *s = p->curves[i].series;
		bool any = false;

		for (size_t k = 0; k < s->n_points; k++) {
			if (s->points[k].t < p->from || s->points[k].t > p->to)
				continue;
			if (!any || s->points[k].value > p->curves[i].highest)
				p->curves[i].highest = s->points[k].value;
			any = true;
		}
	}
}

/* The highest sum of a panel's areas. */
static double highest_stack(struct picture *p, int panel)
{
	const struct doc_series **v = xcalloc(p->n_curves + 1, sizeof(*v));
	double *t = xcalloc(COLUMNS, sizeof(*t)), *values, high = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->n_curves; i++)
		if (p->curves[i].panel == panel && p->curves[i].series->form == SERIES_AREA)
			v[n++] = p->curves[i].series;
	values = xcalloc(COLUMNS * (n + 1), sizeof(*values));
	if (n)
		reduce_stack(v, n, p->from, p->to, COLUMNS, t, values);
	for (size_t c = 0; n && c < COLUMNS; c++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += values[c * n + i];
		if (sum <= high)
			continue;
		high = sum;
		p->panels[panel].highest = sum;
		p->panels[panel].highest_at = t[c];
	}
	free(v);
	free(t);
	free(values);
	return high;
}

static int64_t lowest_above_zero(const struct picture *p, int panel)
{
	int64_t low = INT64_MAX;

	for (size_t i = 0; i < p->n_curves; i++) {
		const struct doc_series *s = p->curves[i].series;

		for (size_t k = 0; p->curves[i].panel == panel && k < s->n_points; k++)
			if (s->points[k].value > 0 && s->points[k].value < low)
				low = s->points[k].value;
	}
	return low == INT64_MAX ? 1 : low;
}

static void choose_scale(struct picture *p, int index)
{
	struct panel *panel = &p->panels[index];
	double low = 0, high = panel->stacked ? highest_stack(p, index) : 0;

	for (size_t i = 0; i < p->n_curves; i++) {
		const struct doc_series *s = p->curves[i].series;

		if (p->curves[i].panel != index || s->form == SERIES_AREA)
			continue;
		if ((double)p->curves[i].highest > high)
			high = (double)p->curves[i].highest;
		for (size_t k = 0; k < s->n_points; k++)
			if ((double)s->points[k].value < low)
				low = (double)s->points[k].value;
	}
	if (high <= low)
		high = low + 1;
	if (panel->log) {
		/* from the power of two below: zero stands at the bottom */
		panel->low = exp2(floor(log2((double)lowest_above_zero(p, index))));
		panel->high = high * 2 > panel->low * 4 ? high * 2 : panel->low * 4;
		return;
	}
	panel->most = high;
	panel->low = low * (low < 0 ? HEADROOM : 1);
	panel->high = high * HEADROOM;
}

void scene_init(struct picture *p)
{
	find_curves(p);
	find_window(p);
	choose_colors(p);
	find_highest(p);
	for (int i = 0; i < p->n_panels; i++)
		choose_scale(p, i);
	for (size_t i = 0; p->options->slope && i < p->n_curves; i++)
		slope_find(&p->curves[i], p->from, p->to);
}

void scene_release(struct picture *p)
{
	for (size_t i = 0; i < p->n_labels; i++)
		free(p->labels[i].text);
	free(p->labels);
	free(p->lanes);
	free(p->curves);
}
