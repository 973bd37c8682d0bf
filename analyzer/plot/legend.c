/* SPDX-License-Identifier: MIT */
/* legend.c - what each colour is, in as many rows as it takes. */
#include <math.h>
#include <stdlib.h>

#include "plot/canvas.h"
#include "plot/picture.h"
#include "util/strbuf.h"
#include "util/units.h"

#define ROW 1.45 /* em */

static void put_number(struct strbuf *out, const struct doc_series *s, double value)
{
	uint64_t v = value < 0 ? (uint64_t)-value : (uint64_t)value;

	if (value < 0)
		strbuf_addch(out, '-');
	switch (s->unit) {
	case UNIT_BYTES:
		units_add_bytes(out, v);
		break;
	case UNIT_NS:
		units_add_ns(out, v);
		break;
	case UNIT_PERCENT:
		strbuf_addf(out, "%.0f%%", fabs(value));
		break;
	case UNIT_NONE:
		strbuf_addf(out, "%.4g", fabs(value) / 1000);
		break;
	default:
		units_add_count(out, v);
	}
	if (s->per_second && s->unit != UNIT_PERCENT)
		strbuf_addstr(out, "/s");
}

static void put_name(const struct picture *p, const struct drawn *c, struct strbuf *out)
{
	bool kinds = false;

	for (size_t i = 0; i < p->n_curves; i++)
		kinds |= p->curves[i].dashed;
	if (p->by_run && c->series->run)
		strbuf_addf(out, "%s%s", c->series->run, kinds ? ", " : "");
	if (!p->by_run || kinds || !c->series->run)
		strbuf_addstr(out, c->series->title ? c->series->title : c->series->name);
}

static void put_facts(const struct picture *p, const struct drawn *c, struct strbuf *out)
{
	put_number(out, c->series, (double)c->highest);
	if (p->options->slope) {
		strbuf_addstr(out, c->slope < 0 ? "  slope " : "  slope +");
		put_number(out, c->series, c->slope * 1e9);
		if (!c->series->per_second)
			strbuf_addstr(out, "/s");
	}
}

/* Walks the entries; draws them when `draw` is set.  Returns the height. */
static double walk(struct picture *p, bool draw)
{
	double em = p->em, x = p->legend.x, y = p->legend.y, right = x + p->legend.w;
	struct strbuf name = STRBUF_INIT, cut = STRBUF_INIT, facts = STRBUF_INIT;

	for (size_t i = 0; i < p->n_curves; i++) {
		const struct drawn *c = &p->curves[i];
		double name_width, width;

		strbuf_clear(&name);
		strbuf_clear(&cut);
		strbuf_clear(&facts);
		put_name(p, c, &name);
		put_facts(p, c, &facts);
		canvas_font(p->cr, em, false);
		canvas_fit(p->cr, &cut, name.buf, p->legend.w * 0.55);
		name_width = canvas_width(p->cr, cut.buf);
		width = 2.1 * em + name_width + 0.5 * em + canvas_width(p->cr, facts.buf);
		if (x > p->legend.x && x + width > right) {
			x = p->legend.x;
			y += ROW * em;
		}
		if (draw) {
			double middle = y + 0.62 * em;

			canvas_color(p->cr, c->color, 1);
			if (c->series->form == SERIES_AREA) {
				cairo_rectangle(p->cr, x, middle - 0.42 * em, 1.5 * em, 0.84 * em);
				cairo_fill(p->cr);
			} else {
				static const double dashes[] = { 5, 3 };

				cairo_set_dash(p->cr, dashes, c->dashed ? 2 : 0, 0);
				canvas_line(p->cr, x, middle, x + 1.5 * em, middle, 2.6);
				cairo_set_dash(p->cr, dashes, 0, 0);
			}
			canvas_color(p->cr, p->theme->text, 1);
			canvas_text(p->cr, x + 2.1 * em, y + em, ANCHOR_LEFT, cut.buf);
			canvas_color(p->cr, p->theme->dim, 1);
			canvas_text(p->cr, x + 2.6 * em + name_width, y + em, ANCHOR_LEFT,
				    facts.buf);
		}
		x += width + 1.8 * em;
	}
	strbuf_release(&name);
	strbuf_release(&cut);
	strbuf_release(&facts);
	return y + ROW * em - p->legend.y;
}

double legend_height(struct picture *p)
{
	return walk(p, false);
}

void legend_draw(struct picture *p)
{
	walk(p, true);
}
