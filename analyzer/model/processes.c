/* SPDX-License-Identifier: MIT */
/* processes.c - see processes.h, and the functions of model.h about processes. */
#include "model/processes.h"

#include <stdlib.h>

#include "model/build.h"
#include "util/map.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

struct model_process process_of(const struct model *m)
{
	struct strbuf command = STRBUF_INIT;
	struct model_process process = {
		.path = xstrdup(m->path),
		.exe = xstrdup(m->header.exe ? m->header.exe : ""),
		.reason = xstrdup(m->has_footer && m->footer.reason ? m->footer.reason : ""),
		.pid = m->header.pid,
		.ppid = m->header.ppid,
		.start = m->header.start,
		.ended = m->last_time,
		.parent = MODEL_NO_PROCESS,
		.has_footer = m->has_footer,
		.status = m->footer.status,
		.heap = model_total(m, MP_HEAP),
		.peak_bytes = m->has_peak ? m->peak_bytes : m->footer.peak,
		.max_rss = model_max_rss(m),
		.lost = m->footer.lost,
	};

	for (size_t i = 0; i < m->header.argv.n; i++)
		strbuf_addf(&command, "%s%s", i ? " " : "", m->header.argv.v[i]);
	process.command = strbuf_detach(&command, NULL);
	return process;
}

void process_release(struct model_process *process)
{
	free(process->path);
	free(process->exe);
	free(process->command);
	free(process->reason);
}

void build_process_done(struct builder *b)
{
	struct model *m = b->model;

	m->processes = xcalloc(1, sizeof(*m->processes));
	m->processes[0] = process_of(m);
	m->n_processes = 1;
}

/* The latest trace before `i` of process `pid`; MODEL_NO_PROCESS when there is none. */
static uint32_t last_of(const struct map *by_pid, uint64_t pid)
{
	const uint64_t *index = pid ? map_get(by_pid, pid) : NULL;

	return index ? (uint32_t)*index : MODEL_NO_PROCESS;
}

/*
 * The fork knows its parent; ppid is what it was when the program started, which is
 * another process where the parent had ended by then.
 */
static uint32_t parent_of(const struct model_process *v, size_t i, uint64_t forked_from,
			  const struct map *by_pid, const struct map *forks)
{
	uint32_t parent = last_of(by_pid, forked_from);

	if (parent == MODEL_NO_PROCESS)
		parent = last_of(by_pid, v[i].ppid);
	if (parent == MODEL_NO_PROCESS)
		parent = last_of(forks, v[i].pid);
	return parent < i ? parent : MODEL_NO_PROCESS;
}

void processes_link(struct model_process *v, size_t n, const uint64_t *forked_from,
		    const struct map *forks)
{
	struct map by_pid = MAP_INIT;

	for (size_t i = 0; i < n; i++) {
		struct model_process *p = &v[i];
		uint32_t before = last_of(&by_pid, p->pid);

		/* a trace of the same process is that of the program before an exec */
		p->is_image = before != MODEL_NO_PROCESS && v[before].start == p->start;
		p->parent = p->is_image ? before : parent_of(v, i, forked_from[i], &by_pid, forks);
		p->depth = p->parent == MODEL_NO_PROCESS ? 0 : v[p->parent].depth + !p->is_image;
		map_put(&by_pid, p->pid, i);
	}
	map_release(&by_pid);
}

uint32_t *model_tree_order(const struct model_process *v, size_t n)
{
	uint32_t *order = xcalloc(n + 1, sizeof(*order)), *first = xcalloc(n + 1, sizeof(*first)),
		 *next = xcalloc(n + 1, sizeof(*next));
	size_t done = 0;
	uint32_t at;

	/* lists of children + 1, the oldest first; entry n is of those without parents */
	for (size_t i = n; i-- > 0;) {
		size_t parent = v[i].parent < i ? v[i].parent : n;

		next[i] = first[parent];
		first[parent] = (uint32_t)i + 1;
	}
	for (at = first[n]; at;) {
		uint32_t i = at - 1;

		order[done++] = i;
		for (at = first[i]; !at; i = v[i].parent) {
			at = next[i];
			if (v[i].parent >= i)
				break;
		}
	}
	free(first);
	free(next);
	return order;
}

size_t model_count_processes(const struct model *model)
{
	size_t n = 0;

	for (size_t i = 0; i < model->n_processes; i++)
		n += !model->processes[i].is_image;
	return n;
}

uint64_t model_max_rss(const struct model *m)
{
	uint64_t max = m->footer.max_rss;

	for (size_t i = 0; i < m->n_samples; i++) {
		const struct model_sample *s = &m->samples[i];

		max = s->hwm > max ? s->hwm : max;
		max = s->rss > max ? s->rss : max;
	}
	return max;
}
