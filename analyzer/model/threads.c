/* SPDX-License-Identifier: MIT */
/* threads.c - which thread a tid means: kernels give a tid again once its thread is gone. */
#include <stdlib.h>

#include "model/build.h"
#include "util/xalloc.h"

static uint32_t add(struct builder *b, uint64_t tid, uint64_t t)
{
	struct model *m = b->model;
	uint32_t index = (uint32_t)m->n_threads;

	XGROW(m->threads, m->n_threads, b->threads_alloc);
	XGROW(b->extras, b->n_extras, b->extras_alloc);
	b->extras[b->n_extras++] = (struct thread_extra){ 0 };
	m->threads[m->n_threads++] = (struct model_thread){
		.tid = tid,
		.name = xstrdup(""),
		.started = t,
		.ended = UINT64_MAX,
	};
	map_put(&b->threads, tid, index);
	return index;
}

uint32_t build_thread_of(struct builder *b, uint64_t tid, uint64_t t)
{
	const uint64_t *index = map_get(&b->threads, tid);

	/* lines of a thread may come late: its marks, or a repeated line */
	if (index && t <= b->model->threads[*index].ended)
		return (uint32_t)*index;
	return add(b, tid, t);
}

void build_thread(struct builder *b, const struct event *event)
{
	const struct mp_thread *line = &event->thread_line;
	const uint64_t *known = map_get(&b->threads, line->tid);
	bool alive = known && b->model->threads[*known].ended == UINT64_MAX;
	uint32_t index = alive ? (uint32_t)*known : add(b, line->tid, line->t);
	struct model_thread *thread = &b->model->threads[index];

	free(thread->name);
	thread->name = xstrdup(line->name);
	if (line->t < thread->started)
		thread->started = line->t;
}

void build_thread_end(struct builder *b, const struct event *event)
{
	const struct mp_thread_end *line = &event->thread_end_line;
	const uint64_t *index = map_get(&b->threads, line->tid);

	/* said twice, it is no thread more */
	if (!index || b->model->threads[*index].ended == UINT64_MAX) {
		uint32_t now = build_thread_of(b, line->tid, line->t);

		b->model->threads[now].ended = line->t;
	}
}
