/* SPDX-License-Identifier: MIT */
/*
 * markdown.c - a doc as GitHub-flavoured Markdown, for a comment on a pull
 * request: names stand in code spans, so that nothing in them is markup.
 */
#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "render/layout.h"
#include "render/renderer.h"
#include "render/shorten.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* A cell of a table grows in height, not without end in width. */
#define NAME_MOST 80
#define FRAMES_MOST 8

/* Text outside of code: characters that could be markup are escaped. */
static void put_plain(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	for (const char *p = clean.buf; *p; p++) {
		if (strchr("\\`*_[]<>|#~", *p))
			sink_putc(out, '\\');
		sink_putc(out, *p);
	}
	strbuf_release(&clean);
}

/* As many backquotes around as the text needs; | is escaped even there, for tables. */
static void put_code(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;
	size_t most = 0, run = 0;
	bool pad;

	utf8_add_clean(&clean, text);
	for (const char *p = clean.buf; *p; p++) {
		run = *p == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	pad = clean.len && (clean.buf[0] == '`' || clean.buf[clean.len - 1] == '`');
	for (size_t i = 0; i <= most; i++)
		sink_putc(out, '`');
	sink_puts(out, pad ? " " : "");
	for (const char *p = clean.buf; *p; p++) {
		if (*p == '|')
			sink_putc(out, '\\');
		sink_putc(out, *p);
	}
	sink_puts(out, pad ? " " : "");
	for (size_t i = 0; i <= most; i++)
		sink_putc(out, '`');
	strbuf_release(&clean);
}

static void put_frame(struct sink *out, const struct doc_frame *frame)
{
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT;

	shorten_frame(frame, NAME_MOST, true, &name, &where);
	put_code(out, name.buf);
	if (where.len) {
		sink_putc(out, ' ');
		put_plain(out, where.buf);
	}
	strbuf_release(&name);
	strbuf_release(&where);
}

static void put_stack(struct sink *out, const struct doc_cell *cell)
{
	for (size_t i = 0; i < cell->stack.n; i++) {
		sink_puts(out, i ? "<br>" : "");
		if (i == FRAMES_MOST && cell->stack.n > FRAMES_MOST + 1) {
			sink_printf(out, "%zu more frames", cell->stack.n - FRAMES_MOST);
			return;
		}
		put_frame(out, &cell->stack.v[i]);
	}
}

static void put_cell(struct sink *out, const struct doc_cell *cell, const struct doc_column *column,
		     bool bold)
{
	struct strbuf text = STRBUF_INIT;

	if (cell->type == CELL_STACK) {
		put_stack(out, cell);
		return;
	}
	layout_column_cell(&text, cell, column);
	if (!text.len)
		return;
	if (bold)
		sink_printf(out, "**%s**", text.buf);
	else if (cell->type == CELL_TEXT && column->align != ALIGN_RIGHT)
		put_code(out, text.buf);
	else
		put_plain(out, text.buf);
	strbuf_release(&text);
}

static bool is_shown(const struct doc_table *table, size_t c)
{
	if (table->columns[c].flags & (COLUMN_FOR_MACHINES | COLUMN_HEAT))
		return false;
	for (size_t r = 0; r < table->n_rows; r++)
		if (table->rows[r].cells[c].type != CELL_NONE)
			return true;
	return false;
}

static size_t last_shown(const struct doc_table *table)
{
	size_t last = 0;

	for (size_t c = 0; c < table->n_columns; c++)
		if (is_shown(table, c))
			last = c;
	return last;
}

static void put_row(struct sink *out, const struct doc_table *table, const struct doc_row *row,
		    bool footer)
{
	size_t last = last_shown(table);

	sink_putc(out, '|');
	for (size_t c = 0; c < table->n_columns; c++) {
		if (!is_shown(table, c))
			continue;
		sink_putc(out, ' ');
		put_cell(out, &row->cells[c], &table->columns[c], footer);
		if (c == last && row->detail) {
			sink_puts(out, "<br>");
			put_code(out, row->detail);
		}
		sink_puts(out, " |");
	}
	sink_putc(out, '\n');
}

static void put_table(struct sink *out, const struct doc_table *table)
{
	if (table->title) {
		sink_puts(out, "#### ");
		put_plain(out, table->title);
		sink_puts(out, "\n\n");
	}
	if (!table->n_rows) {
		put_plain(out, table->empty ? table->empty : "nothing");
		sink_puts(out, "\n\n");
		return;
	}
	sink_putc(out, '|');
	for (size_t c = 0; c < table->n_columns; c++)
		if (is_shown(table, c)) {
			sink_putc(out, ' ');
			put_plain(out, table->columns[c].title);
			sink_puts(out, " |");
		}
	sink_puts(out, "\n|");
	for (size_t c = 0; c < table->n_columns; c++)
		if (is_shown(table, c))
			sink_puts(out, layout_is_right(&table->columns[c]) ? " ---: |" : " --- |");
	sink_putc(out, '\n');
	for (size_t r = 0; r < table->n_rows; r++)
		put_row(out, table, &table->rows[r], false);
	for (size_t r = 0; r < table->n_footer; r++)
		put_row(out, table, &table->footer[r], true);
	sink_putc(out, '\n');
}

static void put_values(struct sink *out, const struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;
	bool any = false;

	for (size_t i = 0; i < doc->n_values; i++) {
		const struct doc_value *v = &doc->values[i];

		if (!v->title || v->cell.type == CELL_NONE)
			continue;
		sink_puts(out, any ? "| " : "| value | |\n| --- | ---: |\n| ");
		any = true;
		put_plain(out, v->title);
		sink_puts(out, " | ");
		strbuf_clear(&text);
		layout_cell(&text, &v->cell, v->unit);
		if (v->cell.type == CELL_TEXT)
			put_code(out, text.buf);
		else
			put_plain(out, text.buf);
		sink_puts(out, " |\n");
	}
	sink_puts(out, any ? "\n" : "");
	strbuf_release(&text);
}

/* Errors stand out; the rest is folded away. */
static void put_notes(struct sink *out, const struct doc *doc)
{
	bool open = false;

	for (size_t i = 0; i < doc->n_notes; i++)
		if (doc->notes[i].level == LEVEL_ERROR) {
			sink_puts(out, "> **");
			put_plain(out, doc->notes[i].text);
			sink_puts(out, "**\n\n");
		}
	for (size_t i = 0; i < doc->n_notes; i++) {
		const struct doc_note *note = &doc->notes[i];

		if (note->level == LEVEL_ERROR)
			continue;
		sink_puts(out, open ? "" : "<details><summary>notes</summary>\n\n");
		open = true;
		sink_printf(out, "- %s", note->level == LEVEL_WARNING ? "warning: " : "");
		put_plain(out, note->text);
		sink_putc(out, '\n');
	}
	sink_puts(out, open ? "\n</details>\n" : "");
}

static void write_markdown(const struct doc *doc, const struct term *term, struct sink *out)
{
	(void)term;
	if (doc->title) {
		sink_puts(out, "### ");
		put_plain(out, doc->title);
		sink_puts(out, "\n\n");
	}
	if (doc->subtitle) {
		put_plain(out, doc->subtitle);
		sink_puts(out, "\n\n");
	}
	put_values(out, doc);
	for (size_t i = 0; i < doc->n_tables; i++)
		if (!(doc->tables[i]->flags & COLUMN_FOR_MACHINES))
			put_table(out, doc->tables[i]);
	put_notes(out, doc);
}

const struct renderer render_markdown = {
	.name = "markdown",
	.summary = "tables for a comment on a pull request",
	.for_people = true,
	.write = write_markdown,
};
