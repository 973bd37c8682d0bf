/* SPDX-License-Identifier: MIT */
/* region_stats.c - calls of regions summed up; see region_stats.h. */
#include "reports/region_stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/spans.h"
#include "model/symbols.h"
#include "reports/filter.h"
#include "reports/region_names.h"
#include "util/map.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

unsigned int region_bucket(uint64_t ns)
{
	unsigned int e;

	if (ns < 16)
		return (unsigned int)ns;
	e = 63 - (unsigned int)__builtin_clzll(ns);
	return (e - 3) * 16 + (unsigned int)(ns >> (e - 4) & 15);
}

uint64_t region_bucket_start(unsigned int bucket)
{
	unsigned int e = bucket / 16 + 3;

	return bucket < 16 ? bucket : (uint64_t)(16 + bucket % 16) << (e - 4);
}

uint64_t region_quantile(const struct region_stat *stat, double part)
{
	uint64_t all = 0, seen = 0, want, ns = stat->sum.max;

	for (unsigned int b = 0; b < REGION_BUCKETS; b++)
		all += stat->buckets[b];
	if (!all)
		return 0;
	want = (uint64_t)((double)all * part);
	want = want < all ? want : all - 1;
	for (unsigned int b = 0; b + 1 < REGION_BUCKETS; b++) {
		seen += stat->buckets[b];
		if (seen > want) {
			/* the middle of the bucket */
			ns = region_bucket_start(b) +
			     (region_bucket_start(b + 1) - region_bucket_start(b)) / 2;
			break;
		}
	}
	return ns < stat->sum.min ? stat->sum.min : ns > stat->sum.max ? stat->sum.max : ns;
}

/* On the way from a model to sums. */
struct adder {
	struct region_stats *stats;
	const struct model *model;
	struct symbols *symbols;
	const struct filters *filters;
	enum region_by by;
	bool strip;
	struct map links; /* caller and callee -> index + 1 */
};

static void put_path(const struct adder *a, const struct model_region *r, struct strbuf *out)
{
	if (r->parent && a->by == REGION_BY_PATH) {
		put_path(a, &a->model->regions[r->parent - 1], out);
		strbuf_addstr(out, " > ");
	}
	region_name(a->model, a->symbols, (uint32_t)(r - a->model->regions),
		    a->strip ? REGION_FILE : REGION_WHOLE, out);
}

static void put_thread(const struct adder *a, uint32_t thread, struct strbuf *out)
{
	const struct model_thread *t = &a->model->threads[thread];

	strbuf_addf(out, " [%s %" PRIu64 "]", *t->name ? t->name : "thread", t->tid);
}

static uint32_t stat_of(struct adder *a, const char *name)
{
	struct region_stats *s = a->stats;
	void **index = strmap_at(&s->names, name);

	if (!*index) {
		XGROW(s->v, s->n, s->alloc);
		s->v[s->n++] = (struct region_stat){
			.name = strmap_intern(&s->names, name),
			.buckets = xcalloc(REGION_BUCKETS, sizeof(uint64_t)),
		};
		/* interning may have moved the slot */
		strmap_put(&s->names, name, (void *)(uintptr_t)s->n);
		return (uint32_t)s->n - 1;
	}
	return (uint32_t)(uintptr_t)*index - 1;
}

static uint32_t stat_of_region(struct adder *a, uint32_t region, uint32_t thread)
{
	struct strbuf name = STRBUF_INIT;
	uint32_t index;

	put_path(a, &a->model->regions[region], &name);
	if (a->by == REGION_BY_THREAD)
		put_thread(a, thread, &name);
	index = stat_of(a, name.buf);
	strbuf_release(&name);
	return index;
}

static void add_sum(struct region_sum *sum, const struct region_sum *more)
{
	if (!more->calls)
		return;
	if (!sum->calls || more->min < sum->min)
		sum->min = more->min;
	if (more->max > sum->max)
		sum->max = more->max;
	if (more->peak > sum->peak)
		sum->peak = more->peak;
	sum->calls += more->calls;
	sum->self += more->self;
	sum->primitive += more->primitive;
	sum->total += more->total;
	sum->allocs += more->allocs;
	sum->bytes += more->bytes;
	sum->net += more->net;
}

static void add_link(struct adder *a, uint32_t caller, uint32_t callee,
		     const struct region_sum *sum)
{
	struct region_stats *s = a->stats;
	uint64_t *index = map_at(&a->links, (uint64_t)caller << 32 | callee, NULL);

	if (!*index) {
		XGROW(s->links, s->n_links, s->links_alloc);
		s->links[s->n_links++] = (struct region_link){ .caller = caller, .callee = callee };
		*index = s->n_links;
	}
	add_sum(&s->links[*index - 1].sum, sum);
}

static bool passes(const struct adder *a, const char *name, uint32_t thread)
{
	const struct frame frame = { .function = name };

	const struct model_thread *t = &a->model->threads[thread];

	return filters_pass(a->filters, &frame, t,
			    t->process < a->model->n_processes ? &a->model->processes[t->process]
							       : NULL);
}

/* Is a region around it that counts as the same? */
static bool is_recursive(const struct adder *a, uint32_t region)
{
	const struct model_region *all = a->model->regions, *r = &all[region];

	if (a->by == REGION_BY_PATH)
		return false;
	for (uint32_t up = r->parent; up; up = all[up - 1].parent)
		if (!strcmp(all[up - 1].name, r->name))
			return true;
	return false;
}

/* A sum without what only primitive calls count for. */
static struct region_sum recursive(struct region_sum sum)
{
	sum.primitive = sum.total = sum.allocs = sum.bytes = 0;
	sum.net = 0;
	return sum;
}

static void add_total(struct adder *a, const struct model_region_total *t)
{
	const struct model_region *r = &a->model->regions[t->region];
	struct region_sum sum = {
		.calls = t->calls,
		.primitive = t->calls,
		.total = t->total,
		.self = t->self,
		.min = t->min,
		.max = t->max,
		.allocs = t->allocs,
		.bytes = t->bytes,
		.net = (int64_t)(t->bytes - t->freed),
		.peak = t->peak,
	};
	uint32_t index;

	if (!t->calls || !passes(a, r->name, t->thread))
		return;
	if (is_recursive(a, t->region))
		sum = recursive(sum);
	index = stat_of_region(a, t->region, t->thread);
	add_sum(&a->stats->v[index].sum, &sum);
	if (r->parent)
		add_link(a, stat_of_region(a, r->parent - 1, t->thread), index, &sum);
}

static void add_time(struct adder *a, const struct model_region_time *t)
{
	uint32_t index;

	if (t->bucket >= REGION_BUCKETS || !passes(a, a->model->regions[t->region].name, t->thread))
		return;
	/* first: it may move the list */
	index = stat_of_region(a, t->region, t->thread);
	a->stats->v[index].buckets[t->bucket] += t->calls;
}

/* The innermost span around spans[i], or -1; outer ones come before inner ones. */
static long around(const struct span *spans, size_t i)
{
	for (size_t k = i; k && spans[k - 1].thread == spans[i].thread; k--)
		if (spans[k - 1].depth < spans[i].depth)
			return (long)k - 1;
	return -1;
}

static void put_span_name(const struct adder *a, const struct span *spans, size_t i,
			  struct strbuf *out)
{
	long outer = a->by == REGION_BY_PATH ? around(spans, i) : -1;

	if (outer >= 0) {
		put_span_name(a, spans, (size_t)outer, out);
		strbuf_addstr(out, " > ");
	}
	if (spans[i].region)
		region_name(a->model, a->symbols, spans[i].region - 1,
			    a->strip ? REGION_FILE : REGION_WHOLE, out);
	else
		strbuf_addstr(out, spans[i].name);
	if (a->by == REGION_BY_THREAD)
		put_thread(a, spans[i].thread, out);
}

static uint32_t stat_of_span(struct adder *a, const struct span *spans, size_t i)
{
	struct strbuf name = STRBUF_INIT;
	uint32_t index;

	put_span_name(a, spans, i, &name);
	index = stat_of(a, name.buf);
	strbuf_release(&name);
	return index;
}

/* Of a trace that has single calls only. */
static void add_spans(struct adder *a)
{
	struct span *spans;
	size_t n = spans_build(a->model, &spans);
	uint64_t *inside = xcalloc(n + 1, sizeof(*inside));

	for (size_t i = 0; i < n; i++) {
		long outer = around(spans, i);

		if (outer >= 0)
			inside[outer] += spans[i].to - spans[i].from;
	}
	for (size_t i = 0; i < n; i++) {
		const struct model_moment *end = spans[i].end;
		uint64_t time = spans[i].to - spans[i].from;
		struct region_sum sum = { .calls = 1, .primitive = 1, .total = time };
		uint32_t index;
		long outer;

		if (spans[i].suite || !end || !passes(a, spans[i].name, spans[i].thread))
			continue;
		sum.self = time > inside[i] ? time - inside[i] : 0;
		sum.min = sum.max = time;
		sum.allocs = end->allocs;
		sum.bytes = end->bytes;
		sum.net = (int64_t)(end->bytes - end->freed);
		sum.peak = end->peak;
		for (outer = around(spans, i); outer >= 0; outer = around(spans, (size_t)outer))
			if (a->by != REGION_BY_PATH && !strcmp(spans[outer].name, spans[i].name)) {
				sum = recursive(sum);
				break;
			}
		index = stat_of_span(a, spans, i);
		add_sum(&a->stats->v[index].sum, &sum);
		a->stats->v[index].buckets[region_bucket(time)]++;
		outer = around(spans, i);
		if (outer >= 0 && !spans[outer].suite)
			add_link(a, stat_of_span(a, spans, (size_t)outer), index, &sum);
	}
	free(inside);
	free(spans);
}

void region_stats_build(struct region_stats *stats, const struct model *model,
			struct symbols *symbols, enum region_by by, bool strip,
			const struct filters *filters)
{
	struct adder a = {
		.stats = stats,
		.model = model,
		.symbols = symbols,
		.filters = filters,
		.by = by,
		.strip = strip,
	};

	*stats = (struct region_stats){ .names = STRMAP_INIT };
	for (size_t i = 0; i < model->n_region_totals; i++)
		add_total(&a, &model->region_totals[i]);
	for (size_t i = 0; i < model->n_region_times; i++)
		add_time(&a, &model->region_times[i]);
	if (!model->n_region_totals) {
		stats->from_instances = true;
		add_spans(&a);
	}
	map_release(&a.links);
}

void region_stats_release(struct region_stats *stats)
{
	for (size_t i = 0; i < stats->n; i++)
		free(stats->v[i].buckets);
	free(stats->v);
	free(stats->links);
	strmap_release(&stats->names);
	*stats = (struct region_stats){ .names = STRMAP_INIT };
}
