/* SPDX-License-Identifier: MIT */
/*
 * csv.c - a doc's main table or tree as CSV with the columns' keys as header, or its
 * values as key,value.  Quoted as RFC 4180 says; lines end in a bare newline,
 * as the tools of this system expect.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Names are the program's own choice and may end on a terminal: no control characters. */
static bool may_steer(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

static void put_text(struct sink *out, const char *text)
{
	bool quoted = strpbrk(text, ",\"\r\n");

	if (quoted)
		sink_putc(out, '"');
	while (*text) {
		const char *start = text;
		uint32_t c = utf8_next(&text);

		if (c == '"')
			sink_putc(out, '"');
		if (may_steer(c))
			sink_putc(out, '?');
		else
			sink_write(out, start, (size_t)(text - start));
	}
	if (quoted)
		sink_putc(out, '"');
}

/* `function (file:line);…`, innermost first */
static void put_stack(struct sink *out, const struct doc_cell *cell)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < cell->stack.n; i++) {
		const struct doc_frame *f = &cell->stack.v[i];

		strbuf_addf(&sb, "%s%s", i ? ";" : "", f->function ? f->function : "??");
		if (f->file && f->line)
			strbuf_addf(&sb, " (%s:%" PRIu32 ")", f->file, f->line);
		else if (f->file || f->module)
			strbuf_addf(&sb, " (%s)", f->file ? f->file : f->module);
	}
	put_text(out, sb.buf);
	strbuf_release(&sb);
}

static void put_cell(struct sink *out, const struct doc_cell *cell, enum doc_unit unit)
{
	switch (cell->type) {
	case CELL_NONE:
		break;
	case CELL_INT:
		sink_printf(out, "%" PRId64, cell->i);
		break;
	case CELL_UINT:
		sink_printf(out, unit == UNIT_ADDRESS ? "0x%" PRIx64 : "%" PRIu64, cell->u);
		break;
	case CELL_REAL:
		if (isfinite(cell->r))
			sink_printf(out, "%.12g", cell->r);
		break;
	case CELL_TEXT:
		put_text(out, cell->text);
		break;
	case CELL_STACK:
		put_stack(out, cell);
		break;
	}
}

static void put_line(struct sink *out, const struct doc_table *table, const struct doc_row *row)
{
	bool first = true;

	for (size_t c = 0; c < table->n_columns; c++) {
		const struct doc_column *column = &table->columns[c];

		if (column->flags & COLUMN_FOR_PEOPLE)
			continue;
		if (!first)
			sink_putc(out, ',');
		first = false;
		if (row)
			put_cell(out, &row->cells[c], column->unit);
		else
			put_text(out, column->key);
	}
	sink_putc(out, '\n');
}

static void put_optional(struct sink *out, const char *text)
{
	sink_putc(out, ',');
	if (text)
		put_text(out, text);
}

static void put_tree(struct sink *out, const struct doc_tree *tree)
{
	sink_puts(out, "id,parent,function,file,line,module,self,total\n");
	for (size_t i = 0; i < tree->n_nodes; i++) {
		const struct doc_node *node = &tree->nodes[i];

		sink_printf(out, "%zu,", i);
		if (node->parent != DOC_NO_PARENT)
			sink_printf(out, "%zu", node->parent);
		put_optional(out, node->frame.function);
		put_optional(out, node->frame.file);
		sink_putc(out, ',');
		if (node->frame.line)
			sink_printf(out, "%" PRIu32, node->frame.line);
		put_optional(out, node->frame.module);
		sink_printf(out, ",%" PRId64 ",%" PRId64 "\n", node->self, node->total);
	}
}

static void write_csv(const struct doc *doc, const struct term *term, struct sink *out)
{
	const struct doc_table *table;

	(void)term;
	table = doc->main_table ? doc_find_table(doc, doc->main_table) : NULL;
	if (table) {
		put_line(out, table, NULL);
		for (size_t i = 0; i < table->n_rows; i++)
			put_line(out, table, &table->rows[i]);
		return;
	}
	for (size_t i = 0; i < doc->n_trees && doc->main_table; i++) {
		if (!strcmp(doc->trees[i]->name, doc->main_table)) {
			put_tree(out, doc->trees[i]);
			return;
		}
	}
	sink_puts(out, "key,value\n");
	for (size_t i = 0; i < doc->n_values; i++) {
		put_text(out, doc->values[i].key);
		sink_putc(out, ',');
		put_cell(out, &doc->values[i].cell, doc->values[i].unit);
		sink_putc(out, '\n');
	}
}

const struct renderer render_csv = {
	.name = "csv",
	.summary = "the report's main table",
	.write = write_csv,
};
