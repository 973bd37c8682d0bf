/* SPDX-License-Identifier: MIT */
/*
 * memory_profiler.c - lines of source exactly as the Python module of that name
 * prints them: template '{0:>6} {1:>12} {2:>12}  {3:>10}   {4:<}', three decimals
 * of MiB.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define MIB (1024.0 * 1024.0)

enum { LINE, USAGE, INCREMENT, OCCURRENCES, CONTENTS, FILE_NAME, FUNCTION, WANTED };

static const char *const keys[WANTED] = { "line",	 "live_bytes", "increment_bytes",
					  "occurrences", "contents",   "file",
					  "function" };

static const struct doc_table *find(const struct doc *doc, int at[WANTED])
{
	const struct doc_table *table = doc->main_table ? doc_find_table(doc, doc->main_table)
							: NULL;

	for (int i = 0; table && i < WANTED; i++)
		if ((at[i] = doc_find_column(table, keys[i])) < 0)
			return NULL;
	return table;
}

static bool fits(const struct doc *doc)
{
	int at[WANTED];

	return find(doc, at);
}

/* Clean of control characters; a source line keeps its tabs. */
static void put_text(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	while (*text) {
		size_t len = strcspn(text, "\t");
		char *part = xstrndup(text, len);

		utf8_add_clean(&clean, part);
		free(part);
		text += len;
		for (; *text == '\t'; text++)
			strbuf_addch(&clean, '\t');
	}
	sink_write(out, clean.buf, clean.len);
	strbuf_release(&clean);
}

static void put_header(struct sink *out, const char *file)
{
	static const char header[] =
		"Line #    Mem usage    Increment  Occurrences   Line Contents";

	sink_puts(out, "Filename: ");
	put_text(out, file);
	sink_printf(out, "\n\n%s\n", header);
	for (size_t i = 0; i < sizeof(header) - 1; i++)
		sink_putc(out, '=');
	sink_putc(out, '\n');
}

static void put_row(struct sink *out, const struct doc_cell *cells, const int at[WANTED])
{
	const struct doc_cell *contents = &cells[at[CONTENTS]];
	const char *text = contents->type == CELL_TEXT && contents->text ? contents->text : "";

	sink_printf(out, "%6" PRIu64 " ", cells[at[LINE]].u);
	if (cells[at[USAGE]].type == CELL_NONE)
		sink_printf(out, "%12s %12s  %10s   ", "", "", "");
	else
		sink_printf(out, "%8.3f MiB %8.3f MiB  %10" PRIu64 "   ",
			    (double)cells[at[USAGE]].i / MIB, (double)cells[at[INCREMENT]].i / MIB,
			    cells[at[OCCURRENCES]].type == CELL_NONE ? 0
								     : cells[at[OCCURRENCES]].u);
	put_text(out, text);
	sink_putc(out, '\n');
}

static bool same(const struct doc_cell *a, const struct doc_cell *b)
{
	const char *x = a->type == CELL_TEXT && a->text ? a->text : "";
	const char *y = b->type == CELL_TEXT && b->text ? b->text : "";

	return !strcmp(x, y);
}

static void write_memory_profiler(const struct doc *doc, const struct term *term, struct sink *out)
{
	int at[WANTED];
	const struct doc_table *table = find(doc, at);

	(void)term;
	for (size_t i = 0; table && i < table->n_rows; i++) {
		const struct doc_cell *cells = table->rows[i].cells;
		const struct doc_cell *before = i ? table->rows[i - 1].cells : NULL;

		if (!before || !same(&cells[at[FILE_NAME]], &before[at[FILE_NAME]]) ||
		    !same(&cells[at[FUNCTION]], &before[at[FUNCTION]])) {
			sink_puts(out, before ? "\n\n" : "");
			put_header(out, cells[at[FILE_NAME]].type == CELL_TEXT
						? cells[at[FILE_NAME]].text
						: "");
		}
		put_row(out, cells, at);
	}
	sink_puts(out, table && table->n_rows ? "\n\n" : "");
}

const struct renderer render_memory_profiler = {
	.name = "memory-profiler",
	.summary = "lines as the table of Python's memory_profiler",
	.for_people = true,
	.fits = fits,
	.write = write_memory_profiler,
};
