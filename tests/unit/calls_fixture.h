/* SPDX-License-Identifier: MIT */
/*
 * calls_fixture.h - a model made by hand with its own symbols, for the tests of
 * reports and exporters that look at whole stacks.  Defines symbols_frames()
 * and its kin: one include a program.
 *
 *	main -> load (read inlined) -> operator new		1: 400 B in 4
 *	main -> parse -> parse -> xmalloc			2: 2000 B in 2
 *	main -> parse -> operator new				3: 600 B in 3
 *	clone -> work -> a nameless function of libx.so		4: 50 B in 1
 *
 * Of 1 a quarter was freed, of 2 everything.  4 belongs to the second thread.
 */
#ifndef TESTS_UNIT_CALLS_FIXTURE_H
#define TESTS_UNIT_CALLS_FIXTURE_H

#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/report.h"
#include "util/diag.h"

enum { MAIN = 1, LOAD, NEW_IN_LOAD, PARSE, PARSE_AGAIN, XMALLOC, NEW_IN_PARSE, CLONE, WORK, BARE };

static struct model_node calls_nodes[] = {
	{ .known = true },
	[MAIN] = { .parent = 0, .module = 1, .offset = 0x100, .known = true },
	[LOAD] = { .parent = MAIN, .module = 1, .offset = 0x200, .known = true },
	[NEW_IN_LOAD] = { .parent = LOAD, .module = 1, .offset = 0x300, .known = true },
	[PARSE] = { .parent = MAIN, .module = 1, .offset = 0x400, .known = true },
	[PARSE_AGAIN] = { .parent = PARSE, .module = 1, .offset = 0x410, .known = true },
	[XMALLOC] = { .parent = PARSE_AGAIN, .module = 1, .offset = 0x500, .known = true },
	[NEW_IN_PARSE] = { .parent = PARSE, .module = 1, .offset = 0x300, .known = true },
	[CLONE] = { .parent = 0, .module = 2, .offset = 0x10, .known = true },
	[WORK] = { .parent = CLONE, .module = 1, .offset = 0x600, .known = true },
	[BARE] = { .parent = WORK, .module = 2, .offset = 0x800, .known = true },
};

static struct model_module calls_modules[] = {
	{ .id = 1,
	  .path = "/bin/app",
	  .build_id = "c0ffee",
	  .bias = 0x550000000000,
	  .start = 0x550000000000,
	  .end = 0x550000001000,
	  .unloaded = UINT64_MAX },
	{ .id = 2,
	  .path = "/lib/libx.so",
	  .bias = 0x7f0000000000,
	  .start = 0x7f0000000000,
	  .end = 0x7f0000001000,
	  .loaded = 1000,
	  .unloaded = 900000000 },
	{ .id = 3, .path = "[vdso]", .start = 1, .end = 2, .unloaded = UINT64_MAX },
};

static struct model_thread calls_threads[] = {
	{ .tid = 10, .name = "main", .ended = UINT64_MAX },
	{ .tid = 11, .name = "worker", .started = 2000, .ended = 500000000 },
};

static struct model_site calls_sites[] = {
	{ .thread = 0,
	  .stack = NEW_IN_LOAD,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 4,
		      .bytes = 400,
		      .frees = 1,
		      .freed = 100,
		      .peak_count = 4,
		      .peak_bytes = 400 } },
	{ .thread = 0,
	  .stack = XMALLOC,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 2,
		      .bytes = 2000,
		      .frees = 2,
		      .freed = 2000,
		      .temp0 = 2,
		      .peak_count = 1,
		      .peak_bytes = 1000 } },
	{ .thread = 0,
	  .stack = NEW_IN_PARSE,
	  .kind = MP_HEAP,
	  .counts = { .allocs = 3, .bytes = 600, .peak_count = 1, .peak_bytes = 200 } },
	{ .thread = 1, .stack = BARE, .kind = MP_HEAP, .counts = { .allocs = 1, .bytes = 50 } },
	{ .thread = 0, .stack = BARE, .kind = MP_MMAP, .counts = { .allocs = 1, .bytes = 4096 } },
};

static struct model_sample calls_samples[] = {
	{ .t = 1000000, .rss = 100000, .heap = 100, .blocks = 1 },
	{ .t = 400000000, .rss = 300000, .heap = 1600, .blocks = 6 },
	{ .t = 1000000000, .rss = 200000, .heap = 950, .blocks = 7 },
};

static struct model_moment calls_moments[] = {
	{ .kind = MOMENT_BEGIN, .t = 100, .tid = 10, .name = "load \"it\"" },
	{ .kind = MOMENT_MARK, .t = 200, .tid = 10, .name = "half" },
	{ .kind = MOMENT_END, .t = 300, .tid = 10, .name = "load \"it\"" },
};

static const struct frame calls_main[] = {
	{ .function = "main",
	  .full = "main",
	  .file = "/src/main.c",
	  .line = 5,
	  .module = "/bin/app" },
};
static const struct frame calls_load[] = {
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
static const struct frame calls_new[] = {
	{ .function = "operator new(unsigned long)",
	  .full = "operator new(unsigned long)",
	  .module = "/bin/app",
	  .offset = 0x1c },
};
static const struct frame calls_parse[] = {
	{ .function = "json::parse<int>(char const*)",
	  .full = "json::parse<int>(char const*)",
	  .file = "/src/parse.cc",
	  .line = 7,
	  .module = "/bin/app" },
};
static const struct frame calls_parse_again[] = {
	{ .function = "json::parse<int>(char const*)",
	  .full = "json::parse<int>(char const*)",
	  .file = "/src/parse.cc",
	  .line = 8,
	  .module = "/bin/app" },
};
static const struct frame calls_xmalloc[] = {
	{ .function = "xmalloc",
	  .full = "xmalloc",
	  .file = "/src/x.c",
	  .line = 3,
	  .module = "/bin/app" },
};
static const struct frame calls_clone[] = {
	{ .function = "clone", .full = "clone", .module = "/lib/libx.so" }
};
static const struct frame calls_work[] = {
	{ .function = "work",
	  .full = "work",
	  .file = "/src/<work>.c",
	  .line = 1,
	  .module = "/bin/app" },
};
static const struct frame calls_bare[] = { { .module = "/lib/libx.so", .offset = 0x800 } };

static const struct frame *const calls_frames[] = {
	[MAIN] = calls_main,
	[LOAD] = calls_load,
	[NEW_IN_LOAD] = calls_new,
	[PARSE] = calls_parse,
	[PARSE_AGAIN] = calls_parse_again,
	[XMALLOC] = calls_xmalloc,
	[NEW_IN_PARSE] = calls_new,
	[CLONE] = calls_clone,
	[WORK] = calls_work,
	[BARE] = calls_bare,
};

const struct frame *symbols_frames(struct symbols *symbols, uint32_t node, size_t *n)
{
	(void)symbols;
	*n = node == LOAD ? 2 : 1;
	return calls_frames[node];
}

bool symbols_problem(struct symbols *symbols, uint32_t module_index, const char **why)
{
	(void)symbols;
	*why = "module 2 is odd";
	return module_index == 1;
}

enum symbols_have symbols_have(struct symbols *symbols, uint32_t module_index)
{
	(void)symbols;
	return module_index == 0 ? SYMBOLS_LINES : SYMBOLS_NONE;
}

static inline struct model calls_model(void)
{
	static const char *argv[] = { "app", "<&>" };

	return (struct model){
		.path = "t.jsonl",
		.modules = calls_modules,
		.n_modules = 3,
		.nodes = calls_nodes,
		.n_nodes = BARE + 1,
		.threads = calls_threads,
		.n_threads = 2,
		.sites = calls_sites,
		.n_sites = 5,
		.samples = calls_samples,
		.n_samples = 3,
		.moments = calls_moments,
		.n_moments = 3,
		.has_peak = true,
		.peak_bytes = 1600,
		.peak_time = 400000000,
		.has_header = true,
		.header = { .exe = "/bin/app",
			    .argv = { .v = argv, .n = 2 },
			    .pid = 10,
			    .epoch = "2026-01-02T03:04:05.000000006Z" },
		.has_footer = true,
		.footer = { .t = 1000000000, .reason = "exit" },
		.last_time = 1000000000,
		.point_time = 1000000000,
	};
}

/*
 * Build a report of the fixture as the command line would, with options of its
 * own as `words` ("--min=0", ..., NULL).  Returns what build() returns.
 */
static inline int calls_build(const struct report *report, const char *sort, uint64_t n,
			      char **words, struct doc *doc, struct diag *diag)
{
	static const struct opt none[] = { { .type = OPT_END } };
	const struct opt *options = report->options ? report->options : none;
	struct model model = calls_model();
	char own[256] = "";
	struct report_args args = { .n = n, .sort = sort, .own = own, .diag = diag };
	int n_words = 0, operands;

	while (words && words[n_words])
		n_words++;
	if (opt_parse(options, own, n_words, words, 0, &operands, diag) != OPT_FINE)
		return -1;
	doc_init(doc, report->name);
	return report->build(&model, NULL, &args, doc);
}

#endif
