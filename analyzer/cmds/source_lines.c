/* SPDX-License-Identifier: MIT */
/* source_lines.c - lines of source files for people to read below a row. */
#include "cmds/source_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "doc/doc.h"
#include "model/model.h"
#include "util/strbuf.h"

#define LONGEST 4096

/* When the run began, from RFC 3339; 0 when it is not known. */
static time_t began(const struct model *model)
{
	struct tm tm = { 0 };
	const char *epoch = model->has_header ? model->header.epoch : NULL;

	if (!epoch || !strptime(epoch, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	return timegm(&tm);
}

/* Only plain files: a trace may name anything. */
static FILE *open_source(const char *path, time_t start)
{
	struct stat st;

	if (path[0] != '/' || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	if (start && st.st_mtime > start)
		return NULL;
	return fopen(path, "re");
}

static bool read_line(FILE *file, uint32_t line, struct strbuf *out)
{
	char part[LONGEST];

	for (uint32_t at = 1; fgets(part, sizeof(part), file);) {
		if (at == line) {
			strbuf_addstr(out, part + strspn(part, " \t"));
			strbuf_rtrim(out);
			return out->len;
		}
		at += strchr(part, '\n') != NULL;
	}
	return false;
}

static const struct doc_frame *frame_of(const struct doc_row *row, size_t n_columns)
{
	for (size_t c = 0; c < n_columns; c++)
		if (row->cells[c].type == CELL_STACK && row->cells[c].stack.n == 1)
			return &row->cells[c].stack.v[0];
	return NULL;
}

static void add_to_row(struct doc *doc, struct doc_row *row, const struct doc_frame *frame,
		       const char *sysroot, time_t start)
{
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;
	FILE *file;

	strbuf_addf(&path, "%s%s", sysroot ? sysroot : "", frame->file);
	file = open_source(path.buf, start);
	if (file) {
		if (read_line(file, frame->line, &text))
			row->detail = doc_text(doc, text.buf);
		fclose(file);
	}
	strbuf_release(&path);
	strbuf_release(&text);
}

void source_lines_add(struct doc *doc, const struct model *model, const char *sysroot)
{
	time_t start = began(model);

	for (size_t t = 0; t < doc->n_tables; t++) {
		struct doc_table *table = doc->tables[t];

		for (size_t r = 0; r < table->n_rows; r++) {
			const struct doc_frame *f = frame_of(&table->rows[r], table->n_columns);

			if (f && f->file && f->line && !table->rows[r].detail)
				add_to_row(doc, &table->rows[r], f, sysroot, start);
		}
	}
}
