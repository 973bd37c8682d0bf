/* SPDX-License-Identifier: MIT */
/* model.c - a model from the events of a trace: each to the file that knows it. */
#include "model/model.h"

#include <errno.h>
#include <stdlib.h>

#include "model/build.h"
#include "model/point.h"
#include "model/processes.h"
#include "trace/reader.h"
#include "util/diag.h"
#include "util/map.h"
#include "util/xalloc.h"

void build_bad(struct builder *b, uint64_t line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(b->diag, DIAG_WARNING, b->model->path, line, fmt, ap);
	va_end(ap);
	b->model->bad_lines++;
}

static void build_header(struct builder *b, const struct event *event)
{
	struct model *m = b->model;

	if (m->has_header) {
		build_bad(b, event->line, "a second header");
		return;
	}
	m->has_header = true;
	m->header = event->header_line;
	event_own(MP_header, &m->header);
	if (m->header.format > MP_FORMAT_VERSION)
		diag_add(
			b->diag, DIAG_WARNING, m->path, event->line,
			"written by a newer memprof (format %llu): what this version knows is read",
			(unsigned long long)m->header.format);
}

static void build_footer(struct builder *b, const struct event *event)
{
	struct model *m = b->model;

	/* what ran after the first one wrote another: the last holds all */
	event_disown(MP_footer, &m->footer);
	m->has_footer = true;
	m->footer = event->footer_line;
	event_own(MP_footer, &m->footer);
}

static void build_allocator(struct builder *b, const struct event *event)
{
	const struct mp_allocator *line = &event->allocator_line;
	struct model *m = b->model;

	XGROW(m->allocators, m->n_allocators, b->allocators_alloc);
	m->allocators[m->n_allocators++] = (struct model_allocator){
		.t = line->t,
		.name = xstrdup(line->name),
		.allocated = line->allocated,
		.active = line->active,
		.resident = line->resident,
		.retained = line->retained,
		.mapped = line->mapped,
		.metadata = line->metadata,
	};
}

static void build_note(struct builder *b, const struct event *event)
{
	const struct mp_note *line = &event->note_line;
	struct model *m = b->model;

	XGROW(m->notes, m->n_notes, b->notes_alloc);
	m->notes[m->n_notes++] = (struct model_note){
		.t = line->t,
		.level = xstrdup(line->level),
		.code = xstrdup(line->code),
		.text = xstrdup(line->text),
	};
}

/* A new line type does not compile until something is done with it. */
void build_event(struct builder *b, const struct event *event)
{
	static void (*const build[MP_EVENTS])(struct builder *, const struct event *) = {
#define EVENT(event, doc) [MP_##event] = build_##event,
#include <memprof/events.def>
	};

	build[event->type](b, event);
	if (event->has_time && event->t > b->model->last_time)
		b->model->last_time = event->t;
}

static int read_events(struct builder *b, struct reader *reader)
{
	const struct reader_counts *counts = reader_counts(reader);
	struct model *m = b->model;
	const struct event *event;
	int got;

	while ((got = reader_next(reader, &event)) > 0)
		build_event(b, event);
	m->lines = counts->lines;
	m->unknown_events = counts->unknown_events;
	m->unknown_keys += counts->unknown_keys;
	m->bad_lines += counts->bad_lines;
	m->cut = counts->cut;
	return got;
}

static void tell_what_is_missing(struct builder *b)
{
	const struct model *m = b->model;

	if (!m->has_header)
		diag_add(b->diag, DIAG_WARNING, m->path, 0, "the trace has no header line");
	if (!m->has_footer && !m->cut)
		diag_add(b->diag, DIAG_NOTE, m->path, 0,
			 "the trace has no footer: its program "
			 "was killed or still runs");
}

void builder_release(struct builder *b)
{
	map_release(&b->modules);
	map_release(&b->threads);
	map_release(&b->sites);
	map_release(&b->sizes);
	free(b->sizes_from);
	map_release(&b->regions);
	map_release(&b->region_totals);
	map_release(&b->region_times);
	free(b->extras);
	free(b->from);
	free(b->peak);
}

void builder_init(struct builder *b, struct model *model, const char *path,
		  const struct point *point, struct diag *diag)
{
	*model = (struct model){ .path = xstrdup(path), .point = { .kind = POINT_END } };
	if (point)
		model->point = point_copy(point);
	*b = (struct builder){ .model = model, .diag = diag };
	build_reach(b, 0);
	answer_start(b);
}

int model_load(struct model *model, const char *path, const struct point *point, struct diag *diag)
{
	return model_load_with(model, path, point, 0, diag);
}

int model_load_with(struct model *model, const char *path, const struct point *point,
		    unsigned int flags, struct diag *diag)
{
	struct builder b;
	struct reader *reader;
	int err, missing;

	builder_init(&b, model, path, point, diag);
	b.flags = flags;
	err = reader_open(&reader, path, 0, diag);
	if (!err)
		err = read_events(&b, reader);
	if (!err)
		tell_what_is_missing(&b);
	missing = err ? 0 : answer_done(&b);
	build_stacks_done(&b);
	build_sites_done(&b);
	build_sizes_by_class_done(&b);
	build_process_done(&b);
	reader_close(reader);
	builder_release(&b);
	return err ? err : missing;
}

void model_release(struct model *m)
{
	for (size_t i = 0; i < m->n_modules; i++) {
		free(m->modules[i].path);
		free(m->modules[i].build_id);
		free(m->modules[i].have);
	}
	for (size_t i = 0; i < m->n_threads; i++)
		free(m->threads[i].name);
	for (size_t i = 0; i < m->n_processes; i++)
		process_release(&m->processes[i]);
	for (size_t i = 0; i < m->n_moments; i++) {
		free(m->moments[i].name);
		free(m->moments[i].suite);
	}
	for (size_t i = 0; i < m->n_notes; i++) {
		free(m->notes[i].level);
		free(m->notes[i].code);
		free(m->notes[i].text);
	}
	for (size_t i = 0; i < m->n_allocators; i++)
		free(m->allocators[i].name);
	names_release(m);
	free(m->allocators);
	free(m->sizes);
	for (size_t i = 0; i < m->n_spikes; i++)
		free(m->spikes[i].what);
	for (size_t i = 0; i < m->n_counters; i++)
		free(m->counters[i].name);
	for (size_t i = 0; i < m->n_regions; i++)
		free(m->regions[i].name);
	free(m->spikes);
	free(m->counters);
	free(m->regions);
	free(m->region_totals);
	free(m->region_times);
	model_release_leaks(m);
	free(m->modules);
	free(m->nodes);
	free(m->processes);
	free(m->threads);
	free(m->sites);
	free(m->samples);
	free(m->thread_samples);
	free(m->history);
	free(m->moments);
	free(m->notes);
	event_disown(MP_header, &m->header);
	event_disown(MP_footer, &m->footer);
	point_release(&m->point);
	free(m->path);
	*m = (struct model){ .path = NULL };
}

void counts_add(struct counts *sum, const struct counts *c)
{
	sum->allocs += c->allocs;
	sum->bytes += c->bytes;
	sum->frees += c->frees;
	sum->freed += c->freed;
	sum->temp0 += c->temp0;
	sum->temp1 += c->temp1;
	sum->peak_count += c->peak_count;
	sum->peak_bytes += c->peak_bytes;
	sum->base_count += c->base_count;
	sum->base_bytes += c->base_bytes;
}

struct counts model_total(const struct model *model, enum mp_kind kind)
{
	struct counts total = { 0 };

	for (size_t i = 0; i < model->n_sites; i++)
		if (model->sites[i].kind == kind)
			counts_add(&total, &model->sites[i].counts);
	return total;
}

struct model_site *model_merge_sites(const struct model *model, enum mp_kind kind, size_t *n_merged)
{
	struct map index = MAP_INIT;
	struct model_site *merged = NULL;
	size_t n = 0, alloc = 0;

	for (size_t i = 0; i < model->n_sites; i++) {
		const struct model_site *site = &model->sites[i];
		uint64_t *at;
		bool fresh;

		if (site->kind != kind)
			continue;
		at = map_at(&index, site->stack, &fresh);
		if (fresh) {
			*at = n;
			XGROW(merged, n, alloc);
			merged[n++] = (struct model_site){ .stack = site->stack,
							   .kind = kind,
							   .thread = MODEL_NO_THREAD,
							   .process = MODEL_NO_PROCESS };
		}
		counts_add(&merged[*at].counts, &site->counts);
	}
	map_release(&index);
	*n_merged = n;
	return merged;
}
