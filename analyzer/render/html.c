/* SPDX-License-Identifier: MIT */
/*
 * html.c - a doc as one page for any browser: tables that sort and filter, the tree
 * as a flame graph, curves; nothing is loaded from elsewhere.
 */
#include "render/html.h"

#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "render/layout.h"
#include "render/renderer.h"
#include "render/shorten.h"
#include "render/svg.h"
#include "util/sink.h"
#include "util/strbuf.h"

/* A name is cut only where it would be longer than anybody reads. */
#define NAME_MOST 400
#define FILTER_FROM 12 /* rows from which a table gets a field to filter it */

extern const struct renderer render_svg;

static void put_text(struct sink *out, const char *class, const char *text)
{
	sink_printf(out, "<span class=\"%s\">", class);
	svg_put_text(out, text);
	sink_puts(out, "</span>");
}

static void put_frame(struct sink *out, const struct doc_frame *frame)
{
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT;

	shorten_frame(frame, NAME_MOST, true, &name, &where);
	put_text(out, "m-code", name.buf);
	if (where.len) {
		sink_puts(out, "&ensp;");
		put_text(out, "m-place", where.buf);
	}
	strbuf_release(&name);
	strbuf_release(&where);
}

static void put_stack(struct sink *out, const struct doc_cell *cell)
{
	if (cell->stack.n <= 1) {
		if (cell->stack.n)
			put_frame(out, &cell->stack.v[0]);
		return;
	}
	sink_puts(out, "<details><summary>");
	put_frame(out, &cell->stack.v[0]);
	sink_puts(out, "</summary>");
	for (size_t i = 1; i < cell->stack.n; i++) {
		put_frame(out, &cell->stack.v[i]);
		sink_puts(out, "<br>\n");
	}
	sink_puts(out, "</details>");
}

/* The raw number, to sort by. */
static void put_raw(struct sink *out, const struct doc_cell *cell)
{
	if (cell->type == CELL_INT)
		sink_printf(out, " data-v=\"%" PRId64 "\"", cell->i);
	else if (cell->type == CELL_UINT)
		sink_printf(out, " data-v=\"%" PRIu64 "\"", cell->u);
	else if (cell->type == CELL_REAL)
		sink_printf(out, " data-v=\"%.12g\"", cell->r);
}

static void put_heat(struct sink *out, const struct doc_cell *cell)
{
	double part = cell->type == CELL_REAL && cell->r > 0 ? cell->r / 100 : 0;

	/* from pale to red */
	sink_puts(out, "<td class=\"m-heat\"");
	if (part > 0)
		sink_printf(out, " style=\"background:hsl(%d 90%% %d%%)\"", (int)(50 - 45 * part),
			    (int)(85 - 35 * part));
	sink_puts(out, "></td>");
}

static void put_cell(struct sink *out, const struct doc_cell *cell, const struct doc_column *column,
		     const char *detail)
{
	struct strbuf text = STRBUF_INIT;

	if (column->flags & COLUMN_HEAT) {
		put_heat(out, cell);
		return;
	}
	sink_puts(out, "<td");
	if (layout_is_right(column))
		sink_puts(out, " class=\"m-right\"");
	put_raw(out, cell);
	sink_putc(out, '>');
	if (cell->type == CELL_STACK) {
		put_stack(out, cell);
	} else if (cell->type == CELL_TEXT) {
		put_text(out, "m-code", cell->text ? cell->text : "");
	} else {
		layout_column_cell(&text, cell, column);
		svg_put_text(out, text.buf);
	}
	if (detail) {
		sink_puts(out, "<br>");
		put_text(out, "m-detail", detail);
	}
	sink_puts(out, "</td>");
	strbuf_release(&text);
}

static bool is_shown(const struct doc_table *table, size_t c)
{
	return !(table->columns[c].flags & COLUMN_FOR_MACHINES);
}

static size_t last_shown(const struct doc_table *table)
{
	size_t last = 0;

	for (size_t c = 0; c < table->n_columns; c++)
		if (is_shown(table, c))
			last = c;
	return last;
}

static void put_row(struct sink *out, const struct doc_table *table, const struct doc_row *row)
{
	size_t last = last_shown(table);

	sink_puts(out, "<tr>");
	for (size_t c = 0; c < table->n_columns; c++)
		if (is_shown(table, c))
			put_cell(out, &row->cells[c], &table->columns[c],
				 c == last ? row->detail : NULL);
	sink_puts(out, "</tr>\n");
}

static void put_table_head(struct sink *out, const struct doc_table *table)
{
	sink_puts(out, "<thead><tr>");
	for (size_t c = 0; c < table->n_columns; c++) {
		if (!is_shown(table, c))
			continue;
		sink_printf(out, "<th%s>%s",
			    layout_is_right(&table->columns[c]) ? " class=\"m-right\"" : "",
			    *table->columns[c].title ? "<button type=\"button\">" : "");
		svg_put_text(out, table->columns[c].title);
		sink_printf(out, "%s</th>", *table->columns[c].title ? "</button>" : "");
	}
	sink_puts(out, "</tr></thead>\n");
}

static void put_table(struct sink *out, const struct doc_table *table, size_t index)
{
	if (table->title) {
		sink_puts(out, "<h2>");
		svg_put_text(out, table->title);
		sink_puts(out, "</h2>\n");
	}
	if (!table->n_rows) {
		sink_puts(out, "<p>");
		svg_put_text(out, table->empty ? table->empty : "nothing");
		sink_puts(out, "</p>\n");
		return;
	}
	if (table->n_rows >= FILTER_FROM)
		sink_printf(out,
			    "<input class=\"m-filter\" type=\"search\" data-table=\"table%zu\" "
			    "placeholder=\"show rows with\" aria-label=\"show rows with\">\n",
			    index);
	sink_printf(out, "<table class=\"m-table\" id=\"table%zu\">\n", index);
	put_table_head(out, table);
	sink_puts(out, "<tbody>\n");
	for (size_t r = 0; r < table->n_rows; r++)
		put_row(out, table, &table->rows[r]);
	sink_puts(out, "</tbody>\n");
	if (table->n_footer) {
		sink_puts(out, "<tfoot>\n");
		for (size_t r = 0; r < table->n_footer; r++)
			put_row(out, table, &table->footer[r]);
		sink_puts(out, "</tfoot>\n");
	}
	sink_puts(out, "</table>\n");
}

static bool same_group(const struct doc_value *a, const struct doc_value *b)
{
	return a->group == b->group || (a->group && b->group && !strcmp(a->group, b->group));
}

static void put_value(struct sink *out, const struct doc_value *v)
{
	struct strbuf text = STRBUF_INIT;

	layout_cell(&text, &v->cell, v->unit);
	sink_puts(out, "<tr><td>");
	svg_put_text(out, v->title);
	sink_puts(out, "</td><td>");
	svg_put_text(out, text.buf);
	sink_puts(out, "</td></tr>\n");
	strbuf_release(&text);
}

static void put_values(struct sink *out, const struct doc *doc)
{
	bool open = false;

	for (size_t i = 0; i < doc->n_values; i++) {
		const struct doc_value *v = &doc->values[i], *before = NULL;

		if (!v->title || v->cell.type == CELL_NONE)
			continue;
		for (size_t k = i; k-- > 0 && !before;)
			if (doc->values[k].title && doc->values[k].cell.type != CELL_NONE)
				before = &doc->values[k];
		if (!open)
			sink_puts(out, "<div class=\"m-values\">\n");
		if (!before || !same_group(before, v)) {
			sink_puts(out, open ? "</table></div>\n<div>" : "<div>");
			if (v->group) {
				sink_puts(out, "<h2>");
				svg_put_text(out, v->group);
				sink_puts(out, "</h2>");
			}
			sink_puts(out, "<table>\n");
		}
		open = true;
		put_value(out, v);
	}
	if (open)
		sink_puts(out, "</table></div>\n</div>\n");
}

static void put_titles(struct sink *out, const struct doc *doc)
{
	sink_puts(out, "<h1>");
	svg_put_text(out, doc->title ? doc->title : doc->report);
	sink_puts(out, "</h1>\n");
	if (doc->subtitle) {
		sink_puts(out, "<p class=\"m-sub\">");
		svg_put_text(out, doc->subtitle);
		sink_puts(out, "</p>\n");
	}
}

/* The picture of the doc, which has the titles in it.  False when there is none. */
static bool put_picture(struct sink *out, const struct doc *doc, const struct term *term)
{
	struct sink svg;

	if (!render_svg.fits(doc))
		return false;
	sink_to_memory(&svg);
	render_svg.write(doc, term, &svg);
	html_put_svg(out, svg.buf.buf);
	sink_close(&svg);
	return true;
}

static void put_notes(struct sink *out, const struct doc *doc)
{
	for (size_t i = 0; i < doc->n_notes; i++) {
		const struct doc_note *note = &doc->notes[i];
		bool quiet = note->level == LEVEL_INFO;

		sink_printf(out, "<p class=\"m-note%s\"><b>%s:</b> ", quiet ? "" : " m-warning",
			    quiet ? "note" : doc_level_name(note->level));
		svg_put_text(out, note->text);
		sink_puts(out, "</p>\n");
	}
}

static void write_html(const struct doc *doc, const struct term *term, struct sink *out)
{
	html_put_head(out, doc->title ? doc->title : doc->report);
	if (!put_picture(out, doc, term))
		put_titles(out, doc);
	put_values(out, doc);
	for (size_t i = 0; i < doc->n_tables; i++)
		if (!(doc->tables[i]->flags & COLUMN_FOR_MACHINES))
			put_table(out, doc->tables[i], i);
	put_notes(out, doc);
	html_put_end(out);
}

const struct renderer render_html = {
	.name = "html",
	.summary = "a page for any browser: tables that sort and filter, trees as flame graphs",
	.for_people = true,
	.document = true,
	.write = write_html,
};
