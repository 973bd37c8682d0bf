/* SPDX-License-Identifier: MIT */
/* family.c - see family.h. */
#include "model/family.h"

#include <stdlib.h>
#include <string.h>

#include "model/family_parts.h"
#include "model/point.h"
#include "model/processes.h"
#include "trace/event.h"
#include "trace/first_line.h"
#include "util/xalloc.h"

struct family *family_new(const char *path, const struct point *point, uint64_t epoch)
{
	struct family *f = xcalloc(1, sizeof(*f));

	f->model = xcalloc(1, sizeof(*f->model));
	f->model->path = xstrdup(path);
	f->model->point = point_copy(point);
	f->epoch = epoch;
	f->all_have_footers = true;
	return f;
}

static void add_process(struct family *f, const struct model *member, int64_t shift)
{
	struct model *m = f->model;
	struct model_process process = process_of(member);

	process.started = family_time(0, shift);
	process.ended = family_time(process.ended, shift);
	XGROW(f->forked_from, m->n_processes, f->forked_alloc);
	f->forked_from[m->n_processes] = member->header.parent;
	XGROW(m->processes, m->n_processes, f->processes_alloc);
	m->processes[m->n_processes++] = process;
}

static void add_threads(struct family *f, const struct model *member, int64_t shift,
			uint32_t process, struct family_indexes *indexes)
{
	struct model *m = f->model;

	indexes->threads = xcalloc(member->n_threads + 1, sizeof(*indexes->threads));
	for (size_t i = 0; i < member->n_threads; i++) {
		const struct model_thread *from = &member->threads[i];

		indexes->threads[i] = (uint32_t)m->n_threads;
		XGROW(m->threads, m->n_threads, f->threads_alloc);
		m->threads[m->n_threads++] = (struct model_thread){
			.process = process,
			.tid = from->tid,
			.name = xstrdup(from->name),
			.started = family_time(from->started, shift),
			.ended = family_time(from->ended, shift),
		};
	}
}

static void add_sites(struct family *f, const struct model *member, uint32_t process,
		      const struct family_indexes *indexes)
{
	struct model *m = f->model;

	for (size_t i = 0; i < member->n_sites; i++) {
		struct model_site site = member->sites[i];

		site.process = process;
		site.stack = indexes->nodes[site.stack];
		if (site.thread < member->n_threads)
			site.thread = indexes->threads[site.thread];
		else
			site.thread = MODEL_NO_THREAD;
		XGROW(m->sites, m->n_sites, f->sites_alloc);
		m->sites[m->n_sites++] = site;
	}
}

static void add_moments(struct family *f, const struct model *member, int64_t shift,
			uint32_t process, const struct family_indexes *indexes)
{
	struct model *m = f->model;

	for (size_t i = 0; i < member->n_moments; i++) {
		struct model_moment moment = member->moments[i];

		moment.t = family_time(moment.t, shift);
		moment.name = xstrdup(moment.name);
		moment.suite = xstrdup(moment.suite);
		if (moment.thread < member->n_threads)
			moment.thread = indexes->threads[moment.thread];
		moment.region = moment.region <= member->n_regions ? indexes->regions[moment.region]
								   : 0;
		if (moment.kind == MOMENT_FORK)
			map_put(&f->forks, moment.child, process);
		XGROW(m->moments, m->n_moments, f->moments_alloc);
		m->moments[m->n_moments++] = moment;
	}
}

/* Many processes say the same: once is enough, with their number. */
static void add_notes(struct family *f, const struct model *member, int64_t shift)
{
	struct model *m = f->model;

	for (size_t i = 0; i < member->n_notes; i++) {
		const struct model_note *from = &member->notes[i];
		char *identity = xasprintf("%s\n%s", from->code, from->text);
		void **slot = strmap_at(&f->notes, identity);

		free(identity);
		if (*slot) {
			f->repeats[(uintptr_t)*slot - 1]++;
			continue;
		}
		XGROW(f->repeats, m->n_notes, f->repeats_alloc);
		f->repeats[m->n_notes] = 0;
		XGROW(m->notes, m->n_notes, f->notes_alloc);
		m->notes[m->n_notes++] = (struct model_note){
			.t = family_time(from->t, shift),
			.level = xstrdup(from->level),
			.code = xstrdup(from->code),
			.text = xasprintf("process %llu: %s",
					  (unsigned long long)member->header.pid, from->text),
		};
		*slot = (void *)(uintptr_t)m->n_notes;
	}
}

/* A trace without a footer has its rows only. */
static void add_footer(struct family *f, const struct model *member, int64_t shift)
{
	struct mp_footer *sum = &f->model->footer;
	const struct mp_footer *one = &member->footer;
	struct counts rows = model_total(member, MP_HEAP);
	uint64_t t = family_time(member->last_time, shift);

	sum->allocs += member->has_footer ? one->allocs : rows.allocs;
	sum->bytes += member->has_footer ? one->bytes : rows.bytes;
	sum->frees += member->has_footer ? one->frees : rows.frees;
	sum->freed += member->has_footer ? one->freed : rows.freed;
	sum->peak += member->has_footer ? one->peak : member->peak_bytes;
	sum->threads += one->threads ? one->threads : member->n_threads;
	sum->captures += one->captures;
	sum->truncated += one->truncated;
	sum->lost += one->lost;
	sum->foreign += one->foreign;
	sum->inherited_blocks += one->inherited_blocks;
	sum->inherited_bytes += one->inherited_bytes;
	if (one->max_rss > sum->max_rss)
		sum->max_rss = one->max_rss;
	if (one->recorder > sum->recorder)
		sum->recorder = one->recorder;
	if (one->dropped && *one->dropped && !sum->dropped)
		sum->dropped = xstrdup(one->dropped);
	sum->t = t > sum->t ? t : sum->t;
	f->all_have_footers &= member->has_footer;
}

/* What every line of the reader and of the recorder's counts adds up to. */
static void add_totals(struct family *f, const struct model *member, int64_t shift)
{
	struct model *m = f->model;
	uint64_t last = family_time(member->last_time, shift);

	if (member->has_peak) {
		m->has_peak = true;
		m->peak_bytes += member->peak_bytes;
		m->peak_blocks += member->peak_blocks;
		if (member->peak_bytes >= f->largest_peak) {
			f->largest_peak = member->peak_bytes;
			m->peak_time = family_time(member->peak_time, shift);
		}
	}
	m->last_time = last > m->last_time ? last : m->last_time;
	m->lines += member->lines;
	m->unknown_events += member->unknown_events;
	m->unknown_keys += member->unknown_keys;
	m->bad_lines += member->bad_lines;
	m->cut |= member->cut;
}

static void add_point(struct family *f, const struct model *member, int64_t shift)
{
	struct model *m = f->model;
	const uint64_t times[] = {
		family_time(member->point_time, shift),
		family_time(member->point_asked, shift),
		family_time(member->from_time, shift),
		family_time(member->from_asked, shift),
	};

	if (m->n_processes > 1 && times[0] <= m->point_time)
		return;
	m->point_time = times[0];
	m->point_asked = times[1];
	m->from_time = times[2];
	m->from_asked = times[3];
}

void family_add(struct family *f, struct model *member)
{
	uint64_t epoch = first_line_epoch(member->header.epoch);
	int64_t shift = epoch ? (int64_t)(epoch - f->epoch) : 0;
	struct model *m = f->model;
	uint32_t process = (uint32_t)m->n_processes, first_site = (uint32_t)m->n_sites;
	struct family_indexes indexes;

	if (!process) {
		/* the first one's is the family's */
		m->header = member->header;
		m->has_header = member->has_header;
		event_own(MP_header, &m->header);
	}
	add_process(f, member, shift);
	family_add_stacks(f, member, shift, &indexes);
	add_threads(f, member, shift, process, &indexes);
	family_add_regions(f, member, &indexes);
	add_sites(f, member, process, &indexes);
	add_moments(f, member, shift, process, &indexes);
	add_notes(f, member, shift);
	add_footer(f, member, shift);
	add_totals(f, member, shift);
	add_point(f, member, shift);
	family_add_samples(f, member, shift, process);
	family_add_rest(f, member, shift, first_site, &indexes);
	free(indexes.modules);
	free(indexes.nodes);
	free(indexes.threads);
	free(indexes.regions);
}

/* The family ends as its first process does, in the last program that it executed. */
static void add_end(struct family *f)
{
	struct model *m = f->model;
	const struct model_process *first = &m->processes[0];

	for (size_t i = 1; i < m->n_processes; i++)
		if (m->processes[i].is_image && m->processes[i].pid == first->pid &&
		    m->processes[i].start == first->start)
			first = &m->processes[i];
	m->has_footer = f->all_have_footers;
	m->footer.reason = xstrdup(first->reason);
	m->footer.status = first->status;
	m->footer.peak_t = m->peak_time;
	if (!m->footer.dropped)
		m->footer.dropped = xstrdup("");
}

static void add_repeats(struct family *f)
{
	for (size_t i = 0; i < f->model->n_notes; i++) {
		struct model_note *note = &f->model->notes[i];
		char *text;

		if (!f->repeats[i])
			continue;
		text = xasprintf("%s (and %llu more like this)", note->text,
				 (unsigned long long)f->repeats[i]);
		free(note->text);
		note->text = text;
	}
}

void family_done(struct family *f, struct model *model)
{
	struct model *m = f->model;

	if (m->n_processes) {
		processes_link(m->processes, m->n_processes, f->forked_from, &f->forks);
		family_samples_done(f);
		add_end(f);
	}
	family_rest_done(f);
	add_repeats(f);
	if (m->point.kind == POINT_END)
		m->point_asked = m->point_time;
	*model = *m;
	family_stacks_release(f);
	map_release(&f->forks);
	strmap_release(&f->notes);
	free(f->repeats);
	free(f->forked_from);
	free(m);
	free(f);
}
