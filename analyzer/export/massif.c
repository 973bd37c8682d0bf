/* SPDX-License-Identifier: MIT */
/*
 * massif.c - massif.out, for ms_print and massif-visualizer: the heap over time
 * from the samples, and the true peak as the detailed snapshot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/exporter.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define SNAPSHOTS 100
#define THRESHOLD 100 /* one part in so many of the snapshot is worth a line */
#define DEPTH 30

struct massif {
	const struct model *model;
	struct symbols *symbols;
	struct sink *out;
	struct export_stacks stacks;
	int64_t (*get)(const struct counts *c);
	int64_t least;
	size_t n; /* of the next snapshot */
};

/* A stack on its way outward. */
struct walker {
	uint32_t node; /* the next one; 0: the stack ends */
	int64_t bytes;
	uint64_t address; /* of the node, 0 when there is none */
};

static void put_snapshot(struct massif *m, uint64_t t, uint64_t heap, const char *tree)
{
	sink_printf(m->out,
		    "#-----------\nsnapshot=%zu\n#-----------\ntime=%" PRIu64
		    "\nmem_heap_B=%" PRIu64 "\nmem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=%s\n",
		    m->n++, t / 1000000, heap, tree);
}

static int by_address(const void *left, const void *right)
{
	const struct walker *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

/* Walkers at one address are one line. */
struct run {
	size_t first, n;
	int64_t bytes;
};

static int by_bytes(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* Sort the walkers into runs; those whose stack has ended are in none. */
static size_t find_runs(struct massif *m, struct walker *w, size_t n, struct run **runs)
{
	size_t found = 0, alloc = 0;

	*runs = NULL;
	for (size_t i = 0; i < n; i++)
		w[i].address = w[i].node ? export_address(m->model, w[i].node) : 0;
	qsort(w, n, sizeof(*w), by_address);
	for (size_t i = 0; i < n; i++) {
		if (!w[i].node)
			continue;
		if (!found || w[i].address != w[(*runs)[found - 1].first].address) {
			XGROW(*runs, found, alloc);
			(*runs)[found++] = (struct run){ .first = i };
		}
		(*runs)[found - 1].n++;
		(*runs)[found - 1].bytes += w[i].bytes;
	}
	if (found)
		qsort(*runs, found, sizeof(**runs), by_bytes);
	return found;
}

/* Inlined functions are part of the one line of their address. */
static void put_place(struct massif *m, uint32_t node)
{
	struct strbuf text = STRBUF_INIT;
	size_t n;
	const struct frame *f = symbols_frames(m->symbols, node, &n);

	export_add_name(&text, &f[0]);
	if (f->file && f->line) {
		strbuf_addstr(&text, " (");
		utf8_add_clean(&text, f->file);
		strbuf_addf(&text, ":%" PRIu32 ")", f->line);
	} else if (f->module) {
		strbuf_addstr(&text, " (in ");
		utf8_add_clean(&text, f->module);
		strbuf_addch(&text, ')');
	}
	sink_printf(m->out, "0x%" PRIX64 ": %s\n", export_address(m->model, node), text.buf);
	strbuf_release(&text);
}

static void put_indent(struct massif *m, int depth)
{
	for (int i = 0; i < depth; i++)
		sink_putc(m->out, ' ');
}

/* "nK: " tells how many lines stand below this one: the large ones, and one for the rest. */
static size_t lines_below(const struct run *runs, size_t n, int64_t least, size_t *large)
{
	for (*large = 0; *large < n && runs[*large].bytes >= least;)
		(*large)++;
	return *large + (*large < n);
}

static void put_callers(struct massif *m, struct walker *w, size_t n, int depth,
			const struct run *runs, size_t n_runs);

/* A line, and below it its callers. */
static void put_run(struct massif *m, struct walker *w, const struct run *run, int depth)
{
	uint32_t node = w[run->first].node;
	struct run *runs = NULL;
	size_t n = 0, large = 0, below = 0;

	for (size_t i = run->first; i < run->first + run->n; i++)
		w[i].node = m->model->nodes[w[i].node].parent;
	if (depth < DEPTH) {
		n = find_runs(m, w + run->first, run->n, &runs);
		below = lines_below(runs, n, m->least, &large);
	}
	put_indent(m, depth);
	sink_printf(m->out, "n%zu: %" PRId64 " ", below, run->bytes);
	put_place(m, node);
	put_callers(m, w + run->first, large, depth + 1, runs, n);
	free(runs);
}

static void put_callers(struct massif *m, struct walker *w, size_t large, int depth,
			const struct run *runs, size_t n_runs)
{
	int64_t rest = 0;

	for (size_t i = 0; i < large; i++)
		put_run(m, w, &runs[i], depth);
	if (large == n_runs)
		return;
	for (size_t i = large; i < n_runs; i++)
		rest += runs[i].bytes;
	put_indent(m, depth);
	sink_printf(m->out, "n0: %" PRId64 " in %zu place%s, %s massif's threshold (%.2f%%)\n",
		    rest, n_runs - large, n_runs - large == 1 ? "" : "s",
		    n_runs - large == 1 ? "below" : "all below", 100.0 / THRESHOLD);
}

static void put_tree(struct massif *m)
{
	struct walker *w = xcalloc(m->stacks.n + 1, sizeof(*w));
	struct run *runs;
	size_t n = 0, n_runs, large, below;
	int64_t sum = 0;

	for (size_t i = 0; i < m->stacks.n; i++) {
		int64_t bytes = m->get(&m->stacks.v[i].counts);

		if (bytes <= 0)
			continue;
		w[n++] = (struct walker){ .node = m->stacks.v[i].stack, .bytes = bytes };
		sum += bytes;
	}
	m->least = sum / THRESHOLD;
	n_runs = find_runs(m, w, n, &runs);
	below = lines_below(runs, n_runs, m->least, &large);
	sink_printf(m->out,
		    "n%zu: %" PRId64 " (heap allocation functions) malloc/new/new[], "
		    "--alloc-fns, etc.\n",
		    below, sum);
	put_callers(m, w, large, 1, runs, n_runs);
	free(runs);
	free(w);
}

static void put_head(struct massif *m)
{
	const struct mp_strs *argv = &m->model->header.argv;
	struct strbuf text = STRBUF_INIT;

	sink_puts(m->out, "desc: memprof\ncmd:");
	for (size_t i = 0; i < argv->n; i++) {
		strbuf_clear(&text);
		utf8_add_clean(&text, argv->v[i]);
		sink_printf(m->out, " %s", text.buf);
	}
	if (!argv->n)
		sink_puts(m->out, " ?");
	sink_puts(m->out, "\ntime_unit: ms\n");
	strbuf_release(&text);
}

/*
 * Samples evenly spread, none after `until`; the peak goes in at its time.  A
 * sample that saw more than the peak line tells cannot be: it is cut to it.
 */
static void put_samples(struct massif *m, uint64_t from, uint64_t until)
{
	const struct model *model = m->model;
	size_t step = model->n_samples / SNAPSHOTS + 1;

	for (size_t i = 0; i < model->n_samples; i += step) {
		const struct model_sample *s = &model->samples[i];
		uint64_t heap = s->heap;

		if (s->t < from || s->t >= until)
			continue;
		if (model->has_peak && heap > model->peak_bytes)
			heap = model->peak_bytes;
		put_snapshot(m, s->t, heap, "empty");
	}
}

static int write_massif(const struct model *model, struct symbols *symbols,
			const struct export_args *args, struct sink *out)
{
	struct massif m = { .model = model, .symbols = symbols, .out = out };
	struct counts all = model_total(model, args->kind);
	bool peak = model->point.kind == POINT_PEAK;
	uint64_t end = model->last_time;

	if (args->kind != MP_HEAP)
		return diag_error(args->diag, -EINVAL,
				  "massif is about the heap over time: other kinds of memory "
				  "have no samples");
	export_stacks_init(&m.stacks, model, args->kind);
	m.get = peak ? measure_live_bytes : measure_peak_bytes;
	put_head(&m);
	put_snapshot(&m, 0, 0, "empty");
	if (model->has_peak) {
		put_samples(&m, 1, model->peak_time);
		put_snapshot(&m, model->peak_time, model->peak_bytes, "peak");
		put_tree(&m);
		put_samples(&m, model->peak_time + 1, end);
	} else {
		put_samples(&m, 1, end);
	}
	if (!peak) {
		m.get = measure_live_bytes;
		put_snapshot(&m, end, (uint64_t)counts_live_bytes(&all), "detailed");
		put_tree(&m);
	}
	export_stacks_release(&m.stacks);
	return 0;
}

const struct exporter export_massif = {
	.name = "massif",
	.summary = "massif.out, for ms_print and massif-visualizer, with the true peak",
	.write = write_massif,
};
