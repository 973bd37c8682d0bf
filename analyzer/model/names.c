/* SPDX-License-Identifier: MIT */
/* names.c - names that are in the trace itself; see build.h. */
#include <stdlib.h>

#include "model/build.h"
#include "util/xalloc.h"

/* More strings than any trace has. */
#define TEXTS_MAX ((uint64_t)1 << 26)

void build_jit(struct builder *b, const struct event *event)
{
	const struct mp_jit *line = &event->jit_line;
	struct model *m = b->model;

	XGROW(m->jits, m->n_jits, b->jits_alloc);
	m->jits[m->n_jits++] = (struct model_jit){
		.start = line->start,
		.size = line->size,
		.name = xstrdup(line->name),
	};
}

void build_text(struct builder *b, const struct event *event)
{
	const struct mp_text *line = &event->text_line;
	struct model *m = b->model;

	if (!line->id || line->id >= TEXTS_MAX) {
		build_bad(b, event->line, "text %llu is out of range",
			  (unsigned long long)line->id);
		return;
	}
	while (m->n_texts <= line->id) {
		XGROW(m->texts, m->n_texts, b->texts_alloc);
		m->texts[m->n_texts++] = NULL;
	}
	free(m->texts[line->id]);
	m->texts[line->id] = xstrdup(line->text);
}

static uint32_t text_of(const struct model *m, uint64_t id)
{
	return id < m->n_texts && m->texts[id] ? (uint32_t)id : 0;
}

void build_symbols(struct builder *b, const struct event *event)
{
	const struct mp_symbols *line = &event->symbols_line;
	struct model *m = b->model;
	const uint64_t *module = map_get(&b->modules, line->module);

	if (line->module && !module) {
		build_bad(b, event->line, "module %llu was not written before",
			  (unsigned long long)line->module);
		return;
	}
	if (module && !m->modules[*module - 1].have)
		m->modules[*module - 1].have = xstrdup(line->have);
	for (size_t i = 0; i < line->n_frames; i++) {
		const struct mp_row_frame *row = &line->frames[i];

		XGROW(m->names, m->n_names, b->names_alloc);
		m->names[m->n_names++] = (struct model_name){
			.offset = row->offset,
			.start = row->start,
			.exact = row->exact == 1,
			.module = module ? (uint32_t)*module : 0,
			.function = text_of(m, row->function),
			.file = text_of(m, row->file),
			.line = row->line <= UINT32_MAX ? (uint32_t)row->line : 0,
			.declared = row->declared <= UINT32_MAX ? (uint32_t)row->declared : 0,
		};
	}
}

void names_release(struct model *m)
{
	for (size_t i = 0; i < m->n_jits; i++)
		free(m->jits[i].name);
	for (size_t i = 0; i < m->n_texts; i++)
		free(m->texts[i]);
	free(m->jits);
	free(m->texts);
	free(m->names);
}
