/* SPDX-License-Identifier: MIT */
/*
 * timeline_stacked.c - what threads and sites held over time, as areas that add
 * up: the largest each, the rest as one.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/curve.h"
#include "reports/timeline.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* At one time one item of a group holds so much. */
struct strand {
	uint64_t t;
	uint32_t item, group;
	int64_t value;
};

struct stacked {
	const struct timeline *line;
	struct strand *strands;
	size_t n, alloc;
	size_t n_items, n_groups;
	int64_t *most;	   /* of each group */
	int64_t *at_peak;  /* exact values of each group at the peak; NULL: not known */
	uint32_t *rank;	   /* of each group; those after the last shown one are the rest */
	const char **name; /* of each group */
	bool sampled;	   /* at each sample all is known: what has no strand is as it was */
};

static int by_time(const void *left, const void *right)
{
	const struct strand *a = left, *b = right;

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void add(struct stacked *s, uint64_t t, uint32_t item, uint32_t group, int64_t value)
{
	XGROW(s->strands, s->n, s->alloc);
	s->strands[s->n++] = (struct strand){ t, item, group, value };
	if (item >= s->n_items)
		s->n_items = item + 1;
}

/* Lines of a trace are about in order: sort only when they are not. */
static void order(struct stacked *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (s->strands[i].t < s->strands[i - 1].t) {
			qsort(s->strands, s->n, sizeof(*s->strands), by_time);
			return;
		}
}

static void find_most(struct stacked *s)
{
	int64_t *items = xcalloc(s->n_items + 1, sizeof(*items));
	int64_t *sums = xcalloc(s->n_groups + 1, sizeof(*sums));

	for (size_t i = 0; i < s->n; i++) {
		const struct strand *x = &s->strands[i];

		sums[x->group] += x->value - items[x->item];
		items[x->item] = x->value;
		if (sums[x->group] > s->most[x->group])
			s->most[x->group] = sums[x->group];
	}
	for (size_t g = 0; s->at_peak && g < s->n_groups; g++)
		if (s->at_peak[g] > s->most[g])
			s->most[g] = s->at_peak[g];
	free(items);
	free(sums);
}

static const int64_t *sort_keys; /* of qsort() below; nothing here runs in two threads */

static int by_most(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	if (sort_keys[a] != sort_keys[b])
		return sort_keys[a] < sort_keys[b] ? 1 : -1;
	return a < b ? -1 : a > b;
}

/* s->rank from s->most; *order holds the groups by rank. */
static uint32_t *rank(struct stacked *s)
{
	uint32_t *groups = xcalloc(s->n_groups + 1, sizeof(*groups));

	for (uint32_t g = 0; g < s->n_groups; g++)
		groups[g] = g;
	sort_keys = s->most;
	qsort(groups, s->n_groups, sizeof(*groups), by_most);
	for (uint32_t i = 0; i < s->n_groups; i++)
		s->rank[groups[i]] = i;
	return groups;
}

/* A point of every area at one time. */
static void put_points(struct curve_points *points, const int64_t *sums, size_t n, uint64_t t)
{
	for (size_t i = 0; i < n; i++) {
		int64_t value = sums[i] > 0 ? sums[i] : 0;
		struct doc_point *last = points[i].n ? &points[i].v[points[i].n - 1] : NULL;

		if (last && last->t == t)
			last->value = value;
		else
			curve_add(&points[i], t, value);
	}
}

/* All strands in order into `n` areas, the last of them the rest. */
static void fill(const struct stacked *s, struct curve_points *points, size_t n)
{
	const struct model *m = s->line->model;
	int64_t *items = xcalloc(s->n_items + 1, sizeof(*items));
	int64_t *sums = xcalloc(n + 1, sizeof(*sums));
	int64_t *peak = xcalloc(n + 1, sizeof(*peak));
	bool peak_due = false;
	size_t sample = 0;

	/* of a range it is not known what was live at the peak */
	for (size_t g = 0; s->at_peak && m->has_peak && g < s->n_groups; g++) {
		peak[s->rank[g] < n ? s->rank[g] : n - 1] += s->at_peak[g];
		peak_due |= s->at_peak[g] != 0;
	}
	put_points(points, sums, n, 0);
	for (size_t i = 0; i < s->n; i++) {
		const struct strand *x = &s->strands[i];

		for (; s->sampled && i && sample < m->n_samples && m->samples[sample].t < x->t;
		     sample++)
			put_points(points, sums, n, m->samples[sample].t);
		if (peak_due && x->t > m->peak_time) {
			put_points(points, peak, n, m->peak_time);
			peak_due = false;
		}
		sums[s->rank[x->group] < n ? s->rank[x->group] : n - 1] += x->value -
									   items[x->item];
		items[x->item] = x->value;
		if (i + 1 == s->n || s->strands[i + 1].t != x->t)
			put_points(points, sums, n, x->t);
	}
	if (peak_due)
		put_points(points, peak, n, m->peak_time);
	put_points(points, sums, n, timeline_end(m));
	free(items);
	free(sums);
	free(peak);
}

static void finish(struct stacked *s, size_t n, const char *what, struct doc *doc)
{
	size_t shown = s->n_groups <= n + 1 ? s->n_groups : n + 1;
	struct curve_points *points = xcalloc(shown + 1, sizeof(*points));
	uint32_t *groups;

	s->most = xcalloc(s->n_groups + 1, sizeof(*s->most));
	s->rank = xcalloc(s->n_groups + 1, sizeof(*s->rank));
	order(s);
	find_most(s);
	groups = rank(s);
	if (shown)
		fill(s, points, shown);
	for (size_t i = 0; i < shown; i++) {
		bool rest = i == n && s->n_groups > n + 1;
		struct doc_series *series = timeline_add_series(
			s->line, doc,
			rest ? doc_textf(doc, "%s:other", what)
			     : doc_textf(doc, "%s:%s", what, s->name[groups[i]]),
			rest ? doc_textf(doc, "%zu other", s->n_groups - n) : s->name[groups[i]],
			UNIT_BYTES);

		series->form = SERIES_AREA;
		curve_finish(&points[i], s->line, series);
		curve_release(&points[i]);
	}
	free(groups);
	free(points);
	free(s->strands);
	free(s->most);
	free(s->rank);
	free(s->name);
	free(s->at_peak);
}

void timeline_add_threads(const struct timeline *line, size_t n, struct doc *doc)
{
	const struct model *m = line->model;
	struct stacked s = { .line = line, .n_groups = m->n_threads, .sampled = true };

	s.name = xcalloc(m->n_threads + 1, sizeof(*s.name));
	for (size_t i = 0; i < m->n_threads; i++)
		s.name[i] = doc_textf(doc, "%s (%" PRIu64 ")",
				      *m->threads[i].name ? m->threads[i].name : "thread",
				      m->threads[i].tid);
	for (size_t i = 0; i < m->n_thread_samples; i++)
		add(&s, m->thread_samples[i].t, m->thread_samples[i].thread,
		    m->thread_samples[i].thread, m->thread_samples[i].live);
	finish(&s, n, "thread", doc);
}

/* The names of a model's stacks, each once. */
struct names {
	struct places places;
	enum group_by by;
	struct strmap keys; /* name -> index + 1 */
	struct map stacks;  /* node -> index + 1 */
	const char **name;
	size_t n, alloc;
};

static void put_name(const struct frame *f, enum group_by by, struct strbuf *out)
{
	const char *module = f->module ? path_last(f->module) : "unknown";

	if (by == BY_MODULE)
		strbuf_addstr(out, module);
	else if (by == BY_FILE)
		strbuf_addstr(out, f->file ? path_last(f->file) : module);
	else if (!f->function)
		strbuf_addf(out, "%s+0x%" PRIx64, module, f->offset);
	else if (by == BY_LINE && f->file && f->line)
		strbuf_addf(out, "%s %s:%" PRIu32, f->function, path_last(f->file), f->line);
	else
		strbuf_addstr(out, f->function);
}

static uint32_t name_of(struct names *names, uint32_t stack, struct doc *doc)
{
	uint64_t *known = map_at(&names->stacks, stack, NULL);
	const struct place *place;
	struct strbuf text = STRBUF_INIT;
	uint32_t node = stack;
	size_t i = 0;
	void **index;

	if (*known)
		return (uint32_t)*known - 1;
	place = places_start(&names->places, &node, &i);
	if (place)
		put_name(&place->frames[i], names->by, &text);
	else
		strbuf_addstr(&text, "unknown");
	index = strmap_at(&names->keys, text.buf);
	if (!*index) {
		XGROW(names->name, names->n, names->alloc);
		names->name[names->n++] = doc_text(doc, text.buf);
		*index = (void *)(uintptr_t)names->n;
	}
	strbuf_release(&text);
	/* naming a stack may have made room in the map */
	*map_at(&names->stacks, stack, NULL) = (uintptr_t)*index;
	return (uint32_t)(uintptr_t)*index - 1;
}

void timeline_add_sites(const struct timeline *line, struct symbols *symbols, enum group_by by,
			size_t n, struct doc *doc)
{
	const struct model *m = line->model;
	struct names names = { .by = by };
	struct stacked s = { .line = line };

	places_init(&names.places, m, symbols, false);
	for (size_t i = 0; i < m->n_history; i++)
		add(&s, m->history[i].t, m->history[i].site,
		    name_of(&names, m->sites[m->history[i].site].stack, doc), m->history[i].live);
	for (size_t i = 0; i < m->n_sites; i++)
		if (m->sites[i].counts.peak_bytes)
			name_of(&names, m->sites[i].stack, doc);
	s.at_peak = xcalloc(names.n + 1, sizeof(*s.at_peak));
	for (size_t i = 0; i < m->n_sites; i++)
		if (m->sites[i].counts.peak_bytes)
			s.at_peak[name_of(&names, m->sites[i].stack, doc)] +=
				m->sites[i].counts.peak_bytes;
	s.n_groups = names.n;
	s.name = names.name;
	places_release(&names.places);
	strmap_release(&names.keys);
	map_release(&names.stacks);
	finish(&s, n, "site", doc);
}
