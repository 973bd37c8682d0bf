/* SPDX-License-Identifier: MIT */
/*
 * dot.c - the graph of functions and calls in the language of graphviz, by one
 * measure: what is below a hundredth of the whole is left out.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/edges.h"
#include "export/exporter.h"
#include "util/cxxname.h"
#include "util/map.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define LEAST 100     /* one part in so many */
#define LABEL_MOST 60 /* columns of a function's name */

struct dot {
	const struct edges *edges;
	const struct export_measure *measure;
	struct sink *out;
	int64_t all;
};

static void put_quoted(struct sink *out, const char *text, int width)
{
	struct strbuf clean = STRBUF_INIT;
	size_t fits;

	utf8_add_clean(&clean, text);
	fits = utf8_prefix(clean.buf, width);
	for (size_t i = 0; i < fits; i++) {
		if (clean.buf[i] == '"' || clean.buf[i] == '\\')
			sink_putc(out, '\\');
		sink_putc(out, clean.buf[i]);
	}
	if (fits < clean.len)
		sink_puts(out, "...");
	strbuf_release(&clean);
}

static void put_amount(const struct dot *d, int64_t amount)
{
	struct strbuf sb = STRBUF_INIT;

	units_add_signed(&sb, amount, d->measure->bytes ? units_add_bytes : units_add_count);
	sink_puts(d->out, sb.buf);
	strbuf_release(&sb);
}

static double share(const struct dot *d, int64_t amount)
{
	return d->all ? (double)amount / (double)d->all : 0;
}

static bool is_shown(const struct dot *d, uint32_t f)
{
	int64_t total = d->measure->get(&d->edges->functions[f].total);

	return (total > 0 ? total : -total) * LEAST >= (d->all > 0 ? d->all : -d->all) && total;
}

/* Two parts what it holds with its callees, one what it holds itself: from white to red. */
static void put_node(const struct dot *d, uint32_t f)
{
	const struct edges_function *function = &d->edges->functions[f];
	int64_t self = d->measure->get(&function->self), total = d->measure->get(&function->total);
	double heat = (share(d, total) + 2 * share(d, self)) / 3;

	heat = heat < 0 ? 0 : heat > 1 ? 1 : heat;
	sink_printf(d->out, "\t\tf%" PRIu32 " [label=\"", f);
	put_quoted(d->out, cxx_name_start(d->edges->names.v[f].name), LABEL_MOST);
	sink_puts(d->out, "\\n");
	put_amount(d, total);
	sink_printf(d->out, " (%.1f%%)", 100 * share(d, total));
	if (self && self != total) {
		sink_puts(d->out, "\\nitself ");
		put_amount(d, self);
	}
	sink_printf(d->out, "\", fillcolor=\"%.3f %.3f 1.000\"];\n", 0.12 - 0.12 * heat,
		    0.08 + 0.62 * heat);
}

/* Functions of a file with code stand together. */
static void put_clusters(const struct dot *d)
{
	const struct export_names *names = &d->edges->names;
	bool *done = xcalloc(names->n + 1, sizeof(*done));

	for (uint32_t f = 0; f < names->n; f++) {
		const char *module = names->v[f].module;

		if (done[f] || !is_shown(d, f))
			continue;
		sink_printf(d->out, "\tsubgraph cluster_%" PRIu32 " {\n\t\tlabel=\"", f);
		put_quoted(d->out, module ? module : "", LABEL_MOST);
		sink_puts(d->out, "\";\n");
		for (uint32_t g = f; g < names->n; g++) {
			const char *other = names->v[g].module;

			if (done[g] || !is_shown(d, g) ||
			    (module != other && strcmp(module ? module : "", other ? other : "")))
				continue;
			done[g] = true;
			put_node(d, g);
		}
		sink_puts(d->out, "\t}\n");
	}
	free(done);
}

/* Calls from several lines of a function are one edge. */
static void put_calls(const struct dot *d)
{
	const struct edges *e = d->edges;
	struct map sums = MAP_INIT;

	for (size_t i = 0; i < e->n_calls; i++)
		*map_at(&sums, (uint64_t)e->calls[i].from << 32 | e->calls[i].to,
			NULL) += (uint64_t)d->measure->get(&e->calls[i].counts);
	for (size_t i = 0; i < e->n_calls; i++) {
		const struct edges_call *c = &e->calls[i];
		uint64_t *sum = map_get(&sums, (uint64_t)c->from << 32 | c->to);
		int64_t amount = (int64_t)*sum;

		if (!amount || !is_shown(d, c->from) || !is_shown(d, c->to))
			continue;
		*sum = 0;
		sink_printf(d->out, "\tf%" PRIu32 " -> f%" PRIu32 " [label=\"", c->from, c->to);
		put_amount(d, amount);
		sink_printf(d->out, "\", penwidth=%.2f];\n",
			    1 + 5 * (share(d, amount) > 0 ? share(d, amount) : 0));
	}
	map_release(&sums);
}

static int write_dot(const struct model *model, struct symbols *symbols,
		     const struct export_args *args, struct sink *out)
{
	struct edges e;
	struct dot d = { .edges = &e, .measure = args->measure, .out = out };

	edges_init(&e, model, symbols, args->kind);
	d.all = args->measure->get(&e.total);
	sink_puts(out, "digraph memprof {\n\tlabel=\"");
	put_quoted(out, model->header.exe ? model->header.exe : model->path, LABEL_MOST);
	sink_printf(out, ", %s: ", args->measure->words);
	put_amount(&d, d.all);
	sink_puts(out, "\";\n\tlabelloc=t;\n\tfontname=\"sans-serif\";\n"
		       "\tnode [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", "
		       "fontsize=11];\n"
		       "\tedge [fontname=\"sans-serif\", fontsize=9, color=\"#5b6270\"];\n");
	put_clusters(&d);
	put_calls(&d);
	sink_puts(out, "}\n");
	edges_release(&e);
	return 0;
}

const struct exporter export_dot = {
	.name = "dot",
	.summary = "the graph of calls, for graphviz",
	.one_measure = true,
	.write = write_dot,
};
