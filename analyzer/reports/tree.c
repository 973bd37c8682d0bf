/* SPDX-License-Identifier: MIT */
/* tree.c - who calls whom to allocate, as a tree of functions. */
#include "reports/calltree_doc.h"
#include "reports/report.h"

static const struct opt tree_options[] = {
	CALLTREE_OPTIONS("1"),
	{ .type = OPT_END },
};

static const char *const tree_examples[] = {
	"memprof tree memprof.sqlite3.4242.jsonl",
	"memprof tree trace.jsonl@peak --bottom-up --depth 4",
	"memprof tree trace.jsonl --sort allocations --min 5",
	NULL,
};

static int tree_build(const struct model *model, struct symbols *symbols,
		      const struct report_args *args, struct doc *doc)
{
	struct doc_tree *tree;

	return calltree_doc(model, symbols, args, args->own, doc, &tree);
}

const struct report report_tree = {
	.name = "tree",
	.summary = "who calls whom to allocate, as a tree of functions",
	.description =
		"Shows functions below their callers, each with what it and its callees hold or "
		"allocate (total) and what it does itself (self); with --bottom-up the functions "
		"that allocate, each above its callers. Sorted and measured by the keys of top. "
		"Functions that only allocate for their caller are left out at the inner end. In "
		"text, functions that hand all but less than --min on to one other share a row, "
		"and -n limits the callees shown of each function. JSON and CSV have every node "
		"above --min, and sums of the others: the parts always make up the whole.",
	.options = tree_options,
	.args_size = sizeof(struct calltree_options),
	.examples = tree_examples,
	.build = tree_build,
};
