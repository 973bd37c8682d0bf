/* SPDX-License-Identifier: MIT */
/* source_lines.c - lines of source files for people to read below a row. */
#include "cmds/source_lines.h"

#include <string.h>

#include "doc/doc.h"
#include "model/source_files.h"

static const struct doc_frame *frame_of(const struct doc_row *row, size_t n_columns)
{
	for (size_t c = 0; c < n_columns; c++)
		if (row->cells[c].type == CELL_STACK && row->cells[c].stack.n == 1)
			return &row->cells[c].stack.v[0];
	return NULL;
}

static void add_to_row(struct doc *doc, struct doc_row *row, const struct doc_frame *frame,
		       struct source_files *files)
{
	const char *text = source_files_line(files, frame->file, frame->line);

	if (text && text[strspn(text, " \t")])
		row->detail = doc_text(doc, text + strspn(text, " \t"));
}

void source_lines_add(struct doc *doc, struct source_files *files)
{
	for (size_t t = 0; t < doc->n_tables; t++) {
		struct doc_table *table = doc->tables[t];

		for (size_t r = 0; r < table->n_rows; r++) {
			const struct doc_frame *f = frame_of(&table->rows[r], table->n_columns);

			if (f && f->file && f->line && !table->rows[r].detail)
				add_to_row(doc, &table->rows[r], f, files);
		}
	}
}
