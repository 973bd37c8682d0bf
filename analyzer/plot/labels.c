/* SPDX-License-Identifier: MIT */
/*
 * labels.c - moments as lines with their names above the curves, in rows so
 * that no two collide; and the peak as a cross.
 */
#include <stdlib.h>
#include <string.h>

#include "plot/canvas.h"
#include "plot/picture.h"
#include "plot/reduce.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

#define NAME_ROWS 3
#define UNNAMED_FROM 7 /* so many forks are lines without a word */
#define WIDEST 0.22    /* of the plot */
#define GAP 0.8	       /* em */

static bool is_line(const struct picture *p, const struct doc_moment *m)
{
	return !p->options->plain && strcmp(m->kind, "peak") && m->t >= p->from && m->t <= p->to;
}

static int by_time(const void *left, const void *right)
{
	const struct label *a = left, *b = right;

	if (a->moment->t != b->moment->t)
		return a->moment->t < b->moment->t ? -1 : 1;
	return a->moment < b->moment ? -1 : a->moment > b->moment;
}

/* Has it a name of its own, or is it one of a few? */
static bool is_named(const struct doc_moment *m, size_t forks)
{
	bool named = !strcmp(m->kind, "mark") || !strcmp(m->kind, "snapshot");

	return named || forks < UNNAMED_FROM;
}

static void put_text(const struct doc_moment *m, size_t times, struct strbuf *out)
{
	if (!strcmp(m->kind, "exec") && m->name)
		strbuf_addf(out, "exec %s", path_last(m->name));
	else
		strbuf_addstr(out, m->name && *m->name ? m->name : m->kind);
	if (times > 1)
		strbuf_addf(out, " ×%zu", times);
}

/* The first row with room from `left` on; -1 when there is none. */
static int row_of(double *ends, double left, double gap)
{
	for (int r = 0; r < NAME_ROWS; r++)
		if (left >= ends[r] + gap)
			return r;
	return -1;
}

/* Labels of one name so close that they could not stand apart. */
static size_t repeated(const struct picture *p, size_t i, double width)
{
	const struct doc_moment *m = p->labels[i].moment;
	size_t n = 1;

	for (size_t k = i + 1; k < p->n_labels && p->labels[k].x - p->labels[k - 1].x < width;
	     k++) {
		const struct doc_moment *other = p->labels[k].moment;

		if (strcmp(m->kind, other->kind) || !m->name || !other->name ||
		    strcmp(m->name, other->name))
			break;
		n++;
	}
	return n;
}

static void name_label(struct picture *p, size_t i, size_t times, double *ends)
{
	struct strbuf text = STRBUF_INIT, cut = STRBUF_INIT;
	struct label *l = &p->labels[i];
	double em = p->em, right = p->plot.x + p->plot.w;

	put_text(l->moment, times, &text);
	canvas_fit(p->cr, &cut, text.buf, p->plot.w * WIDEST);
	l->width = canvas_width(p->cr, cut.buf);
	/* to the right of its line; the last ones to the left */
	l->left = l->x + 0.35 * em;
	if (l->left + l->width > right)
		l->left = l->x - 0.35 * em - l->width;
	l->row = row_of(ends, l->left, GAP * em);
	if (l->row >= 0) {
		ends[l->row] = l->left + l->width > l->x ? l->left + l->width : l->x;
		l->text = strbuf_detach(&cut, NULL);
		if (l->row >= p->label_rows)
			p->label_rows = l->row + 1;
	}
	strbuf_release(&text);
	strbuf_release(&cut);
}

void labels_place(struct picture *p)
{
	double ends[NAME_ROWS] = { -1e9, -1e9, -1e9 };
	size_t forks = 0, skip = 0;

	p->labels = xcalloc(p->doc->n_moments + 1, sizeof(*p->labels));
	for (size_t i = 0; i < p->doc->n_moments; i++) {
		const struct doc_moment *m = &p->doc->moments[i];

		if (!is_line(p, m))
			continue;
		forks += !strcmp(m->kind, "fork") || !strcmp(m->kind, "exec");
		p->labels[p->n_labels++] = (struct label){ .moment = m,
							   .x = picture_x(p, (double)m->t),
							   .row = -1 };
	}
	qsort(p->labels, p->n_labels, sizeof(*p->labels), by_time);
	canvas_font(p->cr, 0.95 * p->em, false);
	for (size_t i = 0; i < p->n_labels; i++) {
		size_t times;

		if (skip) {
			skip--;
			continue;
		}
		if (!is_named(p->labels[i].moment, forks))
			continue;
		times = repeated(p, i, 4 * p->em);
		name_label(p, i, times, ends);
		skip = times - 1;
	}
}

void labels_draw(struct picture *p)
{
	static const double dashes[] = { 3, 3 };
	double bottom = p->panels[p->n_panels - 1].box.y + p->panels[p->n_panels - 1].box.h;

	for (size_t i = 0; i < p->n_labels; i++) {
		const struct label *l = &p->labels[i];
		double top = p->plot.y, x = l->x;

		/* lines so close that they would be an area are one */
		if (!l->text && i && x - p->labels[i - 1].x < 1.5)
			continue;
		if (l->text)
			top = p->marks.y + l->row * 1.35 * p->em;
		cairo_set_dash(p->cr, dashes, 2, 0);
		canvas_color(p->cr, p->theme->mark, l->text ? 0.75 : 0.35);
		canvas_line(p->cr, x, top, x, bottom, 0.9);
		cairo_set_dash(p->cr, dashes, 0, 0);
	}
	canvas_font(p->cr, 0.95 * p->em, false);
	for (size_t i = 0; i < p->n_labels; i++) {
		const struct label *l = &p->labels[i];

		if (l->text)
			canvas_text_on(p->cr, l->left, p->marks.y + (l->row * 1.35 + 0.95) * p->em,
				       ANCHOR_LEFT, l->text, p->theme->mark, p->theme->ground);
	}
}

/* The curve a moment's value is on; NULL when it is not drawn. */
static const struct drawn *curve_of(const struct picture *p, const struct doc_moment *m)
{
	for (size_t i = 0; i < p->n_curves; i++) {
		const struct doc_series *s = p->curves[i].series;
		const char *name = s->name;
		size_t length = m->series ? strlen(m->series) : 0, n = strlen(name);

		if (m->run != s->run && (!m->run || !s->run || strcmp(m->run, s->run)))
			continue;
		/* the areas of a stack add up to the heap */
		if (s->form == SERIES_AREA)
			return &p->curves[i];
		if (n >= length && !strcmp(name + n - length, m->series ? m->series : ""))
			return &p->curves[i];
	}
	return NULL;
}

static void draw_cross(struct picture *p, double x, double y, double size)
{
	for (int i = 0; i < 2; i++) {
		canvas_color(p->cr, i ? p->theme->peak : p->theme->ground, i ? 1 : 0.9);
		canvas_line(p->cr, x - size, y - size, x + size, y + size, i ? 2 : 4.5);
		canvas_line(p->cr, x - size, y + size, x + size, y - size, i ? 2 : 4.5);
	}
}

#define PROBES 48

/* Whether lines of the panel pass through the box, and how high they come within its width. */
static void find_lines(const struct picture *p, const struct panel *panel, const struct box *b,
		       double *top, bool *crossed)
{
	double scale = (double)(p->to - p->from) / p->plot.w;

	*top = panel->box.y + panel->box.h;
	*crossed = false;
	for (size_t i = 0; i < p->n_curves; i++) {
		size_t hint = 0;

		if (&p->panels[p->curves[i].panel] != panel ||
		    p->curves[i].series->form == SERIES_AREA)
			continue;
		for (int k = 0; k <= PROBES; k++) {
			double x = b->x + b->w * k / PROBES, y;

			y = picture_y(panel,
				      reduce_at(p->curves[i].series,
						(double)p->from + (x - p->plot.x) * scale, &hint));
			*crossed |= y >= b->y && y <= b->y + b->h;
			*top = y < *top ? y : *top;
		}
	}
}

/*
 * Where the words stand: above the cross, or beside it, where no line is; else
 * above all lines there, with the panel's room above them.
 */
static struct box words_at(const struct picture *p, const struct panel *panel, double x, double y,
			   double width)
{
	const double em = p->em, right = panel->box.x + panel->box.w;
	struct box tries[] = {
		{ x - width / 2, y - 1.75 * em, width, 1.3 * em },
		{ x - width - 0.7 * em, y - 0.65 * em, width, 1.3 * em },
		{ x - width - 0.4 * em, y - 1.6 * em, width, 1.3 * em },
		{ x + 0.7 * em, y - 0.65 * em, width, 1.3 * em },
		{ x + 0.4 * em, y - 1.6 * em, width, 1.3 * em },
		{ x - width - 0.4 * em, y - 2.8 * em, width, 1.3 * em },
		{ x + 0.4 * em, y - 2.8 * em, width, 1.3 * em },
	};
	struct box best;
	bool crossed;
	double top;

	if (tries[0].x < panel->box.x + 0.3 * em)
		tries[0].x = panel->box.x + 0.3 * em;
	if (tries[0].x + width > right)
		tries[0].x = right - width;
	best = tries[0];

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		const struct box *b = &tries[i];

		if (b->x < panel->box.x + 0.3 * em || b->x + width > right + 0.01 ||
		    b->y < panel->box.y - 0.4 * em)
			continue;
		find_lines(p, panel, b, &top, &crossed);
		if (!crossed)
			return *b;
	}
	find_lines(p, panel, &best, &top, &crossed);
	if (top - 1.9 * em > panel->box.y - 0.4 * em && top - 1.9 * em < best.y)
		best.y = top - 1.9 * em;
	return best;
}

static void draw_peak(struct picture *p, double t, double value, const struct panel *panel,
		      const char *word)
{
	double x = picture_x(p, t), y = picture_y(panel, value);
	struct strbuf text = STRBUF_INIT;
	struct box at;

	strbuf_addf(&text, "%s ", word);
	units_add_bytes(&text, (uint64_t)value);
	if (!p->by_run) {
		strbuf_addstr(&text, " at ");
		units_add_ns(&text, (uint64_t)t);
	}
	draw_cross(p, x, y, 0.38 * p->em);
	canvas_font(p->cr, p->em, true);
	at = words_at(p, panel, x, y, canvas_width(p->cr, text.buf));
	canvas_text_on(p->cr, at.x, at.y + p->em, ANCHOR_LEFT, text.buf, p->theme->peak,
		       p->theme->ground);
	strbuf_release(&text);
}

/* Where no peak is told: the highest of the first curve, or of all runs. */
static void draw_highest(struct picture *p)
{
	const struct drawn *c = &p->curves[0];

	for (size_t i = 1; i < p->n_curves && p->by_run; i++)
		if (!p->curves[i].panel && p->curves[i].highest > c->highest)
			c = &p->curves[i];

	if (c->series->unit != UNIT_BYTES)
		return;
	if (c->series->form == SERIES_AREA) {
		draw_peak(p, p->panels[c->panel].highest_at, p->panels[c->panel].highest,
			  &p->panels[c->panel], "highest");
		return;
	}
	for (size_t i = 0; i < c->series->n_points; i++) {
		const struct doc_point *at = &c->series->points[i];

		if (at->t < p->from || at->t > p->to || at->value != c->highest)
			continue;
		draw_peak(p, (double)at->t, (double)at->value, &p->panels[c->panel], "highest");
		return;
	}
}

void labels_draw_peaks(struct picture *p)
{
	bool any = false;

	for (size_t i = 0; i < p->doc->n_moments; i++) {
		const struct doc_moment *m = &p->doc->moments[i];
		const struct drawn *c = m->has_value ? curve_of(p, m) : NULL;

		if (!c || m->t < p->from || m->t > p->to)
			continue;
		draw_peak(p, (double)m->t, (double)m->value, &p->panels[c->panel], m->kind);
		any = true;
	}
	if (!any && p->n_curves)
		draw_highest(p);
}
