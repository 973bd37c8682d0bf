/* SPDX-License-Identifier: MIT */
/* test_info.c - info on a model made by hand: the values other tools rely on. */
#include <criterion/criterion.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/report.h"

extern const struct report report_info;

static struct model_node nodes[] = {
	{ .known = true },
	{ .module = 1, .offset = 0x100, .known = true },
	{ .parent = 1, .module = 1, .offset = 0x200, .known = true },
	{ .kind = FRAME_TRUNCATED, .known = true },
	{ .parent = 3, .module = 1, .offset = 0x200, .known = true },
};

static struct model_site sites[] = {
	{ .thread = 0,
	  .stack = 2,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 5,
		      .bytes = 500,
		      .frees = 2,
		      .freed = 200,
		      .temp0 = 1,
		      .temp1 = 2,
		      .peak_count = 4,
		      .peak_bytes = 400 } },
	{ .thread = 1, .stack = 2, .kind = MP_HEAP, .counts = { .allocs = 1, .bytes = 10 } },
	{ .thread = 0, .stack = 4, .kind = MP_HEAP, .counts = { .allocs = 3, .bytes = 30 } },
	{ .thread = 0, .stack = 2, .kind = MP_MMAP, .counts = { .allocs = 1, .bytes = 4096 } },
};

static struct model_sample samples[] = {
	{ .t = 1, .rss = 1000, .recorder = 70 },
	{ .t = 2, .rss = 900, .hwm = 1500, .recorder = 60 },
};

static struct model base(void)
{
	return (struct model){
		.path = "t.jsonl",
		.nodes = nodes,
		.n_nodes = 5,
		.sites = sites,
		.n_sites = 4,
		.samples = samples,
		.n_samples = 2,
		.n_threads = 2,
		.last_time = 99,
		.has_peak = true,
		.peak_bytes = 400,
		.peak_time = 50,
		.has_header = true,
		.header = { .exe = "/bin/app", .pid = 10 },
	};
}

static void build(struct doc *doc, const struct model *model)
{
	const struct report_args args = { .n = 0 };

	doc_init(doc, "info");
	cr_assert_eq(report_info.build(model, NULL, &args, doc), 0);
}

static void check(const struct doc *doc, const char *key, uint64_t want)
{
	const struct doc_value *v = doc_find_value(doc, key);

	cr_assert_not_null(v, "no value %s", key);
	cr_expect(v->cell.type == CELL_UINT || v->cell.type == CELL_INT, "%s is no number", key);
	cr_expect_eq(v->cell.u, want, "%s is %llu, want %llu", key, (unsigned long long)v->cell.u,
		     (unsigned long long)want);
}

static bool has_note(const struct doc *doc, const char *code)
{
	for (size_t i = 0; i < doc->n_notes; i++)
		if (!strcmp(doc->notes[i].code, code))
			return true;
	return false;
}

Test(info, has_every_value_of_the_contract)
{
	static const char *const keys[] = {
		"allocations",
		"allocated_bytes",
		"frees",
		"freed_bytes",
		"live_allocations",
		"live_bytes",
		"peak_bytes",
		"peak_time_ns",
		"temporary_allocations",
		"temporary_allocations_near",
		"threads",
		"processes",
		"sites",
		"stacks",
		"truncated_stacks",
		"lost_events",
		"duration_ns",
		"max_rss_bytes",
		"recorder_bytes",
		"exit",
	};
	struct model model = base();
	struct doc doc;

	build(&doc, &model);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		cr_expect_not_null(doc_find_value(&doc, keys[i]), "no value %s", keys[i]);
	for (size_t i = 0; i < doc.n_values; i++)
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(doc.values[i].key, doc.values[j].key);
	doc_release(&doc);
}

Test(info, sums_the_heap_alone)
{
	struct model model = base();
	struct doc doc;

	build(&doc, &model);
	check(&doc, "allocations", 9);
	check(&doc, "allocated_bytes", 540);
	check(&doc, "frees", 2);
	check(&doc, "freed_bytes", 200);
	check(&doc, "live_allocations", 7);
	check(&doc, "live_bytes", 340);
	check(&doc, "peak_bytes", 400);
	check(&doc, "temporary_allocations", 1);
	check(&doc, "temporary_allocations_near", 2);
	check(&doc, "mapped_live_bytes", 4096);
	check(&doc, "sites", 1);
	check(&doc, "stacks", 2);
	check(&doc, "truncated_stacks", 3);
	check(&doc, "threads", 2);
	check(&doc, "duration_ns", 99);
	check(&doc, "max_rss_bytes", 1500);
	check(&doc, "recorder_bytes", 70);
	cr_expect_str_eq(doc_find_value(&doc, "exit")->cell.text, "unknown");
	cr_expect_eq(doc_find_value(&doc, "lost_events")->cell.type, CELL_NONE);
	cr_expect(has_note(&doc, "no-footer"));
	doc_release(&doc);
}

Test(info, the_footer_knows_better_at_the_end)
{
	struct model model = base();
	struct doc doc;

	model.has_footer = true;
	model.footer = (struct mp_footer){
		.t = 200,
		.reason = "exit",
		.status = 3,
		.allocs = 10,
		.bytes = 600,
		.frees = 4,
		.freed = 400,
		.threads = 3,
		.captures = 10,
		.truncated = 4,
		.lost = 1,
		.max_rss = 5000,
		.recorder = 80,
		.dropped = "the disk was full",
	};
	build(&doc, &model);
	check(&doc, "allocations", 10);
	check(&doc, "live_bytes", 200);
	check(&doc, "threads", 3);
	check(&doc, "truncated_stacks", 4);
	check(&doc, "lost_events", 1);
	check(&doc, "max_rss_bytes", 5000);
	check(&doc, "recorder_bytes", 80);
	check(&doc, "exit_status", 3);
	cr_expect_str_eq(doc_find_value(&doc, "exit")->cell.text, "exit");
	cr_expect(has_note(&doc, "totals-differ"));
	cr_expect(has_note(&doc, "lost-events"));
	cr_expect(has_note(&doc, "truncated-stacks"));
	cr_expect_not(has_note(&doc, "no-footer"));
	doc_release(&doc);

	/* elsewhere it does not apply */
	model.point.kind = POINT_TIME;
	build(&doc, &model);
	check(&doc, "allocations", 9);
	doc_release(&doc);
}

Test(info, an_empty_trace_explains_itself)
{
	struct model model = {
		.path = "t.jsonl", .nodes = nodes, .n_nodes = 1, .has_footer = true
	};
	struct doc doc;

	build(&doc, &model);
	check(&doc, "allocations", 0);
	cr_expect(has_note(&doc, "empty"));
	cr_expect(has_note(&doc, "no-header"));
	doc_release(&doc);
}
