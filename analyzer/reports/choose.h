/* SPDX-License-Identifier: MIT */
/*
 * choose.h - options that reports on allocations share, and what their words
 * mean.
 */
#ifndef ANALYZER_REPORTS_CHOOSE_H
#define ANALYZER_REPORTS_CHOOSE_H

#include <stddef.h>

#include "model/model.h"
#include "util/opt.h"

struct diag;
struct top_sort_key;

/* Rows of a report's own options: fields of `owner`, a const char * and a bool. */
/* clang-format off */
#define CHOOSE_KIND(owner, field)                                                              \
	{ .name = "kind", .type = OPT_WORD, .def = "heap", .arg = "heap|mmap|inherited",       \
	  .offset = offsetof(owner, field),                                                    \
	  .help = "heap blocks, memory the program mapped itself, or blocks it got by fork" }
#define CHOOSE_ALLOCATOR_FRAMES(owner, field)                                                  \
	{ .name = "allocator-frames", .type = OPT_FLAG, .offset = offsetof(owner, field),      \
	  .help = "name operator new, strdup, xmalloc and the like instead of their caller" }
/* clang-format on */

/* heap, mmap or inherited; anything else is the heap. */
enum mp_kind choose_kind(const char *name);

/*
 * Index into top_sort_keys; NULL is the default of top.  Returns -EINVAL with
 * the reason in `diag` when there is no such key.
 */
int choose_sort(const struct model *model, enum mp_kind kind, const char *name, struct diag *diag);

/* What the key measures at the model's point: "bytes live", "net growth in bytes". */
const char *choose_sort_words(const struct model *model, const struct top_sort_key *key);

/* " of memory the program mapped itself", or "" for the heap: to be put behind a noun. */
const char *choose_kind_words(enum mp_kind kind);

/* Why there is nothing to show at the model's point. */
const char *choose_why_empty(const struct model *model, enum mp_kind kind, bool filtered);

#endif
