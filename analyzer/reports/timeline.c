/* SPDX-License-Identifier: MIT */
/* timeline.c - the curves of a process; see timeline.h. */
#include "reports/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/spans.h"
#include "reports/curve.h"
#include "reports/region_names.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

uint64_t timeline_end(const struct model *model)
{
	uint64_t end = model->has_footer ? model->footer.t : 0;

	return end > model->last_time ? end : model->last_time;
}

struct doc_series *timeline_add_series(const struct timeline *line, struct doc *doc,
				       const char *name, const char *title, int unit)
{
	struct doc_series *series;

	if (line->key)
		name = doc_textf(doc, "%s.%s", line->key, name);
	series = doc_add_series(doc, name, title, (enum doc_unit)unit);
	series->run = doc_text(doc, line->run);
	return series;
}

static uint64_t own_rss(const struct model_sample *s)
{
	return s->rss > s->recorder ? s->rss - s->recorder : 0;
}

#define GET(field)                                                \
	static uint64_t get_##field(const struct model_sample *s) \
	{                                                         \
		return s->field;                                  \
	}
GET(heap)
GET(mapped)
GET(rss)
GET(recorder)
GET(anon)
GET(file)
GET(shmem)
GET(huge)
GET(pss)
GET(swap)
GET(blocks)
GET(minflt)
GET(majflt)
GET(cpu)
GET(nthreads)
#undef GET

enum source { EVERY_SAMPLE, WHERE_READ }; /* huge pages, Pss and swap are read less often */

static const struct curve {
	const char *name, *title;
	enum doc_unit unit;
	uint64_t (*get)(const struct model_sample *s);
	enum source source;
	unsigned int flags;
	bool always; /* also when it is zero all the time */
} curves[] = {
	{ "heap", "heap", UNIT_BYTES, get_heap, EVERY_SAMPLE, 0, true },
	{ "rss", "resident set", UNIT_BYTES, own_rss, EVERY_SAMPLE, 0, true },
	{ "mapped", "mapped by the program", UNIT_BYTES, get_mapped, EVERY_SAMPLE, 0, false },
	{ "swap", "swapped out", UNIT_BYTES, get_swap, WHERE_READ, 0, false },
	{ "anon", "anonymous", UNIT_BYTES, get_anon, EVERY_SAMPLE, COLUMN_FOR_MACHINES, false },
	{ "file", "from files", UNIT_BYTES, get_file, EVERY_SAMPLE, COLUMN_FOR_MACHINES, false },
	{ "shmem", "shared", UNIT_BYTES, get_shmem, EVERY_SAMPLE, COLUMN_FOR_MACHINES, false },
	{ "huge", "huge pages", UNIT_BYTES, get_huge, WHERE_READ, COLUMN_FOR_MACHINES, false },
	{ "pss", "proportional set", UNIT_BYTES, get_pss, WHERE_READ, COLUMN_FOR_MACHINES, false },
	{ "recorder", "the recorder's", UNIT_BYTES, get_recorder, EVERY_SAMPLE, COLUMN_FOR_MACHINES,
	  false },
	{ "rss_all", "resident set with the recorder", UNIT_BYTES, get_rss, EVERY_SAMPLE,
	  COLUMN_FOR_MACHINES, false },
	{ "blocks", "live blocks", UNIT_COUNT, get_blocks, EVERY_SAMPLE, COLUMN_FOR_MACHINES,
	  false },
	{ "threads", "threads", UNIT_COUNT, get_nthreads, EVERY_SAMPLE, COLUMN_FOR_MACHINES,
	  false },
	{ "minor_faults", "minor faults", UNIT_COUNT, get_minflt, EVERY_SAMPLE, COLUMN_FOR_MACHINES,
	  false },
	{ "major_faults", "major faults", UNIT_COUNT, get_majflt, EVERY_SAMPLE, COLUMN_FOR_MACHINES,
	  false },
	{ "cpu", "processor time", UNIT_NS, get_cpu, EVERY_SAMPLE, COLUMN_FOR_MACHINES, false },
};

#define FEW 3 /* the first ones */

/* What is known between samples. */
static void add_between(const struct timeline *line, const struct curve *c, struct curve_points *p)
{
	const struct model *m = line->model;

	if (c->get == get_heap && m->has_peak && !model_is_family(m))
		curve_add(p, m->peak_time, (int64_t)m->peak_bytes);
	if (c->get != own_rss && c->get != get_rss)
		return;
	for (size_t i = 0, s = 0; i < m->n_spikes; i++) {
		uint64_t recorder;

		while (s + 1 < m->n_samples && m->samples[s + 1].t <= m->spikes[i].t)
			s++;
		recorder = m->n_samples && c->get == own_rss ? m->samples[s].recorder : 0;
		curve_add(p, m->spikes[i].t,
			  m->spikes[i].rss > recorder ? (int64_t)(m->spikes[i].rss - recorder) : 0);
	}
}

static void add_curve(const struct timeline *line, const struct curve *c, struct doc *doc)
{
	const struct model *m = line->model;
	struct curve_points points = { .v = NULL };
	struct doc_series *series;
	bool any = c->always && m->n_samples;

	for (size_t i = 0; i < m->n_samples; i++) {
		uint64_t value = c->get(&m->samples[i]);

		any |= value != 0;
		if (value || c->source == EVERY_SAMPLE)
			curve_add(&points, m->samples[i].t, (int64_t)value);
	}
	add_between(line, c, &points);
	if (any) {
		series = timeline_add_series(line, doc, c->name, c->title, c->unit);
		series->flags = c->flags;
		curve_finish(&points, line, series);
	}
	curve_release(&points);
}

/*
 * Totals of all threads together at each sample.  The first ones are written
 * before any thread is counted: until then nothing is known but the start.
 */
static void sum_threads(const struct model *m, struct curve_points *allocs,
			struct curve_points *bytes)
{
	const struct model_thread_sample **last = xcalloc(m->n_threads + 1, sizeof(*last));
	uint64_t n = 0, sum = 0;

	curve_add(allocs, 0, 0);
	curve_add(bytes, 0, 0);
	for (size_t i = 0, k = 0; i < m->n_samples; i++) {
		for (; k < m->n_thread_samples && m->thread_samples[k].t <= m->samples[i].t; k++) {
			const struct model_thread_sample *now = &m->thread_samples[k];
			const struct model_thread_sample *was = last[now->thread];

			n += now->allocs - (was ? was->allocs : 0);
			sum += now->bytes - (was ? was->bytes : 0);
			last[now->thread] = now;
		}
		if (!k)
			continue;
		curve_add(allocs, m->samples[i].t, (int64_t)n);
		curve_add(bytes, m->samples[i].t, (int64_t)sum);
	}
	free(last);
}

static void add_rate(const struct timeline *line, struct curve_points *totals, const char *name,
		     const char *title, enum doc_unit unit, double scale, unsigned int flags,
		     struct doc *doc)
{
	struct curve_points rates = { .v = NULL };
	struct doc_series *series;
	bool any = false;

	curve_rates(totals, scale, &rates);
	for (size_t i = 0; i < rates.n; i++)
		any |= rates.v[i].value != 0;
	if (any) {
		series = timeline_add_series(line, doc, name, title, unit);
		series->per_second = true;
		series->flags = flags;
		curve_finish(&rates, line, series);
	}
	curve_release(&rates);
}

static void add_rates(const struct timeline *line, struct doc *doc)
{
	const struct model *m = line->model;
	struct curve_points allocs = { .v = NULL }, bytes = { .v = NULL }, faults = { .v = NULL },
			    cpu = { .v = NULL };

	sum_threads(m, &allocs, &bytes);
	curve_add(&cpu, 0, 0);
	for (size_t i = 0; i < m->n_samples; i++) {
		const struct model_sample *s = &m->samples[i];

		curve_add(&faults, s->t, (int64_t)(s->minflt + s->majflt));
		curve_add(&cpu, s->t, (int64_t)s->cpu);
	}
	add_rate(line, &allocs, "allocations_per_second", "allocations", UNIT_COUNT, 1e9, 0, doc);
	add_rate(line, &bytes, "bytes_per_second", "allocated", UNIT_BYTES, 1e9, 0, doc);
	add_rate(line, &faults, "faults_per_second", "page faults", UNIT_COUNT, 1e9, 0, doc);
	/* of one processor */
	add_rate(line, &cpu, "cpu_percent", "processor", UNIT_PERCENT, 100, 0, doc);
	curve_release(&allocs);
	curve_release(&bytes);
	curve_release(&faults);
	curve_release(&cpu);
}

void timeline_add_curves(const struct timeline *line, struct doc *doc)
{
	for (size_t i = 0; i < (line->few ? FEW : sizeof(curves) / sizeof(*curves)); i++)
		add_curve(line, &curves[i], doc);
	if (line->few)
		return;
	add_rates(line, doc);
}

void timeline_add_counters(const struct timeline *line, struct doc *doc)
{
	const struct model *m = line->model;
	bool *done = xcalloc(m->n_counters + 1, sizeof(*done));

	for (size_t i = 0; i < m->n_counters; i++) {
		struct curve_points points = { .v = NULL };

		for (size_t k = i; k < m->n_counters && !done[i]; k++) {
			double milli = m->counters[k].value * 1000;

			if (strcmp(m->counters[k].name, m->counters[i].name))
				continue;
			done[k] = k > i;
			milli = milli > 9e18 ? 9e18 : milli < -9e18 ? -9e18 : milli;
			curve_add(&points, m->counters[k].t, (int64_t)milli);
		}
		if (points.n)
			curve_finish(&points, line,
				     timeline_add_series(line, doc,
							 doc_textf(doc, "counter:%s",
								   m->counters[i].name),
							 m->counters[i].name, UNIT_NONE));
		curve_release(&points);
	}
	free(done);
}

static const char *kind_of(enum moment_kind kind)
{
	switch (kind) {
	case MOMENT_MARK:
		return "mark";
	case MOMENT_SNAPSHOT:
		return "snapshot";
	case MOMENT_FORK:
		return "fork";
	case MOMENT_EXEC:
		return "exec";
	default:
		return NULL; /* spans */
	}
}

static bool is_inside(const struct timeline *line, uint64_t from, uint64_t to)
{
	return to >= line->from && (!line->to || from <= line->to);
}

void timeline_add_moments(const struct timeline *line, struct doc *doc)
{
	const struct model *m = line->model;

	if (m->has_peak && !model_is_family(m) && is_inside(line, m->peak_time, m->peak_time))
		doc_add_moment(doc, (struct doc_moment){
					    .kind = "peak",
					    .run = line->run,
					    .t = m->peak_time + line->shift,
					    .has_value = true,
					    .value = (int64_t)m->peak_bytes,
					    .series = "heap",
				    });
	for (size_t i = 0; i < m->n_moments; i++) {
		const struct model_moment *at = &m->moments[i];

		if (kind_of(at->kind) && is_inside(line, at->t, at->t))
			doc_add_moment(doc,
				       (struct doc_moment){
					       .kind = kind_of(at->kind),
					       .name = at->kind == MOMENT_FORK ? NULL : at->name,
					       .run = line->run,
					       .t = at->t + line->shift,
				       });
	}
}

/* Of many calls of one function the name is looked up once. */
static const char *span_name(const struct timeline *line, const struct span *span,
			     const char **names, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;

	if (span->suite)
		return doc_textf(doc, "%s/%s", span->suite, span->name);
	if (!span->region)
		return span->name;
	if (!names[span->region - 1]) {
		region_name(line->model, line->symbols, span->region - 1, REGION_SHORT, &text);
		names[span->region - 1] = doc_text(doc, text.buf);
		strbuf_release(&text);
	}
	return names[span->region - 1];
}

void timeline_add_spans(const struct timeline *line, struct doc *doc)
{
	const char **names = xcalloc(line->model->n_regions + 1, sizeof(*names));
	struct span *spans;
	size_t n = spans_build(line->model, &spans);

	for (size_t i = 0; i < n; i++)
		if (is_inside(line, spans[i].from, spans[i].to))
			doc_add_span(doc, (struct doc_span){
						  .name = span_name(line, &spans[i], names, doc),
						  .run = line->run,
						  .from = spans[i].from + line->shift,
						  .to = spans[i].to + line->shift,
						  .depth = spans[i].depth,
						  .thread = spans[i].thread,
					  });
	free(names);
	free(spans);
}
