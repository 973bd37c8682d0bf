/* SPDX-License-Identifier: MIT */
/* text.c - a doc for people at a terminal: human units, cut to the width. */
#include <string.h>

#include "doc/doc.h"
#include "render/layout.h"
#include "render/renderer.h"
#include "render/text_series.h"
#include "render/text_tree.h"
#include "util/opt.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

#define MARGIN 2

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Lines wrapped at the width; words are cut nowhere. */
static void put_wrapped(struct sink *out, const char *text, int first, int indent, int width)
{
	struct strbuf clean = STRBUF_INIT, lines = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	opt_wrap(&lines, clean.buf, indent, width);
	sink_puts(out, lines.buf + (lines.len > (size_t)first ? first : 0));
	strbuf_release(&clean);
	strbuf_release(&lines);
}

/* Values of one group, from `i` on; returns the index after them. */
static size_t put_group(const struct doc *doc, size_t i, const struct term *term, struct sink *out)
{
	const char *group = doc->values[i].group;
	struct strbuf text = STRBUF_INIT;
	size_t end = i;
	int width = 0;

	for (; end < doc->n_values && same(doc->values[end].group, group); end++)
		if (doc->values[end].title && utf8_width(doc->values[end].title) > width)
			width = utf8_width(doc->values[end].title);
	if (width && group)
		sink_printf(out, "%s%s%s\n", term_style(term, STYLE_BOLD), group,
			    term_style(term, STYLE_NONE));
	for (; i < end; i++) {
		const struct doc_value *v = &doc->values[i];

		if (!v->title || v->cell.type == CELL_NONE)
			continue;
		strbuf_clear(&text);
		layout_cell(&text, &v->cell, v->unit);
		sink_printf(out, "  %-*s  ", width, v->title);
		put_wrapped(out, text.buf, width + 4, width + 4, term->width);
	}
	if (width)
		sink_putc(out, '\n');
	strbuf_release(&text);
	return end;
}

static void put_notes(const struct doc *doc, const struct term *term, struct sink *out)
{
	for (size_t i = 0; i < doc->n_notes; i++) {
		const struct doc_note *note = &doc->notes[i];
		const char *word = note->level == LEVEL_INFO ? "note" : doc_level_name(note->level);

		sink_printf(out, "%s%s:%s ",
			    term_style(term,
				       note->level == LEVEL_INFO ? STYLE_BOLD : STYLE_WARNING),
			    word, term_style(term, STYLE_NONE));
		put_wrapped(out, note->text, (int)strlen(word) + 2, (int)strlen(word) + 2,
			    term->width);
	}
}

static void put_line(const char *text, enum term_style style, const struct term *term,
		     struct sink *out)
{
	if (!text)
		return;
	sink_puts(out, term_style(term, style));
	put_wrapped(out, text, 0, 0, term->width);
	sink_puts(out, term_style(term, STYLE_NONE));
}

static void put_tree(const struct doc_tree *tree, const struct term *term, struct sink *out)
{
	if (!tree->n_nodes)
		put_wrapped(out, tree->empty ? tree->empty : "nothing", 0, MARGIN, term->width);
	else if (tree->form == TREE_ROWS)
		text_tree(tree, term, out);
	else
		text_flame(tree, term, out);
	sink_putc(out, '\n');
}

static void write_text(const struct doc *doc, const struct term *term, struct sink *out)
{
	put_line(doc->title, STYLE_BOLD, term, out);
	put_line(doc->subtitle, STYLE_NONE, term, out);
	if (doc->title || doc->subtitle)
		sink_putc(out, '\n');
	for (size_t i = 0; i < doc->n_values;)
		i = put_group(doc, i, term, out);
	text_series(doc, term, out);
	for (size_t i = 0; i < doc->n_tables; i++) {
		const struct doc_table *table = doc->tables[i];

		if (table->flags & COLUMN_FOR_MACHINES)
			continue;
		put_line(table->title, STYLE_BOLD, term, out);
		if (table->n_rows)
			layout_table(table, term, out);
		else
			put_wrapped(out, table->empty ? table->empty : "nothing", 0, MARGIN,
				    term->width);
		sink_putc(out, '\n');
	}
	for (size_t i = 0; i < doc->n_trees; i++)
		put_tree(doc->trees[i], term, out);
	put_notes(doc, term, out);
}

const struct renderer render_text = {
	.name = "text",
	.summary = "for people: human units, as wide as the terminal",
	.for_people = true,
	.write = write_text,
};
