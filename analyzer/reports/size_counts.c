/* SPDX-License-Identifier: MIT */
/* size_counts.c - see size_counts.h. */
#include "reports/size_counts.h"

#include <inttypes.h>
#include <stdlib.h>

#include "doc/doc.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

int size_class_of(uint64_t bytes)
{
	return bytes ? 64 - __builtin_clzll(bytes) : 0;
}

uint64_t size_class_least(int class)
{
	return class ? UINT64_C(1) << (class - 1) : 0;
}

uint64_t size_class_most(int class)
{
	return class ? size_class_least(class) * 2 - 1 : 0;
}

void size_class_add(struct strbuf *out, int class)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	int unit = class > 10 ? (class - 1) / 10 : 0;
	uint64_t least = size_class_least(class) >> 10 * unit;

	/* in bytes both ends are exact, above that the upper one is the next class's */
	if (class <= 1)
		strbuf_addf(out, "%d B", class);
	else if (!unit)
		strbuf_addf(out, "%" PRIu64 "-%" PRIu64 " B", least, size_class_most(class));
	else
		strbuf_addf(out, "%" PRIu64 "-%" PRIu64 " %s", least, least * 2, units[unit]);
}

const char *size_class_label(struct doc *doc, int class)
{
	struct strbuf label = STRBUF_INIT;
	const char *kept;

	size_class_add(&label, class);
	kept = doc_text(doc, label.buf);
	strbuf_release(&label);
	return kept;
}

static void add(struct size_counts *sum, const struct size_counts *c)
{
	sum->allocs += c->allocs;
	sum->bytes += c->bytes;
	sum->usable += c->usable;
}

static void count(struct size_table *t, uint32_t stack, int class, const struct size_counts *c)
{
	uint32_t group = groups_of_stack(&t->groups, stack);
	uint64_t *at;

	if (group == UINT32_MAX || !c->allocs)
		return;
	at = map_at(&t->index, (uint64_t)group * SIZE_CLASSES + (uint64_t) class, NULL);
	if (!*at) {
		XGROW(t->cells, t->n_cells, t->a_cells);
		t->cells[t->n_cells++] = (struct size_counts){ 0 };
		*at = t->n_cells;
	}
	add(&t->cells[*at - 1], c);
	add(&t->classes[class], c);
	add(&t->total, c);
}

/* Blocks of all threads at one stack, by their average. */
static void count_averages(struct size_table *t)
{
	const struct model *model = t->groups.model;
	struct size_counts *stacks = xcalloc(model->n_nodes, sizeof(*stacks));

	for (size_t i = 0; i < model->n_sites; i++) {
		const struct model_site *site = &model->sites[i];
		struct size_counts *c = &stacks[site->stack];

		if (site->kind != MP_HEAP)
			continue;
		c->allocs += site->counts.allocs;
		c->bytes += site->counts.bytes;
		c->usable = c->bytes;
	}
	for (size_t i = 0; i < model->n_nodes; i++)
		if (stacks[i].allocs)
			count(t, (uint32_t)i, size_class_of(stacks[i].bytes / stacks[i].allocs),
			      &stacks[i]);
	free(stacks);
}

static void count_blocks(struct size_table *t)
{
	const struct model *model = t->groups.model;

	for (size_t i = 0; i < model->n_sizes; i++) {
		const struct model_size *size = &model->sizes[i];

		count(t, size->stack, size->class,
		      &(struct size_counts){ size->allocs, size->bytes, size->usable });
	}
}

static void sum_sites(struct size_table *t)
{
	struct size_site *by_group = xcalloc(t->groups.n + 1, sizeof(*by_group));
	const struct map_entry *entry;
	size_t pos = 0;

	while ((entry = map_next(&t->index, &pos)))
		add(&by_group[entry->key / SIZE_CLASSES].total, &t->cells[entry->value - 1]);
	for (size_t i = 0; i < t->groups.n; i++) {
		if (!by_group[i].total.allocs)
			continue;
		by_group[t->n_sites] = by_group[i];
		by_group[t->n_sites++].group = (uint32_t)i;
	}
	t->sites = by_group;
}

void size_table_build(struct size_table *t, const struct model *model, struct symbols *symbols,
		      enum group_by by, bool allocator_frames, const struct filters *filters,
		      bool recorded)
{
	*t = (struct size_table){
		.recorded = recorded,
		.at_peak = model->point.kind == POINT_PEAK,
		.highest = -1,
	};
	groups_build(&t->groups, model, symbols, MP_HEAP, by, false, allocator_frames, filters);
	if (recorded)
		count_blocks(t);
	else
		count_averages(t);
	sum_sites(t);
	for (int c = SIZE_CLASSES - 1; c >= 0; c--)
		if (t->classes[c].allocs) {
			t->lowest = c;
			t->highest = c > t->highest ? c : t->highest;
		}
}

void size_table_release(struct size_table *t)
{
	groups_release(&t->groups);
	map_release(&t->index);
	free(t->sites);
	free(t->cells);
}

const struct size_counts *size_site_class(const struct size_table *t, const struct size_site *site,
					  int class)
{
	const uint64_t *at = map_get(&t->index,
				     (uint64_t)site->group * SIZE_CLASSES + (uint64_t) class);

	return at ? &t->cells[*at - 1] : NULL;
}

int size_site_usual(const struct size_table *t, const struct size_site *site)
{
	uint64_t most = 0;
	int usual = 0;

	for (int c = t->lowest; c <= t->highest; c++) {
		const struct size_counts *n = size_site_class(t, site, c);

		if (n && n->allocs > most) {
			most = n->allocs;
			usual = c;
		}
	}
	return usual;
}
