/* SPDX-License-Identifier: MIT */
/*
 * mprof.c - the .dat file of Python's memory_profiler, for `mprof plot` and
 * `mprof peak`: the resident set without the recorder's part, and regions as
 * functions.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "export/exporter.h"
#include "model/spans.h"
#include "trace/first_line.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define MIB 1048576.0

struct point_of {
	uint64_t t, rss;
	size_t index; /* keeps what is at one time in its order */
};

static int by_time(const void *left, const void *right)
{
	const struct point_of *a = left, *b = right;

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Samples and the spikes between them. */
static size_t all_points(const struct model *m, struct point_of **out)
{
	struct point_of *v = xcalloc(m->n_samples + m->n_spikes + 1, sizeof(*v));
	size_t n = 0, s = 0;

	for (size_t i = 0; i < m->n_samples; i++, n++)
		v[n] = (struct point_of){ m->samples[i].t, 0, n };
	for (size_t i = 0; i < m->n_samples; i++)
		if (m->samples[i].rss > m->samples[i].recorder)
			v[i].rss = m->samples[i].rss - m->samples[i].recorder;
	for (size_t i = 0; i < m->n_spikes && m->n_samples; i++, n++) {
		uint64_t recorder;

		while (s + 1 < m->n_samples && m->samples[s + 1].t <= m->spikes[i].t)
			s++;
		recorder = m->samples[s].recorder;
		v[n] = (struct point_of){ m->spikes[i].t,
					  m->spikes[i].rss > recorder ? m->spikes[i].rss - recorder
								      : 0,
					  n };
	}
	qsort(v, n, sizeof(*v), by_time);
	*out = v;
	return n;
}

/* In MiB, on the line between two points. */
static double memory_at(const struct point_of *v, size_t n, uint64_t t)
{
	size_t i = 0;
	double part;

	while (i < n && v[i].t <= t)
		i++;
	if (!i || i == n)
		return (double)v[i ? n - 1 : 0].rss / MIB;
	part = (double)(t - v[i - 1].t) / (double)(v[i].t - v[i - 1].t);
	return ((double)v[i - 1].rss + part * ((double)v[i].rss - (double)v[i - 1].rss)) / MIB;
}

static void put_command(const struct model *m, struct sink *out)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < m->header.argv.n; i++) {
		strbuf_addstr(&text, i ? " " : "");
		utf8_add_clean(&text, m->header.argv.v[i]);
	}
	if (!text.len)
		utf8_add_clean(&text, m->path);
	sink_printf(out, "CMDLINE %s\n", text.buf);
	strbuf_release(&text);
}

/* Fields are split at blanks. */
static void put_name(const char *name, struct sink *out)
{
	struct strbuf text = STRBUF_INIT;

	utf8_add_clean(&text, *name ? name : "region");
	for (size_t i = 0; i < text.len; i++)
		if (text.buf[i] == ' ')
			text.buf[i] = '_';
	sink_puts(out, text.buf);
	strbuf_release(&text);
}

static int write_mprof(const struct model *m, struct symbols *symbols,
		       const struct export_args *args, struct sink *out)
{
	double epoch = m->has_header ? (double)first_line_epoch(m->header.epoch) / 1e9 : 0;
	struct point_of *v;
	struct span *spans;
	size_t n, n_spans;

	(void)symbols;
	if (!m->n_samples)
		return diag_error(args->diag, -EINVAL,
				  "'%s' holds no samples of memory over time: mprof reads nothing "
				  "else",
				  m->path);
	n = all_points(m, &v);
	put_command(m, out);
	for (size_t i = 0; i < n; i++)
		sink_printf(out, "MEM %.6f %.4f\n", (double)v[i].rss / MIB,
			    epoch + (double)v[i].t / 1e9);
	n_spans = spans_build(m, &spans);
	for (size_t i = 0; i < n_spans; i++) {
		sink_puts(out, "FUNC ");
		put_name(spans[i].name, out);
		sink_printf(out, " %.4f %.4f %.4f %.4f %" PRIu32 "\n",
			    memory_at(v, n, spans[i].from), epoch + (double)spans[i].from / 1e9,
			    memory_at(v, n, spans[i].to), epoch + (double)spans[i].to / 1e9,
			    spans[i].depth);
	}
	free(spans);
	free(v);
	return 0;
}

const struct exporter export_mprof = {
	.name = "mprof",
	.summary = "the .dat file of memory_profiler, for mprof plot and mprof peak",
	.write = write_mprof,
};
