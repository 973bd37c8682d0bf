/* SPDX-License-Identifier: MIT */
/* time.c - the run over time: curves, and a table of what happened when. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/spans.h"
#include "reports/about.h"
#include "reports/curve.h"
#include "reports/report.h"
#include "reports/time_rows.h"
#include "reports/timeline.h"
#include "reports/window.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"

struct time_options {
	const char *window;
	bool by_thread;
};

static const struct opt time_options[] = {
	{ .letter = 'w',
	  .name = "window",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct time_options, window),
	  .arg = "A,B",
	  .help = "only this part of the run, in seconds or with units: 1.5,20 or 250ms,3min" },
	{ .name = "threads",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct time_options, by_thread),
	  .help = "curves of the threads that hold most, too" },
	{ .type = OPT_END },
};

static const char *const time_examples[] = {
	"memprof time memprof.sqlite3.4242.jsonl",
	"memprof time trace.jsonl --window 1.5,20 -n 40",
	"memprof time trace.jsonl --format csv -o samples.csv",
	"memprof time trace.jsonl --format json | jq '.series.heap'",
	NULL,
};

#define THREADS_SHOWN 6

static void add_title(const struct timeline *line, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "memprof time: ");
	about_program(line->model, &text);
	if (line->from || line->to) {
		strbuf_addstr(&text, ", from ");
		units_add_ns(&text, line->from);
		strbuf_addstr(&text, " to ");
		if (line->to)
			units_add_ns(&text, line->to);
		else
			strbuf_addstr(&text, "the end");
	} else {
		strbuf_addstr(&text, ", ");
		units_add_ns(&text, timeline_end(line->model));
	}
	doc->title = doc_text(doc, text.buf);
	strbuf_release(&text);
}

static void put_value(struct doc *doc, const char *key, enum doc_unit unit, struct doc_cell cell)
{
	doc_add_value(doc, (struct doc_value){ .key = key, .unit = unit, .cell = cell });
}

static void add_values(const struct timeline *line, struct doc *doc)
{
	const struct model *m = line->model;
	uint64_t rss = 0, rss_at = 0;

	for (size_t i = 0; i < doc->n_series; i++) {
		const struct doc_series *s = doc->series[i];

		if (strcmp(s->name, "rss"))
			continue;
		for (size_t k = 0; k < s->n_points; k++)
			if ((uint64_t)s->points[k].value > rss) {
				rss = (uint64_t)s->points[k].value;
				rss_at = s->points[k].t;
			}
	}
	put_value(doc, "duration_ns", UNIT_NS, CELL_U(timeline_end(m)));
	put_value(doc, "samples", UNIT_COUNT, CELL_U(m->n_samples));
	put_value(doc, "peak_bytes", UNIT_BYTES, m->has_peak ? CELL_U(m->peak_bytes) : CELL_EMPTY);
	put_value(doc, "peak_time_ns", UNIT_NS, m->has_peak ? CELL_U(m->peak_time) : CELL_EMPTY);
	put_value(doc, "max_own_rss_bytes", UNIT_BYTES, rss ? CELL_U(rss) : CELL_EMPTY);
	put_value(doc, "max_own_rss_time_ns", UNIT_NS, rss ? CELL_U(rss_at) : CELL_EMPTY);
}

/* Why there is little to see. */
static void add_notes(const struct timeline *line, struct doc *doc)
{
	const struct model *m = line->model;

	if (!m->n_samples)
		doc_add_note(doc, LEVEL_WARNING, "no-samples",
			     "the trace holds no samples of memory over time%s",
			     m->has_header && m->header.sampler && !strcmp(m->header.sampler, "off")
				     ? ": it was recorded with MEMPROF_SAMPLER=off"
				     : ": its program ended, or was killed, before the first one");
	about_notes(m, MP_HEAP, doc);
}

static int time_build(const struct model *model, struct symbols *symbols,
		      const struct report_args *args, struct doc *doc)
{
	const struct time_options *options = args->own;
	struct timeline line = { .model = model, .symbols = symbols };
	size_t rows;
	int err;

	window_of_point(model, &line.from, &line.to);
	err = window_parse(options->window, &line.from, &line.to, args->diag);
	if (err)
		return err;
	if (line.from > timeline_end(model))
		return diag_error(args->diag, -EINVAL,
				  "the window begins after the end of the run, which is at %.3f s",
				  (double)timeline_end(model) / 1e9);
	about_trace(model, doc);
	add_title(&line, doc);
	doc->from = line.from;
	doc->to = line.to;
	timeline_add_curves(&line, doc);
	timeline_add_counters(&line, doc);
	if (options->by_thread)
		timeline_add_threads(&line, THREADS_SHOWN, doc);
	timeline_add_moments(&line, doc);
	timeline_add_spans(&line, doc);
	add_values(&line, doc);
	rows = time_rows(&line, (size_t)args->n, doc);
	if (rows)
		doc->subtitle = doc_textf(doc, "%zu intervals; memory is the highest in each",
					  rows);
	time_moments(&line, doc);
	add_notes(&line, doc);
	return 0;
}

const struct report report_time = {
	.name = "time",
	.summary = "the run over time: memory, rates, marks and regions",
	.description =
		"Shows the heap, the resident set without the recorder's part, memory mapped by "
		"the program, and how fast it allocated, as curves and as a table of intervals "
		"with "
		"the peak, marks and regions in between. Memory is the highest in an interval, the "
		"heap's exact peak and spikes between samples included. CSV and JSON hold every "
		"sample.",
	.options = time_options,
	.args_size = sizeof(struct time_options),
	.rows = 16,
	.lacks = REPORT_FILTER | REPORT_CUMULATIVE,
	.examples = time_examples,
	.build = time_build,
};
