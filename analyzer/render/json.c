/* SPDX-License-Identifier: MIT */
/*
 * json.c - a doc as JSON: raw numbers under stable keys.  Integers that a
 * double cannot hold are strings; text is valid UTF-8 whatever came in.
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>

#include <memprof/trace.h>

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/json_text.h"
#include "util/sink.h"

static void put_uint(struct sink *out, uint64_t v, bool negative)
{
	const char *quote = v > MP_NUMBER_MAX ? "\"" : "";

	sink_printf(out, "%s%s%" PRIu64 "%s", quote, negative ? "-" : "", v, quote);
}

static void put_int(struct sink *out, int64_t v)
{
	put_uint(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}

static void put_frame(struct sink *out, const struct doc_frame *frame)
{
	sink_puts(out, "{\"function\":");
	json_text(out, frame->function);
	sink_puts(out, ",\"file\":");
	json_text(out, frame->file);
	if (frame->line)
		sink_printf(out, ",\"line\":%" PRIu32 ",\"module\":", frame->line);
	else
		sink_puts(out, ",\"line\":null,\"module\":");
	json_text(out, frame->module);
	sink_putc(out, '}');
}

static void put_cell(struct sink *out, const struct doc_cell *cell, enum doc_unit unit)
{
	switch (cell->type) {
	case CELL_NONE:
		sink_puts(out, "null");
		break;
	case CELL_INT:
		put_int(out, cell->i);
		break;
	case CELL_UINT:
		if (unit == UNIT_ADDRESS)
			sink_printf(out, "\"0x%" PRIx64 "\"", cell->u);
		else
			put_uint(out, cell->u, false);
		break;
	case CELL_REAL:
		if (isfinite(cell->r))
			sink_printf(out, "%.12g", cell->r);
		else
			sink_puts(out, "null");
		break;
	case CELL_TEXT:
		json_text(out, cell->text);
		break;
	case CELL_STACK:
		sink_putc(out, '[');
		for (size_t i = 0; i < cell->stack.n; i++) {
			if (i)
				sink_putc(out, ',');
			put_frame(out, &cell->stack.v[i]);
		}
		sink_putc(out, ']');
		break;
	}
}

static void put_values(struct sink *out, const char *name, const struct doc_value *values, size_t n)
{
	sink_printf(out, "\"%s\":{", name);
	for (size_t i = 0; i < n; i++) {
		sink_puts(out, i ? ",\n  " : "\n  ");
		json_text(out, values[i].key);
		sink_putc(out, ':');
		put_cell(out, &values[i].cell, values[i].unit);
	}
	sink_puts(out, n ? "\n},\n" : "},\n");
}

static void put_row(struct sink *out, const struct doc_table *table, const struct doc_row *row)
{
	char sep = '{';

	for (size_t c = 0; c < table->n_columns; c++) {
		const struct doc_column *column = &table->columns[c];

		if (column->flags & COLUMN_FOR_PEOPLE)
			continue;
		sink_putc(out, sep);
		json_text(out, column->key);
		sink_putc(out, ':');
		put_cell(out, &row->cells[c], column->unit);
		sep = ',';
	}
	sink_puts(out, sep == '{' ? "{}" : "}");
}

static void put_table(struct sink *out, const struct doc_table *table)
{
	json_text(out, table->name);
	sink_puts(out, ":[");
	for (size_t i = 0; i < table->n_rows; i++) {
		sink_puts(out, i ? ",\n  " : "\n  ");
		put_row(out, table, &table->rows[i]);
	}
	sink_puts(out, table->n_rows ? "\n]" : "]");
}

static void put_trees(struct sink *out, const struct doc *doc)
{
	sink_puts(out, "\"trees\":{");
	for (size_t t = 0; t < doc->n_trees; t++) {
		const struct doc_tree *tree = doc->trees[t];

		sink_puts(out, t ? "," : "");
		json_text(out, tree->name);
		sink_puts(out, ":[");
		for (size_t i = 0; i < tree->n_nodes; i++) {
			const struct doc_node *node = &tree->nodes[i];

			sink_printf(out, "%s\n  {\"id\":%zu,\"parent\":", i ? "," : "", i);
			if (node->parent == DOC_NO_PARENT)
				sink_puts(out, "null");
			else
				sink_printf(out, "%zu", node->parent);
			sink_puts(out, ",\"frame\":");
			put_frame(out, &node->frame);
			sink_puts(out, ",\"self\":");
			put_int(out, node->self);
			sink_puts(out, ",\"total\":");
			put_int(out, node->total);
			if (node->hidden)
				sink_printf(out, ",\"hidden\":%zu", node->hidden);
			sink_putc(out, '}');
		}
		sink_puts(out, "]");
	}
	sink_puts(out, "},\n");
}

static void put_series(struct sink *out, const struct doc_series *series)
{
	json_text(out, series->name);
	sink_puts(out, ":[");
	for (size_t i = 0; i < series->n_points; i++) {
		sink_puts(out, i ? ",[" : "[");
		put_uint(out, series->points[i].t, false);
		sink_putc(out, ',');
		put_int(out, series->points[i].value);
		sink_putc(out, ']');
	}
	sink_putc(out, ']');
}

static void put_note(struct sink *out, const struct doc_note *note)
{
	sink_printf(out, "{\"level\":\"%s\",\"code\":", doc_level_name(note->level));
	json_text(out, note->code);
	sink_puts(out, ",\"text\":");
	json_text(out, note->text);
	sink_putc(out, '}');
}

static void write_json(const struct doc *doc, const struct term *term, struct sink *out)
{
	(void)term;
	sink_puts(out, "{\"report\":");
	json_text(out, doc->report);
	sink_puts(out, ",\n");
	put_values(out, "trace", doc->trace, doc->n_trace);
	put_values(out, "values", doc->values, doc->n_values);
	sink_puts(out, "\"tables\":{");
	for (size_t i = 0, n = 0; i < doc->n_tables; i++) {
		if (doc->tables[i]->flags & COLUMN_FOR_PEOPLE)
			continue;
		sink_puts(out, n++ ? ",\n" : "");
		put_table(out, doc->tables[i]);
	}
	sink_puts(out, "},\n");
	if (doc->n_trees)
		put_trees(out, doc);
	sink_puts(out, "\"series\":{");
	for (size_t i = 0; i < doc->n_series; i++) {
		sink_puts(out, i ? ",\n" : "");
		put_series(out, doc->series[i]);
	}
	sink_puts(out, "},\n\"notes\":[");
	for (size_t i = 0; i < doc->n_notes; i++) {
		sink_puts(out, i ? ",\n  " : "\n  ");
		put_note(out, &doc->notes[i]);
	}
	sink_puts(out, doc->n_notes ? "\n]}\n" : "]}\n");
}

const struct renderer render_json = {
	.name = "json",
	.summary = "everything the report has, raw numbers",
	.write = write_json,
};
