/* SPDX-License-Identifier: MIT */
/*
 * family_samples.c - the memory of all processes over time: at each moment one of
 * them was looked at, the sum of what was last seen of each that lived then.  Pages
 * that processes share count for each of them.
 */
#include <stdlib.h>

#include "model/family_parts.h"
#include "util/xalloc.h"

static void add(struct family *f, uint32_t process, const struct model_sample *values)
{
	XGROW(f->samples, f->n_samples, f->samples_alloc);
	f->samples[f->n_samples++] = (struct family_sample){ .process = process,
							     .values = *values };
}

void family_add_samples(struct family *f, const struct model *member, int64_t shift,
			uint32_t process)
{
	struct model_sample gone = { .t = family_time(member->last_time, shift) };

	for (size_t i = 0; i < member->n_samples; i++) {
		struct model_sample values = member->samples[i];

		values.t = family_time(values.t, shift);
		/* highest values of processes at different times have no sum */
		values.hwm = 0;
		gone.minflt = values.minflt;
		gone.majflt = values.majflt;
		gone.cpu = values.cpu;
		add(f, process, &values);
	}
	for (size_t i = 0; i < member->n_spikes; i++) {
		add(f, process,
		    &(struct model_sample){ .t = family_time(member->spikes[i].t, shift),
					    .rss = member->spikes[i].rss });
		f->samples[f->n_samples - 1].spike = xstrdup(member->spikes[i].what);
	}
	if (member->n_samples && member->has_footer) {
		/* what it held at its end is the last that is shown of it */
		gone.t += gone.t != UINT64_MAX;
		add(f, process, &gone);
	}
}

static int by_time(const void *left, const void *right)
{
	const struct family_sample *a = left, *b = right;

	if (a->values.t != b->values.t)
		return a->values.t < b->values.t ? -1 : 1;
	return a->process < b->process ? -1 : a->process > b->process;
}

/* sum += now - before */
static void replace(struct model_sample *sum, struct model_sample *before,
		    const struct model_sample *now)
{
	sum->rss += now->rss - before->rss;
	sum->anon += now->anon - before->anon;
	sum->file += now->file - before->file;
	sum->shmem += now->shmem - before->shmem;
	sum->heap += now->heap - before->heap;
	sum->blocks += now->blocks - before->blocks;
	sum->mapped += now->mapped - before->mapped;
	sum->minflt += now->minflt - before->minflt;
	sum->majflt += now->majflt - before->majflt;
	sum->recorder += now->recorder - before->recorder;
	sum->huge += now->huge - before->huge;
	sum->pss += now->pss - before->pss;
	sum->swap += now->swap - before->swap;
	sum->cpu += now->cpu - before->cpu;
	sum->nthreads += now->nthreads - before->nthreads;
	*before = *now;
}

void family_samples_done(struct family *f)
{
	struct model *m = f->model;
	struct model_sample *last = xcalloc(m->n_processes + 1, sizeof(*last));
	struct model_sample sum = { 0 };

	if (f->n_samples)
		qsort(f->samples, f->n_samples, sizeof(*f->samples), by_time);
	m->samples = xcalloc(f->n_samples + 1, sizeof(*m->samples));
	m->spikes = xcalloc(f->n_samples + 1, sizeof(*m->spikes));
	for (size_t i = 0; i < f->n_samples; i++) {
		struct family_sample *sample = &f->samples[i];
		struct model_sample *before = &last[sample->process];

		if (sample->spike) {
			m->spikes[m->n_spikes++] = (struct model_spike){
				.t = sample->values.t,
				.rss = sum.rss - before->rss + sample->values.rss,
				.what = sample->spike,
			};
			continue;
		}
		replace(&sum, before, &sample->values);
		sum.t = sample->values.t;
		m->samples[m->n_samples++] = sum;
	}
	free(last);
	free(f->samples);
}
