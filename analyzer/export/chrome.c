/* SPDX-License-Identifier: MIT */
/*
 * chrome.c - the Trace Event Format of Chrome, for Perfetto and chrome://tracing:
 * counters from the samples, marks, regions, cases and threads over time.
 */
#include <inttypes.h>

#include "export/exporter.h"
#include "util/json_text.h"
#include "util/sink.h"

struct chrome {
	const struct model *model;
	struct sink *out;
	const char *sep;
};

/* Times of the format are microseconds. */
static void put_time(struct sink *out, const char *key, uint64_t ns)
{
	sink_printf(out, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned int)(ns % 1000));
}

/* {"ph":..,"pid":..,"tid":..,"ts":..,"name":.. - the caller goes on. */
static void start_of(struct chrome *c, char phase, uint64_t pid, uint64_t tid, uint64_t t,
		     const char *name)
{
	sink_printf(c->out, "%s{\"ph\":\"%c\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64, c->sep, phase,
		    pid, tid);
	put_time(c->out, "ts", t);
	sink_puts(c->out, ",\"name\":");
	json_text(c->out, name ? name : "");
	c->sep = ",\n";
}

static void start(struct chrome *c, char phase, uint64_t tid, uint64_t t, const char *name)
{
	start_of(c, phase, c->model->header.pid, tid, t, name);
}

static uint64_t pid_of(const struct model *m, uint32_t thread)
{
	return thread < m->n_threads && m->threads[thread].process < m->n_processes
		       ? m->processes[m->threads[thread].process].pid
		       : m->header.pid;
}

static void put_names(struct chrome *c)
{
	const struct model *m = c->model;

	for (size_t i = 0; i < m->n_processes; i++) {
		const struct model_process *p = &m->processes[i];

		start_of(c, 'M', p->pid, p->pid, 0, "process_name");
		sink_puts(c->out, ",\"args\":{\"name\":");
		json_text(c->out, *p->exe ? p->exe : p->path);
		sink_puts(c->out, "}}");
	}
	for (size_t i = 0; i < m->n_threads; i++) {
		start_of(c, 'M', pid_of(m, (uint32_t)i), m->threads[i].tid, 0, "thread_name");
		sink_puts(c->out, ",\"args\":{\"name\":");
		json_text(c->out, m->threads[i].name);
		sink_puts(c->out, "}}");
	}
}

/* The life of each thread, with what it did. */
static void put_threads(struct chrome *c)
{
	const struct model *m = c->model;

	for (size_t i = 0; i < m->n_threads; i++) {
		const struct model_thread *t = &m->threads[i];
		uint64_t end = t->ended == UINT64_MAX ? m->last_time : t->ended;
		struct counts sum = { 0 };

		for (size_t s = 0; s < m->n_sites; s++) {
			if (m->sites[s].thread != i || m->sites[s].kind != MP_HEAP)
				continue;
			sum.allocs += m->sites[s].counts.allocs;
			sum.bytes += m->sites[s].counts.bytes;
		}
		start_of(c, 'X', pid_of(m, (uint32_t)i), t->tid, t->started,
			 *t->name ? t->name : "thread");
		put_time(c->out, "dur", end > t->started ? end - t->started : 0);
		sink_printf(c->out,
			    ",\"cat\":\"thread\",\"args\":{\"allocations\":%" PRIu64
			    ",\"allocated_bytes\":%" PRIu64 "}}",
			    sum.allocs, sum.bytes);
	}
}

static void put_counters(struct chrome *c)
{
	const struct model *m = c->model;

	for (size_t i = 0; i < m->n_samples; i++) {
		const struct model_sample *s = &m->samples[i];

		start(c, 'C', m->header.pid, s->t, "heap");
		sink_printf(c->out, ",\"args\":{\"live bytes\":%" PRIu64 "}}", s->heap);
		start(c, 'C', m->header.pid, s->t, "blocks");
		sink_printf(c->out, ",\"args\":{\"live blocks\":%" PRIu64 "}}", s->blocks);
		start(c, 'C', m->header.pid, s->t, "resident set");
		sink_printf(c->out,
			    ",\"args\":{\"anonymous\":%" PRIu64 ",\"file\":%" PRIu64
			    ",\"shared\":%" PRIu64 "}}",
			    s->anon, s->file, s->shmem);
	}
	if (!m->has_peak)
		return;
	start(c, 'i', m->header.pid, m->peak_time, "peak of the heap");
	sink_printf(c->out, ",\"s\":\"p\",\"args\":{\"bytes\":%" PRIu64 "}}", m->peak_bytes);
}

static void put_moments(struct chrome *c)
{
	static const struct {
		char phase;
		const char *category;
	} as[] = {
		[MOMENT_MARK] = { 'i', "mark" },    [MOMENT_SNAPSHOT] = { 'i', "snapshot" },
		[MOMENT_BEGIN] = { 'B', "region" }, [MOMENT_END] = { 'E', "region" },
		[MOMENT_CASE] = { 'B', "case" },    [MOMENT_CASE_END] = { 'E', "case" },
		[MOMENT_FORK] = { 'i', "fork" },    [MOMENT_EXEC] = { 'i', "exec" },
	};

	for (size_t i = 0; i < c->model->n_moments; i++) {
		const struct model_moment *m = &c->model->moments[i];

		start_of(c, as[m->kind].phase, pid_of(c->model, m->thread), m->tid, m->t,
			 m->kind == MOMENT_FORK ? "fork" : m->name);
		sink_printf(c->out, ",\"cat\":\"%s\"", as[m->kind].category);
		if (as[m->kind].phase == 'i')
			sink_puts(c->out, ",\"s\":\"t\"");
		if (m->suite) {
			sink_puts(c->out, ",\"args\":{\"suite\":");
			json_text(c->out, m->suite);
			sink_putc(c->out, '}');
		} else if (m->kind == MOMENT_FORK) {
			sink_printf(c->out, ",\"args\":{\"child\":%" PRIu64 "}", m->child);
		}
		sink_putc(c->out, '}');
	}
}

static int write_chrome(const struct model *model, struct symbols *symbols,
			const struct export_args *args, struct sink *out)
{
	struct chrome c = { .model = model, .out = out, .sep = "\n" };

	(void)symbols;
	(void)args;
	sink_puts(out,
		  "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"exporter\":\"memprof\",\"trace\":");
	json_text(out, model->path);
	sink_puts(out, "},\n\"traceEvents\":[");
	put_names(&c);
	put_threads(&c);
	put_counters(&c);
	put_moments(&c);
	sink_puts(out, "\n]}\n");
	return 0;
}

const struct exporter export_chrome = {
	.name = "chrome",
	.summary = "Trace Event Format, for Perfetto and chrome://tracing: memory over time",
	.write = write_chrome,
};
