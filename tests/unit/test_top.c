/* SPDX-License-Identifier: MIT */
/*
 * test_top.c - top on a model made by hand, with symbols made by hand: who gets
 * which bytes, in which order, under which filters.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/places.h"
#include "reports/report.h"
#include "util/diag.h"

extern const struct report report_top;

/*
 * main (1) -> parse (2) -> operator new (3)
 *                       -> parse (4) -> xmalloc (5)
 *          -> read, inlined into load (6)
 * and 7, the same address as 3 below read; 8 without debug information;
 * main (1) -> sqlite3Malloc (9) -> a nameless function of the same module (10).
 */
static struct model_node nodes[] = {
	{ .known = true },
	{ .parent = 0, .module = 1, .offset = 0x100, .known = true },
	{ .parent = 1, .module = 1, .offset = 0x200, .known = true },
	{ .parent = 2, .module = 1, .offset = 0x300, .known = true },
	{ .parent = 2, .module = 1, .offset = 0x200, .known = true },
	{ .parent = 4, .module = 1, .offset = 0x500, .known = true },
	{ .parent = 1, .module = 1, .offset = 0x600, .known = true },
	{ .parent = 6, .module = 1, .offset = 0x300, .known = true },
	{ .parent = 1, .module = 2, .offset = 0x800, .known = true },
	{ .parent = 1, .module = 2, .offset = 0x900, .known = true },
	{ .parent = 9, .module = 2, .offset = 0xa00, .known = true },
};

static struct model_module modules[] = {
	{ .id = 1, .path = "/bin/app" },
	{ .id = 2, .path = "/lib/libx.so" },
};

static struct model_thread threads[] = {
	{ .tid = 10, .name = "main" },
	{ .tid = 11, .name = "worker" },
};

static struct model_site sites[] = {
	{ .thread = 0,
	  .stack = 3,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 4,
		      .bytes = 400,
		      .frees = 1,
		      .freed = 100,
		      .peak_count = 4,
		      .peak_bytes = 400 } },
	{ .thread = 1, .stack = 3, .kind = MP_HEAP, .counts = { .allocs = 1, .bytes = 100 } },
	{ .thread = 0,
	  .stack = 5,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 2,
		      .bytes = 2000,
		      .frees = 2,
		      .freed = 2000,
		      .temp0 = 2,
		      .peak_count = 1,
		      .peak_bytes = 1000 } },
	{ .thread = 0,
	  .stack = 7,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 1, .bytes = 50, .peak_count = 1, .peak_bytes = 50 } },
	{ .thread = 1, .stack = 8, .kind = MP_HEAP, .counts = { .allocs = 1, .bytes = 8 } },
	{ .thread = 0, .stack = 8, .kind = MP_MMAP, .counts = { .allocs = 1, .bytes = 4096 } },
};

static const struct frame frames_main[] = {
	{ .function = "main",
	  .full = "main",
	  .file = "/src/main.c",
	  .line = 5,
	  .module = "/bin/app" },
};
static const struct frame frames_parse[] = {
	{ .function = "int json::parse<int>(char const*)",
	  .full = "int json::parse<int>(char const*)",
	  .file = "/src/parse.cc",
	  .line = 7,
	  .module = "/bin/app" },
};
static const struct frame frames_new[] = {
	{ .function = "operator new(unsigned long)",
	  .full = "operator new(unsigned long)",
	  .module = "/bin/app",
	  .offset = 0x1c },
};
static const struct frame frames_xmalloc[] = {
	{ .function = "xmalloc",
	  .full = "xmalloc",
	  .file = "/src/x.c",
	  .line = 3,
	  .module = "/bin/app" },
};
static const struct frame frames_read[] = {
	{ .function = "read",
	  .full = "read",
	  .file = "/src/read.c",
	  .line = 9,
	  .module = "/bin/app",
	  .is_inline = true },
	{ .function = "load",
	  .full = "load",
	  .file = "/src/load.c",
	  .line = 2,
	  .module = "/bin/app" },
};
static const struct frame frames_bare[] = { { .module = "/lib/libx.so", .offset = 0x800 } };

static const struct frame frames_sqlite[] = {
	{ .function = "sqlite3Malloc",
	  .full = "sqlite3Malloc",
	  .module = "/lib/libx.so",
	  .offset = 0x10 },
};

static int lookups;

const struct frame *symbols_frames(struct symbols *symbols, uint32_t node, size_t *n)
{
	const struct frame *const frames[] = { NULL,	      frames_main,  frames_parse,
					       frames_new,    frames_parse, frames_xmalloc,
					       frames_read,   frames_new,   frames_bare,
					       frames_sqlite, frames_bare };

	(void)symbols;
	lookups++;
	*n = frames[node] == frames_read ? 2 : 1;
	return frames[node];
}

bool symbols_problem(struct symbols *symbols, uint32_t module_index, const char **why)
{
	(void)symbols;
	*why = "module 1 is odd";
	return module_index == 0;
}

/* In the order of the options' table. */
struct own {
	const char *group_by, *kind;
	bool allocator_frames;
};

struct ask {
	const char *by, *sort, *kind;
	uint64_t n;
	bool cumulative, allocator_frames;
	const char *filter[3];
	enum point_kind point;
};

static int build(struct doc *doc, struct ask ask, struct diag *diag)
{
	static struct model model;
	struct own own = { .kind = NULL };
	struct report_args args = { .n = ask.n,
				    .sort = ask.sort,
				    .cumulative = ask.cumulative,
				    .own = &own,
				    .diag = diag };

	model = (struct model){
		.path = "t.jsonl",
		.point = { .kind = ask.point },
		.modules = modules,
		.n_modules = 2,
		.nodes = nodes,
		.n_nodes = 9,
		.threads = threads,
		.n_threads = 2,
		.sites = sites,
		.n_sites = 6,
		.has_peak = true,
		.peak_bytes = 1450,
		.has_header = true,
		.header = { .exe = "/bin/app", .pid = 10 },
		.has_footer = true,
	};
	opt_defaults(report_top.options, &own);
	own.group_by = ask.by ? ask.by : own.group_by;
	own.kind = ask.kind ? ask.kind : own.kind;
	own.allocator_frames = ask.allocator_frames;
	args.filters.v = ask.filter;
	while (args.filters.n < 3 && ask.filter[args.filters.n])
		args.filters.n++;
	doc_init(doc, "top");
	return report_top.build(&model, NULL, &args, doc);
}

/* Rows as "name=value" with the first column that has a name and the one sorted by. */
static void check(struct ask ask, const char *name, const char *value, const char *want)
{
	struct diag diag = DIAG_INIT;
	char got[512] = "";
	struct doc doc;

	cr_assert_eq(build(&doc, ask, &diag), 0, "%s", diag.n ? diag.messages[0].text : "");

	const struct doc_table *t = doc_find_table(&doc, "sites");
	int key = doc_find_column(t, name), number = doc_find_column(t, value);

	cr_assert(key >= 0 && number >= 0, "no column %s or %s", name, value);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct doc_cell *c = &t->rows[i].cells[key];
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%s%s=%lld", i ? " " : "",
			 c->type == CELL_TEXT	 ? c->text
			 : c->type == CELL_STACK ? c->stack.v[0].function
						 : "-",
			 (long long)t->rows[i].cells[number].i);
	}
	cr_expect_str_eq(got, want, "got  %s\nwant %s", got, want);
	doc_release(&doc);
	diag_release(&diag);
}

#define PARSE "int json::parse<int>(char const*)"

Test(top, names_the_callers_of_allocators)
{
	check((struct ask){ .sort = "peak_bytes" }, "function", "peak_bytes",
	      PARSE "=1400 read=50 libx.so+0x800=0");
	check((struct ask){ .sort = "allocated_bytes", .allocator_frames = true }, "function",
	      "allocated_bytes",
	      "xmalloc=2000 operator new(unsigned long)+0x1c=550 libx.so+0x800=8");
}

Test(top, default_order_answers_where_memory_went)
{
	check((struct ask){ .point = POINT_END }, "function", "peak_bytes",
	      PARSE "=1400 read=50 libx.so+0x800=0");
	check((struct ask){ .point = POINT_TIME }, "function", "live_bytes",
	      PARSE "=400 read=50 libx.so+0x800=8");
}

Test(top, nameless_frames_before_an_allocator_are_its_own)
{
	const struct model model = { .nodes = nodes, .n_nodes = 11 };
	struct places places;
	uint32_t node = 10;
	size_t i = 9;

	places_init(&places, &model, NULL, false);
	cr_assert_str_eq(places_start(&places, &node, &i)->frames[i].function, "main");
	cr_assert_eq(node, 1u);
	/* nothing named allocates above this one */
	node = 8;
	cr_assert_null(places_start(&places, &node, &i)->frames[i].function);
	cr_assert_eq(node, 8u);
	places_release(&places);

	node = 10;
	places_init(&places, &model, NULL, true);
	cr_assert_null(places_start(&places, &node, &i)->frames[i].function);
	cr_assert_eq(node, 10u);
	places_release(&places);
}

Test(top, every_column_sorts)
{
	static const char *const keys[] = { "live_bytes",	    "live_count",
					    "peak_bytes",	    "peak_count",
					    "allocated_bytes",	    "allocations",
					    "temporary_allocations" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct diag diag = DIAG_INIT;
		struct doc doc;

		cr_assert_eq(build(&doc, (struct ask){ .sort = keys[i] }, &diag), 0);

		const struct doc_table *t = doc_find_table(&doc, "sites");
		int c = doc_find_column(t, keys[i]);

		cr_assert_eq(t->n_rows, 3u);
		for (size_t r = 1; r < t->n_rows; r++)
			cr_expect_geq(t->rows[r - 1].cells[c].i, t->rows[r].cells[c].i, "%s",
				      keys[i]);
		doc_release(&doc);
		diag_release(&diag);
	}
}

Test(top, groups)
{
	check((struct ask){ .by = "file" }, "file", "allocated_bytes",
	      "/src/parse.cc=2500 /src/read.c=50 -=8");
	check((struct ask){ .by = "module" }, "module", "allocated_bytes",
	      "/bin/app=2550 /lib/libx.so=8");
	check((struct ask){ .by = "function", .sort = "live_count" }, "function", "live_count",
	      PARSE "=4 read=1 libx.so+0x800=1");
	check((struct ask){ .by = "thread", .sort = "allocated_bytes" }, "thread",
	      "allocated_bytes", "main=2450 worker=108");
	check((struct ask){ .by = "stack", .n = 2 }, "stack", "peak_bytes",
	      PARSE "=1000 " PARSE "=400");
	check((struct ask){ .kind = "mmap" }, "function", "live_bytes", "libx.so+0x800=4096");
}

Test(top, cumulative_counts_a_stack_once_a_group)
{
	/* parse calls itself above xmalloc: 2000 count once */
	check((struct ask){ .by = "function", .cumulative = true, .sort = "allocated_bytes" },
	      "function", "allocated_bytes",
	      "main=2558 " PARSE "=2500 load=50 read=50 libx.so+0x800=8");
}

Test(top, filters_by_tracemallocs_rule)
{
	check((struct ask){ .filter = { "exclude:function:*parse*" } }, "function",
	      "allocated_bytes", "read=50 libx.so+0x800=8");
	check((struct ask){ .filter = { "include:function:json::parse<int>" } }, "function",
	      "allocated_bytes", PARSE "=2500");
	check((struct ask){ .filter = { "include:file:*.c", "include:module:libx.so" } },
	      "function", "allocated_bytes", "read=50 libx.so+0x800=8");
	check((struct ask){ .filter = { "include:module:app", "exclude:file:/src/r*" } },
	      "function", "allocated_bytes", PARSE "=2500");
	check((struct ask){ .filter = { "include:thread:work*" } }, "function", "allocated_bytes",
	      PARSE "=100 libx.so+0x800=8");
	check((struct ask){ .filter = { "exclude:thread:10", "exclude:module:app" } }, "function",
	      "allocated_bytes", "libx.so+0x800=8");
}

Test(top, rest_and_total_are_for_people)
{
	struct diag diag = DIAG_INIT;
	struct doc doc;

	cr_assert_eq(build(&doc, (struct ask){ .n = 1, .sort = "allocated_bytes" }, &diag), 0);

	const struct doc_table *t = doc_find_table(&doc, "sites");
	size_t where = t->n_columns - 1;

	cr_assert_eq(t->n_rows, 1u);
	cr_assert_eq(t->n_footer, 2u);
	cr_assert_str_eq(t->footer[0].cells[where].text, "2 other");
	cr_assert_eq(t->footer[0].cells[1].i, 58);
	cr_assert_str_eq(t->footer[1].cells[where].text, "total");
	cr_assert_eq(t->footer[1].cells[1].i, 2558);
	cr_assert_eq(doc_find_value(&doc, "allocated_bytes")->cell.i, 2558);
	cr_assert_eq(doc_find_value(&doc, "groups")->cell.u, 3u);
	cr_assert_eq(doc.notes[doc.n_notes - 1].level, LEVEL_WARNING);
	cr_assert_str_eq(doc.notes[doc.n_notes - 1].text, "module 1 is odd");
	doc_release(&doc);

	/* libx.so is here and has no names: that is worth a hint once it is shown */
	cr_assert_eq(build(&doc, (struct ask){ .sort = "allocated_bytes" }, &diag), 0);
	cr_assert_str_eq(doc.notes[doc.n_notes - 1].code, "no-names");
	cr_assert(strstr(doc.notes[doc.n_notes - 1].text, "'/lib/libx.so'"));
	doc_release(&doc);
	diag_release(&diag);
}

Test(top, an_address_is_looked_up_once)
{
	struct diag diag = DIAG_INIT;
	struct doc doc;

	lookups = 0;
	cr_assert_eq(build(&doc, (struct ask){ .by = "function", .cumulative = true }, &diag), 0);
	/* 0x100 0x200 0x300 0x500 0x600 of one module, 0x800 of the other */
	cr_assert_eq(lookups, 6);
	doc_release(&doc);
	diag_release(&diag);
}

Test(top, wrong_use_is_explained)
{
	static const struct {
		struct ask ask;
		const char *want;
	} rows[] = {
		{ { .sort = "live_byte" }, "did you mean 'live_bytes'?" },
		{ { .by = "region" }, "named no regions" },
		{ { .by = "stack", .cumulative = true }, "--cumulative" },
		{ { .filter = { "file:/usr/*" } }, "'exclude:file:/usr/*'" },
		{ { .filter = { "include:colour:red" } }, "include:colour:red" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct diag diag = DIAG_INIT;
		struct doc doc;

		cr_expect_eq(build(&doc, rows[i].ask, &diag), -EINVAL);
		cr_expect(diag.n == 1 && strstr(diag.messages[0].text, rows[i].want), "%s",
			  diag.n ? diag.messages[0].text : "nothing said");
		doc_release(&doc);
		diag_release(&diag);
	}
}

Test(top, allocators)
{
	cr_expect(places_is_allocator("operator new[](unsigned long)"));
	cr_expect(places_is_allocator("void std::vector<int, std::allocator<int> >::_M_grow(int)"));
	cr_expect(places_is_allocator("xmalloc"));
	cr_expect(places_is_allocator("g_malloc0_n"));
	cr_expect(places_is_allocator("alloc::raw_vec::RawVec<T,A>::grow_one"));
	cr_expect_not(places_is_allocator("my_malloc_user"));
	cr_expect_not(places_is_allocator("app::pool<std::string>::get(int)"));
	cr_expect_not(places_is_allocator("std::string app::name(int)"));
}
