/* SPDX-License-Identifier: MIT */
/*
 * family_rest.c - the parts of a model that a family only strings together, indexes
 * and times translated.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/family_parts.h"
#include "util/xalloc.h"

static void add_over_time(struct family *f, const struct model *member, int64_t shift,
			  uint32_t first_site, const struct family_indexes *indexes)
{
	struct family_rest *rest = &f->rest;
	struct model *m = f->model;

	for (size_t i = 0; i < member->n_thread_samples; i++) {
		struct model_thread_sample sample = member->thread_samples[i];

		sample.t = family_time(sample.t, shift);
		sample.thread = indexes->threads[sample.thread];
		XGROW(m->thread_samples, m->n_thread_samples, rest->thread_samples);
		m->thread_samples[m->n_thread_samples++] = sample;
	}
	for (size_t i = 0; i < member->n_history; i++) {
		struct model_change change = member->history[i];

		change.t = family_time(change.t, shift);
		change.site += first_site;
		XGROW(m->history, m->n_history, rest->history);
		m->history[m->n_history++] = change;
	}
	for (size_t i = 0; i < member->n_counters; i++) {
		struct model_counter counter = member->counters[i];

		counter.t = family_time(counter.t, shift);
		counter.thread = counter.thread < member->n_threads
					 ? indexes->threads[counter.thread]
					 : MODEL_NO_THREAD;
		counter.name = xstrdup(counter.name);
		XGROW(m->counters, m->n_counters, rest->counters);
		m->counters[m->n_counters++] = counter;
	}
	for (size_t i = 0; i < member->n_allocators; i++) {
		struct model_allocator allocator = member->allocators[i];

		/* what an allocator says is of its process: the first one's */
		if (m->n_processes > 1)
			break;
		allocator.name = xstrdup(allocator.name);
		XGROW(m->allocators, m->n_allocators, rest->allocators);
		m->allocators[m->n_allocators++] = allocator;
	}
}

static void add_sizes(struct family *f, const struct model *member,
		      const struct family_indexes *indexes)
{
	struct model *m = f->model;

	m->has_sizes |= member->has_sizes;
	for (size_t i = 0; i < member->n_sizes; i++) {
		struct model_size size = member->sizes[i];
		uint64_t *at;
		bool fresh;

		size.stack = indexes->nodes[size.stack];
		at = map_at(&f->rest.sizes_index, (uint64_t)size.stack << 7 | size.class, &fresh);
		if (fresh) {
			*at = m->n_sizes;
			XGROW(m->sizes, m->n_sizes, f->rest.sizes);
			m->sizes[m->n_sizes++] = size;
		} else {
			m->sizes[*at].allocs += size.allocs;
			m->sizes[*at].bytes += size.bytes;
			m->sizes[*at].usable += size.usable;
		}
	}
}

/* What has a name in a trace before has the same one in the next. */
static void add_names(struct family *f, const struct model *member,
		      const struct family_indexes *indexes)
{
	struct family_rest *rest = &f->rest;
	struct model *m = f->model;
	uint32_t first_text = (uint32_t)m->n_texts;

	for (size_t i = 0; i < member->n_jits; i++) {
		XGROW(m->jits, m->n_jits, rest->jits);
		m->jits[m->n_jits] = member->jits[i];
		m->jits[m->n_jits++].name = xstrdup(member->jits[i].name);
	}
	for (size_t i = 0; i < member->n_texts; i++) {
		XGROW(m->texts, m->n_texts, rest->texts);
		m->texts[m->n_texts++] = xstrdup(member->texts[i]);
	}
	for (size_t i = 0; i < member->n_names; i++) {
		struct model_name name = member->names[i];
		uint64_t *first, key;
		bool fresh;

		if (name.module)
			name.module = indexes->modules[name.module - 1] + 1;
		name.function += name.function ? first_text : 0;
		name.file += name.file ? first_text : 0;
		key = map_mix(name.offset) ^ map_mix((uint64_t)name.module << 1 | name.exact);
		first = map_at(&rest->named, key, &fresh);
		/* frames of one address are of one process */
		if (fresh)
			*first = m->n_processes;
		if (*first != m->n_processes)
			continue;
		XGROW(m->names, m->n_names, rest->names);
		m->names[m->n_names++] = name;
	}
}

void family_add_rest(struct family *f, const struct model *member, int64_t shift,
		     uint32_t first_site, const struct family_indexes *indexes)
{
	add_over_time(f, member, shift, first_site, indexes);
	add_sizes(f, member, indexes);
	add_names(f, member, indexes);
	family_add_leaks(f, member, shift, indexes);
}

/* Sorted by time and, where that is equal, in the order they came. */
struct at {
	uint64_t t;
	size_t index;
};

static int by_time(const void *left, const void *right)
{
	const struct at *a = left, *b = right;

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* The n items of `size` bytes whose times are at offset `t`; instead of v, which is freed. */
static void *sorted(void *v, size_t n, size_t size, size_t t)
{
	struct at *order = xreallocarray(NULL, n + 1, sizeof(*order));
	char *to = xreallocarray(NULL, n + 1, size), *from = v;

	for (size_t i = 0; i < n; i++)
		order[i] = (struct at){ *(const uint64_t *)(from + i * size + t), i };
	qsort(order, n, sizeof(*order), by_time);
	for (size_t i = 0; i < n; i++)
		memcpy(to + i * size, from + order[i].index * size, size);
	free(order);
	free(v);
	return to;
}

#define SORT(list, n) (list = sorted(list, n, sizeof(*(list)), offsetof(__typeof__(*(list)), t)))

void family_rest_done(struct family *f)
{
	struct model *m = f->model;

	SORT(m->thread_samples, m->n_thread_samples);
	SORT(m->history, m->n_history);
	SORT(m->moments, m->n_moments);
	SORT(m->counters, m->n_counters);
	map_release(&f->rest.sizes_index);
	map_release(&f->rest.named);
	strmap_release(&f->rest.regions_index);
}
