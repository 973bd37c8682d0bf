/* SPDX-License-Identifier: MIT */
/* doc.c - what a report has to say.  Pure data, knows nobody above. */
#include "doc/doc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

#define BLOCK_SIZE 65536

void doc_init(struct doc *doc, const char *report)
{
	*doc = (struct doc){ .strings = STRMAP_INIT };
	doc->report = doc_text(doc, report);
}

void doc_release(struct doc *doc)
{
	for (size_t i = 0; i < doc->n_tables; i++) {
		free(doc->tables[i]->columns);
		free(doc->tables[i]->rows);
		free(doc->tables[i]->footer);
		free(doc->tables[i]);
	}
	for (size_t i = 0; i < doc->n_trees; i++) {
		free(doc->trees[i]->nodes);
		free(doc->trees[i]);
	}
	for (size_t i = 0; i < doc->n_series; i++) {
		free(doc->series[i]->points);
		free(doc->series[i]);
	}
	for (size_t i = 0; i < doc->n_blocks; i++)
		free(doc->blocks[i]);
	free(doc->blocks);
	free(doc->trace);
	free(doc->values);
	free(doc->tables);
	free(doc->trees);
	free(doc->series);
	free(doc->moments);
	free(doc->spans);
	free(doc->notes);
	free(doc->findings);
	strmap_release(&doc->strings);
	*doc = (struct doc){ .strings = STRMAP_INIT };
}

/* Room that lives as long as the doc; aligned for everything a doc holds. */
static void *doc_room(struct doc *doc, size_t size)
{
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (size > doc->room_left) {
		size_t block = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;

		XGROW(doc->blocks, doc->n_blocks, doc->a_blocks);
		p = doc->blocks[doc->n_blocks++] = xmalloc(block);
		if (block == size)
			return p;
		doc->room = p;
		doc->room_left = block;
	}
	p = doc->room;
	doc->room += size;
	doc->room_left -= size;
	return p;
}

const char *doc_text(struct doc *doc, const char *text)
{
	return strmap_intern(&doc->strings, text);
}

const char *doc_textf(struct doc *doc, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	text = doc_text(doc, sb.buf);
	strbuf_release(&sb);
	return text;
}

static struct doc_frame copy_frame(struct doc *doc, const struct doc_frame *frame)
{
	return (struct doc_frame){
		.function = doc_text(doc, frame->function),
		.file = doc_text(doc, frame->file),
		.module = doc_text(doc, frame->module),
		.line = frame->line,
	};
}

static struct doc_cell copy_cell(struct doc *doc, struct doc_cell cell)
{
	struct doc_frame *frames;

	if (cell.type == CELL_TEXT) {
		cell.text = doc_text(doc, cell.text);
		if (!cell.text)
			cell.type = CELL_NONE;
	} else if (cell.type == CELL_STACK) {
		frames = doc_room(doc, cell.stack.n * sizeof(*frames));
		for (size_t i = 0; i < cell.stack.n; i++)
			frames[i] = copy_frame(doc, &cell.stack.v[i]);
		cell.stack.v = frames;
	}
	return cell;
}

static struct doc_value copy_value(struct doc *doc, struct doc_value value)
{
	value.key = doc_text(doc, value.key);
	value.title = doc_text(doc, value.title);
	value.group = doc_text(doc, value.group);
	value.cell = copy_cell(doc, value.cell);
	return value;
}

void doc_add_value(struct doc *doc, struct doc_value value)
{
	XGROW(doc->values, doc->n_values, doc->a_values);
	doc->values[doc->n_values++] = copy_value(doc, value);
}

void doc_add_trace(struct doc *doc, struct doc_value value)
{
	XGROW(doc->trace, doc->n_trace, doc->a_trace);
	doc->trace[doc->n_trace++] = copy_value(doc, value);
}

const struct doc_value *doc_find_value(const struct doc *doc, const char *key)
{
	for (size_t i = 0; i < doc->n_values; i++)
		if (!strcmp(doc->values[i].key, key))
			return &doc->values[i];
	return NULL;
}

struct doc_table *doc_add_table(struct doc *doc, const char *name, const char *title,
				const struct doc_column *columns, size_t n_columns)
{
	struct doc_table *table = xcalloc(1, sizeof(*table));

	table->name = doc_text(doc, name);
	table->title = doc_text(doc, title);
	table->columns = xcalloc(n_columns, sizeof(*columns));
	table->n_columns = n_columns;
	for (size_t i = 0; i < n_columns; i++) {
		table->columns[i] = columns[i];
		table->columns[i].key = doc_text(doc, columns[i].key);
		table->columns[i].title = doc_text(doc, columns[i].title);
		table->columns[i].count = doc_text(doc, columns[i].count);
	}
	XGROW(doc->tables, doc->n_tables, doc->a_tables);
	return doc->tables[doc->n_tables++] = table;
}

struct doc_table *doc_find_table(const struct doc *doc, const char *name)
{
	for (size_t i = 0; i < doc->n_tables; i++)
		if (!strcmp(doc->tables[i]->name, name))
			return doc->tables[i];
	return NULL;
}

int doc_find_column(const struct doc_table *table, const char *key)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (!strcmp(table->columns[i].key, key))
			return (int)i;
	return -1;
}

static struct doc_row copy_row(struct doc *doc, const struct doc_table *table,
			       const struct doc_cell *cells)
{
	struct doc_row row = { .detail = NULL };

	row.cells = doc_room(doc, table->n_columns * sizeof(*cells));
	for (size_t i = 0; i < table->n_columns; i++)
		row.cells[i] = copy_cell(doc, cells[i]);
	return row;
}

struct doc_row *doc_add_row(struct doc *doc, struct doc_table *table, const struct doc_cell *cells)
{
	XGROW(table->rows, table->n_rows, table->a_rows);
	table->rows[table->n_rows] = copy_row(doc, table, cells);
	return &table->rows[table->n_rows++];
}

struct doc_row *doc_add_footer(struct doc *doc, struct doc_table *table,
			       const struct doc_cell *cells)
{
	XGROW(table->footer, table->n_footer, table->a_footer);
	table->footer[table->n_footer] = copy_row(doc, table, cells);
	return &table->footer[table->n_footer++];
}

struct doc_tree *doc_add_tree(struct doc *doc, const char *name, const char *title,
			      enum doc_unit unit)
{
	struct doc_tree *tree = xcalloc(1, sizeof(*tree));

	tree->name = doc_text(doc, name);
	tree->title = doc_text(doc, title);
	tree->unit = unit;
	XGROW(doc->trees, doc->n_trees, doc->a_trees);
	return doc->trees[doc->n_trees++] = tree;
}

size_t doc_add_node(struct doc *doc, struct doc_tree *tree, struct doc_node node)
{
	node.frame = copy_frame(doc, &node.frame);
	XGROW(tree->nodes, tree->n_nodes, tree->a_nodes);
	tree->nodes[tree->n_nodes] = node;
	return tree->n_nodes++;
}

struct doc_series *doc_add_series(struct doc *doc, const char *name, const char *title,
				  enum doc_unit unit)
{
	struct doc_series *series = xcalloc(1, sizeof(*series));

	series->name = doc_text(doc, name);
	series->title = doc_text(doc, title);
	series->unit = unit;
	XGROW(doc->series, doc->n_series, doc->a_series);
	return doc->series[doc->n_series++] = series;
}

void doc_add_point(struct doc_series *series, uint64_t t, int64_t value)
{
	XGROW(series->points, series->n_points, series->a_points);
	series->points[series->n_points++] = (struct doc_point){ .t = t, .value = value };
}

void doc_add_moment(struct doc *doc, struct doc_moment moment)
{
	moment.kind = doc_text(doc, moment.kind);
	moment.name = doc_text(doc, moment.name);
	moment.run = doc_text(doc, moment.run);
	moment.series = doc_text(doc, moment.series);
	XGROW(doc->moments, doc->n_moments, doc->a_moments);
	doc->moments[doc->n_moments++] = moment;
}

void doc_add_span(struct doc *doc, struct doc_span span)
{
	span.name = doc_text(doc, span.name);
	span.run = doc_text(doc, span.run);
	XGROW(doc->spans, doc->n_spans, doc->a_spans);
	doc->spans[doc->n_spans++] = span;
}

void doc_add_note(struct doc *doc, enum doc_level level, const char *code, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	XGROW(doc->notes, doc->n_notes, doc->a_notes);
	doc->notes[doc->n_notes++] = (struct doc_note){
		.level = level,
		.code = doc_text(doc, code),
		.text = doc_text(doc, sb.buf),
	};
	strbuf_release(&sb);
}

void doc_add_finding(struct doc *doc, struct doc_finding finding)
{
	struct doc_cell stack = copy_cell(doc, CELL_S(finding.frames, finding.n_frames));

	finding.rule = doc_text(doc, finding.rule);
	finding.text = doc_text(doc, finding.text);
	finding.frames = stack.stack.v;
	XGROW(doc->findings, doc->n_findings, doc->a_findings);
	doc->findings[doc->n_findings++] = finding;
}

const char *doc_level_name(enum doc_level level)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[level];
}
