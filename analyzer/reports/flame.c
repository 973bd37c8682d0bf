/* SPDX-License-Identifier: MIT */
/* flame.c - a call tree as a flame graph: blocks as wide as what they hold. */
#include <errno.h>

#include "reports/calltree_doc.h"
#include "reports/report.h"
#include "util/diag.h"

#define LEAST_WIDTH 200
#define MOST_WIDTH 20000

struct flame_options {
	struct calltree_options tree; /* first: its rows name its fields */
	uint64_t width;
};

static const struct opt flame_options[] = {
	CALLTREE_OPTIONS("0.1"),
	{ .name = "width",
	  .type = OPT_NUMBER,
	  .arg = "PIXELS",
	  .offset = offsetof(struct flame_options, width),
	  .help = "width of the picture (default: 1200, or that of the browser's window)" },
	{ .type = OPT_END },
};

static const char *const flame_examples[] = {
	"memprof flame trace.jsonl@peak -o peak.svg",
	"memprof flame trace.jsonl --sort allocations --bottom-up -o allocations.svg",
	"memprof flame memprof.sqlite3.4242.jsonl",
	NULL,
};

static int flame_build(const struct model *model, struct symbols *symbols,
		       const struct report_args *args, struct doc *doc)
{
	const struct flame_options *options = args->own;
	struct doc_tree *tree;
	struct report_args all = *args;
	int err;

	if (options->width && (options->width < LEAST_WIDTH || options->width > MOST_WIDTH))
		return diag_error(args->diag, -EINVAL, "--width goes from %d to %d pixels",
				  LEAST_WIDTH, MOST_WIDTH);
	/* a block left out for its rank alone would be a hole */
	all.n = 0;
	err = calltree_doc(model, symbols, &all, &options->tree, doc, &tree);
	if (err)
		return err;
	tree->form = options->tree.bottom_up ? TREE_ICICLE : TREE_FLAME;
	tree->width = (int)options->width;
	return 0;
}

const struct report report_flame = {
	.name = "flame",
	.summary = "a flame graph: where memory went, as blocks of that width",
	.description =
		"Draws functions as blocks on top of their callers, as wide as what they and their "
		"callees hold or allocate. With -o FILE.svg (or --format svg) it is a picture of "
		"its own for any browser: a click zooms, / or Ctrl-F searches, Esc goes back, and "
		"nothing is loaded from elsewhere; else blocks in the terminal, callers above "
		"callees. With --bottom-up the functions that allocate come first, on top, and "
		"their callers below them. --sort takes the keys of top.",
	.options = flame_options,
	.args_size = sizeof(struct flame_options),
	.examples = flame_examples,
	.build = flame_build,
};
