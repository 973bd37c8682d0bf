/* SPDX-License-Identifier: MIT */
/* symbolize.c - see symbolize.h. */
#include "model/symbolize.h"

#include <stdlib.h>
#include <string.h>

#include <memprof/encode.h>

#include "model/model.h"
#include "model/symbols.h"
#include "trace/source.h"
#include "util/map.h"
#include "util/sink.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* Rows of one line: readers hold a line in memory. */
#define ROWS 512

struct writer {
	const struct model *model;
	struct symbols *symbols;
	struct sink *sink;
	struct mp_out out;
	char buf[4096];
	struct strmap texts; /* string -> its id */
	uint64_t n_texts;
	struct map seen; /* addresses that were looked at */
	struct mp_row_frame rows[ROWS];
	size_t n_rows;
	uint32_t module; /* whose rows they are: index + 1 */
	const char *have;
	struct symbolized *result;
};

static int to_sink(struct mp_out *out)
{
	struct writer *w = (struct writer *)((char *)out - offsetof(struct writer, out));

	sink_write(w->sink, out->buf, out->len);
	out->len = 0;
	return 0;
}

/* The id of a string, written when it is new; 0 for none. */
static uint64_t text_id(struct writer *w, const char *text)
{
	void **slot;

	if (!text)
		return 0;
	slot = strmap_at(&w->texts, text);
	if (!*slot) {
		*slot = (void *)(uintptr_t)++w->n_texts;
		mp_encode_text(&w->out, &(struct mp_text){ .id = w->n_texts, .text = text });
	}
	return (uint64_t)(uintptr_t)*slot;
}

static void put_rows(struct writer *w)
{
	if (!w->n_rows)
		return;
	mp_open_symbols(&w->out,
			&(struct mp_symbols){
				.module = w->module ? w->model->modules[w->module - 1].id : 0,
				.have = w->have,
			});
	for (size_t i = 0; i < w->n_rows; i++) {
		if (i)
			mp_put_char(&w->out, ',');
		mp_put_row_frame(&w->out, &w->rows[i]);
	}
	mp_close_rows(&w->out);
	w->n_rows = 0;
}

static void put_node(struct writer *w, uint32_t id)
{
	const struct model_node *node = &w->model->nodes[id];
	size_t n;
	const struct frame *frames = symbols_frames(w->symbols, id, &n);

	w->result->addresses++;
	w->result->named += n && (frames[0].function || frames[0].file);
	if (!n || (n == 1 && !frames[0].function && !frames[0].file))
		return;
	/* frames of one address stay in one line */
	if (w->n_rows + n > ROWS)
		put_rows(w);
	for (size_t i = 0; i < n && i < ROWS; i++)
		w->rows[w->n_rows++] = (struct mp_row_frame){
			.offset = node->offset,
			.exact = node->kind == FRAME_EXACT,
			.function = text_id(w, frames[i].function),
			.file = text_id(w, frames[i].file),
			.line = frames[i].line,
			.declared = frames[i].declared,
			.start = frames[i].function && !frames[i].line ? frames[i].offset : 0,
		};
}

/* A name in the trace whose file is not here: as it was. */
static void keep_names(struct writer *w, uint32_t module)
{
	const struct model *m = w->model;

	for (size_t i = 0; i < m->n_names; i++) {
		const struct model_name *name = &m->names[i];

		if (name->module != module)
			continue;
		if (w->n_rows == ROWS)
			put_rows(w);
		w->rows[w->n_rows++] = (struct mp_row_frame){
			.offset = name->offset,
			.exact = name->exact,
			.function = text_id(w, name->function ? m->texts[name->function] : NULL),
			.file = text_id(w, name->file ? m->texts[name->file] : NULL),
			.line = name->line,
			.declared = name->declared,
			.start = name->start,
		};
	}
	put_rows(w);
}

static uint64_t key_of(const struct model_node *node)
{
	return node->offset << 1 | (node->kind == FRAME_EXACT);
}

static void put_module(struct writer *w, uint32_t index, const uint32_t *nodes, size_t n)
{
	static const char *const words[] = {
		[SYMBOLS_NONE] = "none",
		[SYMBOLS_FUNCTIONS] = "functions",
		[SYMBOLS_LINES] = "lines",
	};
	const struct model_module *module = &w->model->modules[index];
	const char *why;

	w->module = index + 1;
	if (module->have) {
		w->have = module->have;
		keep_names(w, index + 1);
		return;
	}
	w->result->modules++;
	if (module->path[0] != '/' || symbols_problem(w->symbols, index, &why)) {
		w->result->missing += module->path[0] == '/';
		return;
	}
	w->have = words[symbols_have(w->symbols, index)];
	map_release(&w->seen);
	for (size_t i = 0; i < n; i++) {
		bool fresh;

		map_at(&w->seen, key_of(&w->model->nodes[nodes[i]]), &fresh);
		if (fresh)
			put_node(w, nodes[i]);
	}
	put_rows(w);
}

/* Nodes sorted by their modules, so that each module's names are together. */
static void put_names(struct writer *w)
{
	const struct model *m = w->model;
	size_t *first = xcalloc(m->n_modules + 2, sizeof(*first)), at = 0;
	uint32_t *sorted = xcalloc(m->n_nodes + 1, sizeof(*sorted));

	for (size_t i = 1; i < m->n_nodes; i++)
		if (m->nodes[i].known && m->nodes[i].module)
			first[m->nodes[i].module]++;
	for (size_t i = 0; i < m->n_modules + 2; i++) {
		size_t n = first[i];

		first[i] = at;
		at += n;
	}
	for (size_t i = 1; i < m->n_nodes; i++)
		if (m->nodes[i].known && m->nodes[i].module)
			sorted[first[m->nodes[i].module]++] = (uint32_t)i;
	/* now first[i + 1] is where module i ends, and first[i] where it begins */
	for (size_t i = 0; i < m->n_modules; i++)
		if (first[i + 1] > first[i])
			put_module(w, (uint32_t)i, sorted + first[i], first[i + 1] - first[i]);
	free(sorted);
	free(first);
}

/* The names, made anew. */
static bool is_names(const char *line)
{
	static const char text[] = "{\"type\":\"text\",", symbols[] = "{\"type\":\"symbols\",";

	return !strncmp(line, text, sizeof(text) - 1) ||
	       !strncmp(line, symbols, sizeof(symbols) - 1);
}

static void put_line(struct sink *sink, const char *line)
{
	sink_puts(sink, line);
	sink_putc(sink, '\n');
}

static int copy_lines(struct writer *w, struct source *source)
{
	static const char footer[] = "{\"type\":\"footer\",";
	char *line, *held = NULL;
	size_t len;
	int got;

	while ((got = source_line(source, &line, &len)) == SOURCE_LINE) {
		if (is_names(line))
			continue;
		if (held)
			put_line(w->sink, held);
		free(held);
		held = NULL;
		if (!strncmp(line, footer, sizeof(footer) - 1))
			held = xstrdup(line);
		else
			put_line(w->sink, line);
	}
	/* a line that was cut stays away: it would not be the last one */
	if (got >= 0) {
		put_names(w);
		to_sink(&w->out);
		if (held)
			put_line(w->sink, held);
	}
	free(held);
	return got < 0 ? got : 0;
}

int symbolize(const char *path, const struct model *model, struct symbols *symbols,
	      struct sink *sink, struct symbolized *result, struct diag *diag)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	struct source *source;
	int err = source_open(&source, path, diag);

	*result = (struct symbolized){ 0 };
	w->model = model;
	w->symbols = symbols;
	w->sink = sink;
	w->result = result;
	w->out = (struct mp_out){ .buf = w->buf, .cap = sizeof(w->buf), .flush = to_sink };
	if (!err)
		err = copy_lines(w, source);
	source_close(source);
	strmap_release(&w->texts);
	map_release(&w->seen);
	free(w);
	return err;
}
