/* SPDX-License-Identifier: MIT */
/* time_rows.c - the run in intervals, with what happened in each. */
#include "reports/time_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/spans.h"
#include "reports/curve.h"
#include "reports/region_names.h"
#include "reports/timeline.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

enum {
	AT_TIME,
	AT_HEAP,
	AT_RSS,
	AT_MAPPED,
	AT_ALLOCS,
	AT_BYTES,
	AT_FAULTS,
	AT_CPU,
	AT_BLOCKS,
	AT_ANON,
	AT_FILE,
	AT_SHMEM,
	AT_HUGE,
	AT_PSS,
	AT_SWAP,
	AT_RECORDER,
	AT_THREADS,
	AT_WHAT,
	COLUMNS
};

#define RAW COLUMN_FOR_MACHINES

static const struct doc_column columns[COLUMNS] = {
	[AT_TIME] = { "time_ns", "time", UNIT_NS, .flags = 0 },
	[AT_HEAP] = { "heap_bytes", "heap", UNIT_BYTES, .flags = 0 },
	[AT_RSS] = { "own_rss_bytes", "resident", UNIT_BYTES, .flags = 0 },
	[AT_MAPPED] = { "mapped_bytes", "mapped", UNIT_BYTES, .priority = 3 },
	[AT_ALLOCS] = { "allocations_per_second", "allocs/s", UNIT_COUNT, .priority = 1 },
	[AT_BYTES] = { "bytes_per_second", "bytes/s", UNIT_BYTES, .priority = 2 },
	[AT_FAULTS] = { "faults_per_second", "faults/s", UNIT_COUNT, .priority = 4 },
	[AT_CPU] = { "cpu_percent", "cpu", UNIT_PERCENT, .priority = 5 },
	[AT_BLOCKS] = { "blocks", "blocks", UNIT_COUNT, .flags = RAW },
	[AT_ANON] = { "anon_bytes", "anonymous", UNIT_BYTES, .flags = RAW },
	[AT_FILE] = { "file_bytes", "file", UNIT_BYTES, .flags = RAW },
	[AT_SHMEM] = { "shmem_bytes", "shared", UNIT_BYTES, .flags = RAW },
	[AT_HUGE] = { "huge_bytes", "huge", UNIT_BYTES, .flags = RAW },
	[AT_PSS] = { "pss_bytes", "pss", UNIT_BYTES, .flags = RAW },
	[AT_SWAP] = { "swap_bytes", "swap", UNIT_BYTES, .flags = RAW },
	[AT_RECORDER] = { "recorder_bytes", "recorder", UNIT_BYTES, .flags = RAW },
	[AT_THREADS] = { "threads", "threads", UNIT_COUNT, .flags = RAW },
	[AT_WHAT] = { "events", "events", UNIT_TEXT, .align = ALIGN_LEFT },
};

/* Which series a column shows, and whether the highest or the mean of an interval. */
static const struct {
	const char *name;
	bool mean;
} shows[COLUMNS] = {
	[AT_HEAP] = { "heap", false },
	[AT_RSS] = { "rss", false },
	[AT_MAPPED] = { "mapped", false },
	[AT_ALLOCS] = { "allocations_per_second", true },
	[AT_BYTES] = { "bytes_per_second", true },
	[AT_FAULTS] = { "faults_per_second", true },
	[AT_CPU] = { "cpu_percent", true },
	[AT_BLOCKS] = { "blocks", false },
	[AT_ANON] = { "anon", false },
	[AT_FILE] = { "file", false },
	[AT_SHMEM] = { "shmem", false },
	[AT_HUGE] = { "huge", false },
	[AT_PSS] = { "pss", false },
	[AT_SWAP] = { "swap", false },
	[AT_RECORDER] = { "recorder", false },
	[AT_THREADS] = { "threads", false },
};

#define EVENTS_SHOWN 3 /* in the words of one interval */

struct rows {
	const struct timeline *line;
	struct doc *doc;
	struct doc_table *table;
	const struct doc_series *series[COLUMNS]; /* NULL: there is none */
	size_t at[COLUMNS];			  /* the first point not used yet */
};

/* The highest value after `from` up to `to`; what was before where there is none. */
static int64_t highest(const struct doc_series *s, size_t *at, uint64_t to)
{
	int64_t most = *at ? s->points[*at - 1].value : 0;
	bool any = false;

	for (; *at < s->n_points && s->points[*at].t <= to; (*at)++) {
		if (!any || s->points[*at].value > most)
			most = s->points[*at].value;
		any = true;
	}
	return most;
}

/*
 * The mean of a rate from `from` to `to`: each point holds for the time since
 * the one before.
 */
static int64_t mean(const struct doc_series *s, size_t *at, uint64_t from, uint64_t to)
{
	double sum = 0;
	uint64_t covered = 0;

	while (*at < s->n_points && s->points[*at].t < from)
		(*at)++;
	for (size_t i = *at; i < s->n_points && (!i || s->points[i - 1].t < to); i++) {
		uint64_t a = i ? s->points[i - 1].t : 0, b = s->points[i].t;

		a = a > from ? a : from;
		b = b < to ? b : to;
		if (b <= a)
			continue;
		sum += (double)(b - a) * (double)s->points[i].value;
		covered += b - a;
	}
	if (covered)
		return (int64_t)(sum / (double)covered + 0.5);
	/* a moment: what holds then */
	for (size_t i = *at; i < s->n_points; i++)
		if (s->points[i].t >= to)
			return s->points[i].value;
	return 0;
}

static void put_word(struct strbuf *out, int *n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void put_word(struct strbuf *out, int *n, const char *fmt, ...)
{
	va_list ap;

	if ((*n)++ >= EVENTS_SHOWN)
		return;
	if (out->len)
		strbuf_addstr(out, ", ");
	va_start(ap, fmt);
	strbuf_vaddf(out, fmt, ap);
	va_end(ap);
}

static bool is_in(uint64_t t, uint64_t from, uint64_t to, bool first)
{
	return t <= to && (t > from || (first && t == from));
}

/* "peak 12 MiB, loaded, parse 1.2 s" */
static void put_events(const struct rows *r, uint64_t from, uint64_t to, bool first,
		       struct strbuf *out)
{
	const struct doc *doc = r->doc;
	struct strbuf text = STRBUF_INIT;
	int n = 0;

	for (size_t i = 0; i < doc->n_moments; i++) {
		const struct doc_moment *m = &doc->moments[i];

		if (!is_in(m->t, from, to, first))
			continue;
		if (m->has_value) {
			strbuf_clear(&text);
			units_add_bytes(&text, (uint64_t)m->value);
			put_word(out, &n, "%s %s", m->kind, text.buf);
		} else if (!strcmp(m->kind, "mark") || !strcmp(m->kind, "snapshot")) {
			put_word(out, &n, "%s", m->name);
		} else {
			put_word(out, &n, "%s", m->kind);
		}
	}
	for (size_t i = 0; i < doc->n_spans; i++) {
		const struct doc_span *s = &doc->spans[i];

		if (!is_in(s->from, from, to, first))
			continue;
		strbuf_clear(&text);
		units_add_ns(&text, s->to - s->from);
		put_word(out, &n, "%s %s", s->name, text.buf);
	}
	if (n > EVENTS_SHOWN)
		strbuf_addf(out, " and %d more", n - EVENTS_SHOWN);
	strbuf_release(&text);
}

static void put_row(struct rows *r, uint64_t from, uint64_t to, bool first)
{
	struct doc_cell cells[COLUMNS] = { [AT_TIME] = CELL_U(to) };
	struct strbuf events = STRBUF_INIT;

	for (int c = 0; c < COLUMNS; c++) {
		if (!r->series[c])
			continue;
		cells[c] = CELL_I(shows[c].mean ? mean(r->series[c], &r->at[c], from, to)
						: highest(r->series[c], &r->at[c], to));
	}
	put_events(r, from, to, first, &events);
	if (events.len)
		cells[AT_WHAT] = CELL_T(events.buf);
	doc_add_row(r->doc, r->table, cells);
	strbuf_release(&events);
}

/* A row a sample of the window, and one to its end. */
static void put_samples(struct rows *r, uint64_t end)
{
	const struct model *m = r->line->model;
	uint64_t last = r->line->from;
	bool first = true;

	for (size_t i = 0; i < m->n_samples; i++) {
		uint64_t t = m->samples[i].t;

		if (t < r->line->from || t > end || (i && t == m->samples[i - 1].t))
			continue;
		put_row(r, last, t, first);
		last = t;
		first = false;
	}
	if (first || last < end)
		put_row(r, last, end, first);
}

static size_t count_samples(const struct timeline *line, uint64_t end)
{
	size_t n = 0;

	for (size_t i = 0; i < line->model->n_samples; i++)
		n += line->model->samples[i].t >= line->from && line->model->samples[i].t <= end;
	return n;
}

static const struct doc_series *find(const struct doc *doc, const char *name)
{
	for (size_t i = 0; name && i < doc->n_series; i++)
		if (!strcmp(doc->series[i]->name, name))
			return doc->series[i];
	return NULL;
}

size_t time_rows(const struct timeline *line, size_t n, struct doc *doc)
{
	struct rows r = { .line = line, .doc = doc };
	struct doc_column used[COLUMNS];
	uint64_t end = timeline_end(line->model), length;

	if (line->to && line->to < end)
		end = line->to;
	length = end > line->from ? end - line->from : 0;
	memcpy(used, columns, sizeof(used));
	for (int c = 0; c < COLUMNS; c++) {
		r.series[c] = find(doc, shows[c].name);
		/* an empty column says nothing to people; programs want it always */
		if (shows[c].name && !r.series[c])
			used[c].flags |= RAW;
	}
	r.table = doc_add_table(doc, "timeline", NULL, used, COLUMNS);
	r.table->empty = doc_text(doc, "no samples");
	doc->main_table = r.table->name;
	if (!line->model->n_samples || !n || count_samples(line, end) < n) {
		if (line->model->n_samples)
			put_samples(&r, end);
		n = 0;
	} else {
		for (size_t i = 0; i < n; i++)
			put_row(&r, line->from + (uint64_t)((double)length * (double)i / (double)n),
				i + 1 == n ? end
					   : line->from + (uint64_t)((double)length *
								     (double)(i + 1) / (double)n),
				i == 0);
	}
	return n;
}

static void add_marks(const struct timeline *line, struct doc *doc)
{
	static const struct doc_column marks[] = {
		{ "time_ns", "time", UNIT_NS, .flags = RAW },
		{ "kind", "kind", UNIT_TEXT, .flags = RAW },
		{ "name", "name", UNIT_TEXT, .flags = RAW },
	};
	struct doc_table *table = doc_add_table(doc, "moments", NULL, marks, 3);

	(void)line;
	table->flags = COLUMN_FOR_MACHINES;
	for (size_t i = 0; i < doc->n_moments; i++) {
		const struct doc_cell cells[] = { CELL_U(doc->moments[i].t),
						  CELL_T(doc->moments[i].kind),
						  CELL_T(doc->moments[i].name) };

		doc_add_row(doc, table, cells);
	}
}

void time_moments(const struct timeline *line, struct doc *doc)
{
	static const struct doc_column regions[] = {
		{ "start_ns", "start", UNIT_NS, .flags = RAW },
		{ "end_ns", "end", UNIT_NS, .flags = RAW },
		{ "suite", "suite", UNIT_TEXT, .flags = RAW },
		{ "name", "name", UNIT_TEXT, .flags = RAW },
		{ "tid", "tid", UNIT_NONE, .flags = RAW },
		{ "depth", "depth", UNIT_COUNT, .flags = RAW },
		{ "allocations", "allocs", UNIT_COUNT, .flags = RAW },
		{ "allocated_bytes", "bytes", UNIT_BYTES, .flags = RAW },
		{ "net_bytes", "net", UNIT_BYTES, .flags = RAW },
		{ "peak_bytes", "peak", UNIT_BYTES, .flags = RAW },
	};
	struct strbuf whole = STRBUF_INIT;
	struct doc_table *table;
	struct span *spans;
	size_t n = spans_build(line->model, &spans);

	add_marks(line, doc);
	table = doc_add_table(doc, "spans", NULL, regions, sizeof(regions) / sizeof(*regions));
	table->flags = COLUMN_FOR_MACHINES;
	for (size_t i = 0; i < n; i++) {
		const struct span *s = &spans[i];
		const struct model_moment *end = s->suite ? NULL : s->end;
		const char *name = s->name;

		strbuf_clear(&whole);
		if (s->region) {
			region_name(line->model, line->symbols, s->region - 1, REGION_WHOLE,
				    &whole);
			name = whole.buf;
		}

		const struct doc_cell cells[] = {
			CELL_U(s->from),
			s->open ? CELL_EMPTY : CELL_U(s->to),
			CELL_T(s->suite),
			CELL_T(name),
			CELL_U(line->model->threads[s->thread].tid),
			CELL_U(s->depth),
			end ? CELL_U(end->allocs) : CELL_EMPTY,
			end ? CELL_U(end->bytes) : CELL_EMPTY,
			end ? CELL_I((int64_t)(end->bytes - end->freed)) : CELL_EMPTY,
			end ? CELL_I(end->peak) : CELL_EMPTY,
		};

		if (s->to >= line->from && (!line->to || s->from <= line->to))
			doc_add_row(doc, table, cells);
	}
	strbuf_release(&whole);
	free(spans);
}
