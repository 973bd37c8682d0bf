/* SPDX-License-Identifier: MIT */
/* info.c - what a trace is of, and its totals. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/about.h"
#include "reports/report.h"
#include "util/map.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

static const char *const info_examples[] = {
	"memprof info memprof.sqlite3.4242.jsonl",
	"memprof info trace.jsonl --format json | jq .values.peak_bytes",
	NULL,
};

/* Distinct places and stacks of heap allocations, and those not followed out to main. */
struct distinct {
	uint64_t sites, stacks, truncated;
};

/* What is known of a node's stack; nodes are looked at once, however deep they are. */
enum cut { CUT_UNKNOWN, CUT_NOT, CUT_SHORT };

static bool is_truncated(const struct model *model, uint8_t *known, uint32_t node)
{
	uint32_t at = node;
	uint8_t cut;

	while (at && !known[at] && model->nodes[at].kind != FRAME_TRUNCATED)
		at = model->nodes[at].parent;
	cut = !at ? CUT_NOT : known[at] ? known[at] : CUT_SHORT;
	for (; node != at; node = model->nodes[node].parent)
		known[node] = cut;
	return cut == CUT_SHORT;
}

static struct distinct count_distinct(const struct model *model)
{
	uint8_t *known = xcalloc(model->n_nodes + 1, sizeof(*known));
	struct map stacks = MAP_INIT, sites = MAP_INIT;
	struct distinct d = { 0 };

	for (size_t i = 0; i < model->n_sites; i++) {
		const struct model_site *site = &model->sites[i];
		const struct model_node *node = &model->nodes[site->stack];

		if (site->kind != MP_HEAP)
			continue;
		map_at(&sites, node->offset ^ map_mix(node->module) >> 1, NULL);
		map_at(&stacks, site->stack, NULL);
		if (is_truncated(model, known, site->stack))
			d.truncated += site->counts.allocs;
	}
	d.sites = sites.n;
	d.stacks = stacks.n;
	map_release(&stacks);
	map_release(&sites);
	free(known);
	return d;
}

/* Totals of the heap: at the end those of the footer, where there is one. */
static struct counts totals(const struct model *model)
{
	struct counts sum = model_total(model, MP_HEAP);

	if (model->point.kind == POINT_END && !model->point.from && model->has_footer) {
		sum.allocs = model->footer.allocs;
		sum.bytes = model->footer.bytes;
		sum.frees = model->footer.frees;
		sum.freed = model->footer.freed;
	}
	return sum;
}

static void note_difference(const struct model *model, struct doc *doc)
{
	struct counts sum = model_total(model, MP_HEAP), all = totals(model);

	if (sum.allocs != all.allocs || sum.bytes != all.bytes)
		doc_add_note(doc, LEVEL_WARNING, "totals-differ",
			     "the last line of the trace counts "
			     "%" PRIu64 " allocations of %" PRIu64
			     " bytes, its sites add up to %" PRIu64 " of %" PRIu64,
			     all.allocs, all.bytes, sum.allocs, sum.bytes);
}

static void put(struct doc *doc, const char *group, const char *key, const char *title,
		enum doc_unit unit, struct doc_cell cell)
{
	doc_add_value(doc, (struct doc_value){
				   .key = key,
				   .title = title,
				   .group = group,
				   .unit = unit,
				   .cell = cell,
			   });
}

/* The highest sum of live heaps that samples saw. */
static uint64_t peak_together(const struct model *model)
{
	uint64_t most = 0;

	for (size_t i = 0; i < model->n_samples; i++)
		if (model->samples[i].heap > most)
			most = model->samples[i].heap;
	return most;
}

static void add_heap(const struct model *model, struct doc *doc)
{
	const char *group = "Heap";
	struct counts c = totals(model);
	bool range = point_is_range(&model->point);
	uint64_t peak = model->has_peak ? model->peak_bytes : model->footer.peak;
	uint64_t peak_t = model->has_peak ? model->peak_time : model->footer.peak_t;

	put(doc, group, "allocations", "allocations", UNIT_COUNT, CELL_U(c.allocs));
	put(doc, group, "allocated_bytes", "allocated", UNIT_BYTES, CELL_U(c.bytes));
	put(doc, group, "frees", "frees", UNIT_COUNT, CELL_U(c.frees));
	put(doc, group, "freed_bytes", "freed", UNIT_BYTES, CELL_U(c.freed));
	put(doc, group, "live_allocations", range ? "net growth in blocks" : "live blocks",
	    UNIT_COUNT, CELL_I(counts_live(&c)));
	put(doc, group, "live_bytes", range ? "net growth" : "live", UNIT_BYTES,
	    CELL_I(counts_live_bytes(&c)));
	put(doc, group, "peak_bytes", range ? "peak of the whole run" : "peak", UNIT_BYTES,
	    CELL_U(peak));
	if (model_is_family(model))
		put(doc, group, "peak_together_bytes", "of all together, as sampled", UNIT_BYTES,
		    CELL_U(peak_together(model)));
	put(doc, group, "peak_time_ns", "peak reached after", UNIT_NS, CELL_U(peak_t));
	put(doc, group, "temporary_allocations", "temporary (freed at once)", UNIT_COUNT,
	    CELL_U(c.temp0));
	put(doc, group, "temporary_allocations_near", "freed one allocation later", UNIT_COUNT,
	    CELL_U(c.temp1));
	put(doc, group, "invalid_frees", model->n_invalids ? "releases that were wrong" : NULL,
	    UNIT_COUNT, CELL_U(model->n_invalids));
}

static void put_some(struct doc *doc, const char *group, const char *key, const char *label,
		     uint64_t bytes)
{
	if (bytes)
		put(doc, group, key, label, UNIT_BYTES, CELL_U(bytes));
}

/* Memory beside the heap; shown only where there is some. */
static void add_memory(const struct model *model, struct doc *doc)
{
	const char *group = "Memory";
	struct counts mapped = model_total(model, MP_MMAP);
	int64_t inherited = about_inherited(model);
	uint64_t rss = model_max_rss(model),
		 recorder = model->has_footer ? model->footer.recorder : 0;

	for (size_t i = 0; i < model->n_samples && !model->has_footer; i++)
		if (model->samples[i].recorder > recorder)
			recorder = model->samples[i].recorder;
	put(doc, group, "max_rss_bytes", "largest resident set", UNIT_BYTES,
	    rss ? CELL_U(rss) : CELL_EMPTY);
	put(doc, group, "mapped_live_bytes", mapped.allocs ? "mapped by the program" : NULL,
	    UNIT_BYTES, CELL_I(counts_live_bytes(&mapped)));
	put(doc, group, "inherited_live_bytes", inherited ? "inherited by fork" : NULL, UNIT_BYTES,
	    CELL_I(inherited));
	put(doc, group, "recorder_bytes", "the recorder's own", UNIT_BYTES, CELL_U(recorder));
	if (!model->has_footer)
		return;
	put_some(doc, group, "recorder_blocks_bytes", "  live blocks",
		 model->footer.recorder_blocks);
	put_some(doc, group, "recorder_stacks_bytes", "  stacks", model->footer.recorder_stacks);
	put_some(doc, group, "recorder_counters_bytes", "  counters",
		 model->footer.recorder_counters);
	put_some(doc, group, "recorder_capture_bytes", "  unwinding",
		 model->footer.recorder_capture);
}

/*
 * What the resident set was made of at the sample where it was largest.  What is
 * asked for and what is in memory differ: pages that were never touched are only
 * the first, the allocator's own and freed blocks only the second.
 */
static void add_resident(const struct model *model, struct doc *doc)
{
	const char *group = "Resident set, at its largest sample";
	const struct model_sample *s = NULL;
	int64_t known;

	for (size_t i = 0; i < model->n_samples; i++)
		if (!s || model->samples[i].rss > s->rss)
			s = &model->samples[i];
	if (!s)
		return;
	known = (int64_t)(s->heap + s->mapped + s->recorder);
	put(doc, group, "sampled_time_ns", "after", UNIT_NS, CELL_U(s->t));
	put(doc, group, "sampled_rss_bytes", "resident", UNIT_BYTES, CELL_U(s->rss));
	put(doc, group, "sampled_file_bytes", "of files, such as programs", UNIT_BYTES,
	    CELL_U(s->file));
	put(doc, group, "sampled_anon_bytes", "anonymous", UNIT_BYTES, CELL_U(s->anon));
	put(doc, group, "sampled_heap_bytes", "live in the heap", UNIT_BYTES, CELL_U(s->heap));
	put(doc, group, "sampled_mapped_bytes", s->mapped ? "mapped by the program" : NULL,
	    UNIT_BYTES, CELL_U(s->mapped));
	put(doc, group, "sampled_recorder_bytes", "the recorder's own", UNIT_BYTES,
	    CELL_U(s->recorder));
	put(doc, group, "sampled_other_bytes",
	    (int64_t)s->anon > known ? "other: stacks, data, freed blocks, rounding" : NULL,
	    UNIT_BYTES, CELL_I((int64_t)s->anon - known));
}

/*
 * What the allocator said last, and how that compares with what the program
 * holds.  Memory it has and the program does not use is fragmentation, or kept
 * for later.
 */
static void add_allocator(const struct model *model, struct doc *doc)
{
	const char *group = "Allocator";
	const struct model_allocator *last = NULL;
	const struct model_sample *sample = NULL;
	uint64_t in_use;

	for (size_t i = 0; i < model->n_allocators; i++)
		if (model->point.kind == POINT_END || model->allocators[i].t <= model->point_asked)
			last = &model->allocators[i];
	if (!last)
		return;
	for (size_t i = 0; i < model->n_samples; i++)
		if (model->samples[i].t <= last->t)
			sample = &model->samples[i];
	in_use = last->allocated ? last->allocated : sample ? sample->heap : 0;
	put(doc, group, "allocator_said", "says of itself", UNIT_TEXT, CELL_T(last->name));
	put(doc, group, "allocator_time_ns", "after", UNIT_NS, CELL_U(last->t));
	if (sample)
		put(doc, group, "allocator_asked_bytes", "the program asked for", UNIT_BYTES,
		    CELL_U(sample->heap));
	if (last->allocated)
		put(doc, group, "allocator_allocated_bytes", "in its blocks", UNIT_BYTES,
		    CELL_U(last->allocated));
	if (last->active)
		put(doc, group, "allocator_active_bytes", "in pages with blocks", UNIT_BYTES,
		    CELL_U(last->active));
	if (last->resident)
		put(doc, group, "allocator_resident_bytes", "resident", UNIT_BYTES,
		    CELL_U(last->resident));
	if (last->mapped)
		put(doc, group, "allocator_mapped_bytes", "mapped", UNIT_BYTES,
		    CELL_U(last->mapped));
	if (last->retained)
		put(doc, group, "allocator_retained_bytes", "given back, addresses kept",
		    UNIT_BYTES, CELL_U(last->retained));
	if (last->metadata)
		put(doc, group, "allocator_metadata_bytes", "its own bookkeeping", UNIT_BYTES,
		    CELL_U(last->metadata));
	if (last->active > in_use && in_use)
		put(doc, group, "fragmentation_percent", "of active pages not in blocks",
		    UNIT_PERCENT,
		    CELL_R(100.0 * (double)(last->active - in_use) / (double)last->active));
}

static void add_program(const struct model *model, struct doc *doc)
{
	const char *group = "Program";
	const struct mp_header *h = &model->header;
	uint64_t threads = model->has_footer && model->footer.threads ? model->footer.threads
								      : model->n_threads;
	struct strbuf command = STRBUF_INIT, how = STRBUF_INIT;
	size_t forks = 0;

	for (size_t i = 0; i < h->argv.n; i++)
		strbuf_addf(&command, "%s%s", i ? " " : "", h->argv.v[i]);
	for (size_t i = 0; i < model->n_moments; i++)
		forks += model->moments[i].kind == MOMENT_FORK;
	strbuf_addstr(&how, model->has_footer ? about_exit(model) : "not known");
	if (model->has_footer && strstr(about_exit(model), "exit"))
		strbuf_addf(&how, ", status %" PRId64, model->footer.status);

	put(doc, group, "command", "command", UNIT_TEXT, CELL_T(command.len ? command.buf : NULL));
	put(doc, group, "exe", "program", UNIT_TEXT, CELL_T(h->exe));
	put(doc, group, "cwd", "started in", UNIT_TEXT, CELL_T(h->cwd));
	put(doc, group, "pid", "process", UNIT_NONE,
	    model->has_header ? CELL_U(h->pid) : CELL_EMPTY);
	put(doc, group, "started", "started at", UNIT_TEXT, CELL_T(h->epoch));
	put(doc, group, "duration_ns", "ran for", UNIT_NS,
	    CELL_U(model->has_footer ? model->footer.t : model->last_time));
	put(doc, group, "exit", NULL, UNIT_TEXT, CELL_T(about_exit(model)));
	put(doc, group, "exit_status", NULL, UNIT_NONE,
	    model->has_footer ? CELL_I(model->footer.status) : CELL_EMPTY);
	put(doc, group, "end", "ended by", UNIT_TEXT, CELL_T(how.buf));
	put(doc, group, "threads", "threads", UNIT_COUNT, CELL_U(threads));
	put(doc, group, "processes", model_is_family(model) ? "processes" : NULL, UNIT_COUNT,
	    CELL_U(model_count_processes(model)));
	put(doc, group, "programs", model_is_family(model) ? "programs run in them" : NULL,
	    UNIT_COUNT, CELL_U(model->n_processes));
	put(doc, group, "forks", forks ? "forked children" : NULL, UNIT_COUNT, CELL_U(forks));
	put(doc, group, "allocator", "allocator", UNIT_TEXT, CELL_T(h->allocator));
	strbuf_release(&command);
	strbuf_release(&how);
}

static void add_trace(const struct model *model, struct doc *doc)
{
	const char *group = "Trace";
	struct distinct d = count_distinct(model);

	put(doc, group, "path", "file", UNIT_TEXT, CELL_T(model->path));
	put(doc, group, "lines", "lines", UNIT_COUNT, CELL_U(model->lines));
	put(doc, group, "recorder_version", "recorder", UNIT_TEXT, CELL_T(model->header.version));
	put(doc, group, "sites", "allocating places", UNIT_COUNT, CELL_U(d.sites));
	put(doc, group, "stacks", "allocating stacks", UNIT_COUNT, CELL_U(d.stacks));
	put(doc, group, "truncated_stacks", "stacks cut short", UNIT_COUNT,
	    CELL_U(model->has_footer ? model->footer.truncated : d.truncated));
	put(doc, group, "samples", "samples", UNIT_COUNT, CELL_U(model->n_samples));
	put(doc, group, "lost_events", "events lost", UNIT_COUNT,
	    model->has_footer ? CELL_U(model->footer.lost) : CELL_EMPTY);
	put(doc, group, "foreign_frees", "frees of unknown blocks", UNIT_COUNT,
	    model->has_footer ? CELL_U(model->footer.foreign) : CELL_EMPTY);
}

/* Who made whom: children stand to the right of their parents. */
static void add_processes(const struct model *model, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ .key = "program", .title = "Process", .unit = UNIT_TEXT },
		{ .key = "exe",
		  .title = "Program",
		  .unit = UNIT_TEXT,
		  .flags = COLUMN_FOR_MACHINES },
		{ .key = "pid", .title = "Pid", .unit = UNIT_NONE, .flags = COLUMN_KEY },
		{ .key = "ppid",
		  .title = "Parent",
		  .unit = UNIT_NONE,
		  .flags = COLUMN_FOR_MACHINES },
		{ .key = "depth",
		  .title = "Depth",
		  .unit = UNIT_NONE,
		  .flags = COLUMN_FOR_MACHINES },
		{ .key = "started_ns", .title = "Started", .unit = UNIT_NS, .priority = 2 },
		{ .key = "duration_ns", .title = "Ran for", .unit = UNIT_NS, .priority = 3 },
		{ .key = "allocations", .title = "Allocations", .unit = UNIT_COUNT, .priority = 1 },
		{ .key = "live_bytes", .title = "Live", .unit = UNIT_BYTES, .priority = 4 },
		{ .key = "peak_bytes", .title = "Peak", .unit = UNIT_BYTES },
		{ .key = "exit", .title = "Ended by", .unit = UNIT_TEXT, .priority = 5 },
		{ .key = "path",
		  .title = "Trace",
		  .unit = UNIT_TEXT,
		  .flags = COLUMN_FOR_MACHINES },
	};
	struct doc_table *table = doc_add_table(doc, "processes", "Processes", columns,
						sizeof(columns) / sizeof(*columns));
	uint32_t *order = model_tree_order(model->processes, model->n_processes);

	for (size_t i = 0; i < model->n_processes; i++) {
		const struct model_process *p = &model->processes[order[i]];
		const struct doc_cell cells[] = {
			CELL_T(about_process(p, doc)),
			CELL_T(p->exe),
			CELL_U(p->pid),
			CELL_U(p->parent == MODEL_NO_PROCESS ? p->ppid
							     : model->processes[p->parent].pid),
			CELL_U(p->depth),
			CELL_U(p->started),
			CELL_U(p->ended > p->started ? p->ended - p->started : 0),
			CELL_U(p->heap.allocs),
			CELL_I(counts_live_bytes(&p->heap)),
			CELL_U(p->peak_bytes),
			CELL_T(*p->reason ? p->reason : "unknown"),
			CELL_T(p->path),
		};

		doc_add_row(doc, table, cells);
	}
	free(order);
}

static int info_build(const struct model *model, struct symbols *symbols,
		      const struct report_args *args, struct doc *doc)
{
	(void)symbols;
	(void)args;
	about_title(model, doc);
	about_trace(model, doc);
	add_program(model, doc);
	add_heap(model, doc);
	add_memory(model, doc);
	add_resident(model, doc);
	add_allocator(model, doc);
	add_trace(model, doc);
	if (model_is_family(model))
		add_processes(model, doc);
	if (!totals(model).allocs)
		doc_add_note(doc, LEVEL_INFO, "empty",
			     point_is_range(&model->point)
				     ? "the program has not allocated anything in this range"
				     : "the program has not allocated anything up to here");
	if (model->n_invalids)
		doc_add_note(doc, LEVEL_WARNING, "invalid-frees",
			     "blocks were released that are none, or twice, or the wrong way: "
			     "'memprof leaks' shows where");
	note_difference(model, doc);
	about_notes(model, MP_HEAP, doc);
	return 0;
}

const struct report report_info = {
	.name = "info",
	.summary = "what a trace is of, and its totals",
	.description = "Shows what was run and how it ended, the totals of its heap, the largest "
		       "resident set, and what the recorder and the reader have to say about the "
		       "trace.",
	.lacks = REPORT_FILTER | REPORT_CUMULATIVE,
	.examples = info_examples,
	.build = info_build,
};
