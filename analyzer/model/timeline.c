/* SPDX-License-Identifier: MIT */
/* timeline.c - memory of the process and of its threads at the moments they were sampled. */
#include "model/build.h"
#include "util/xalloc.h"

static void add_thread(struct builder *b, uint64_t t, const struct mp_row_thread_sample *row)
{
	uint32_t thread = build_thread_of(b, row->tid, t);
	struct model *m = b->model;

	XGROW(m->thread_samples, m->n_thread_samples, b->thread_samples_alloc);
	m->thread_samples[m->n_thread_samples++] = (struct model_thread_sample){
		.t = t,
		.thread = thread,
		.live = row->live,
		.allocs = row->allocs,
		.bytes = row->bytes,
		.frees = row->frees,
		.freed = row->freed,
	};
}

void build_sample(struct builder *b, const struct event *event)
{
	const struct mp_sample *line = &event->sample_line;
	struct model *m = b->model;

	XGROW(m->samples, m->n_samples, b->samples_alloc);
	m->samples[m->n_samples++] = (struct model_sample){
		.t = line->t,
		.rss = line->rss,
		.anon = line->anon,
		.file = line->file,
		.shmem = line->shmem,
		.heap = line->heap,
		.blocks = line->blocks,
		.mapped = line->mapped,
		.minflt = line->minflt,
		.majflt = line->majflt,
		.recorder = line->recorder,
		.hwm = line->hwm,
		.huge = line->huge,
		.pss = line->pss,
		.swap = line->swap,
		.cpu = line->cpu,
		.nthreads = line->nthreads,
	};
	for (size_t i = 0; i < line->n_threads; i++)
		add_thread(b, line->t, &line->threads[i]);
}

void build_spike(struct builder *b, const struct event *event)
{
	const struct mp_spike *line = &event->spike_line;
	struct model *m = b->model;

	XGROW(m->spikes, m->n_spikes, b->spikes_alloc);
	m->spikes[m->n_spikes++] = (struct model_spike){
		.t = line->t,
		.rss = line->rss,
		.what = xstrdup(line->what),
	};
}

void build_counter(struct builder *b, const struct event *event)
{
	const struct mp_counter *line = &event->counter_line;
	struct model *m = b->model;

	XGROW(m->counters, m->n_counters, b->counters_alloc);
	m->counters[m->n_counters++] = (struct model_counter){
		.t = line->t,
		.thread = build_thread_of(b, line->tid, line->t),
		.name = xstrdup(line->name),
		.value = line->value,
	};
}
