/* SPDX-License-Identifier: MIT */
/*
 * calltree_doc.h - a call tree as a doc, for the reports that show one: what
 * they may be asked, and what of the tree is large enough to be shown.
 */
#ifndef ANALYZER_REPORTS_CALLTREE_DOC_H
#define ANALYZER_REPORTS_CALLTREE_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc/doc.h"
#include "reports/choose.h"

struct model;
struct report_args;
struct symbols;

/* What their options fill; the first member of a report's own struct. */
struct calltree_options {
	const char *min, *kind; /* min: percent of the whole */
	uint64_t depth;
	bool bottom_up, allocator_frames;
};

/* Rows of options; `least` is the default of --min. */
/* clang-format off */
#define CALLTREE_OPTIONS(least)                                                                \
	{ .name = "bottom-up", .type = OPT_FLAG,                                               \
	  .offset = offsetof(struct calltree_options, bottom_up),                              \
	  .help = "start where memory is allocated and go up to the callers" },                \
	{ .name = "min", .type = OPT_TEXT, .def = (least), .arg = "PERCENT",                   \
	  .offset = offsetof(struct calltree_options, min),                                    \
	  .help = "sum up what is below this part of the whole" },                             \
	{ .name = "depth", .type = OPT_NUMBER, .arg = "N",                                     \
	  .offset = offsetof(struct calltree_options, depth),                                  \
	  .help = "go N frames deep: what is below counts for the last one shown" },           \
	CHOOSE_KIND(struct calltree_options, kind),                                            \
	CHOOSE_ALLOCATOR_FRAMES(struct calltree_options, allocator_frames)
/* clang-format on */

/*
 * Fill `doc` for the report of that name, as `args` and its options want it.
 * Sets *tree to the tree in it.  Returns 0, or -EINVAL with the reason in
 * args->diag.
 */
int calltree_doc(const struct model *model, struct symbols *symbols, const struct report_args *args,
		 const struct calltree_options *options, struct doc *doc, struct doc_tree **tree);

#endif
