/* SPDX-License-Identifier: MIT */
/*
 * leaks.h - what the files of the leaks report share: its options, its tables, its
 * verdict.
 */
#ifndef ANALYZER_REPORTS_LEAKS_H
#define ANALYZER_REPORTS_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "reports/leak_rows.h"
#include "util/opt.h"

struct doc;
struct report_args;
struct frame;
struct model_invalid;
struct strbuf;
struct suppressions;

struct leaks_options {
	struct opt_list show, fail_on, suppressions;
	const char *since, *between, *generate, *baseline;
	uint64_t min_bytes;
	bool update_baseline, builtin, inherited, allocator_frames;
};

/* What leads to exit status 1: bits of --fail-on. */
enum leaks_fail {
	FAIL_DEFINITE = 1,
	FAIL_POSSIBLE = 2,
	FAIL_GROWTH = 4,
	FAIL_NEW = 8,
	FAIL_INVALID = 16,
	FAIL_UNCLASSIFIED = 32,
};

/* The frames of a stack; borrowed from the symbols. */
struct leaks_frames {
	const struct frame **v;
	size_t n, a;
};

/* Releases that were wrong in the same way at the same place. */
struct bad_release {
	const struct model_invalid *first;
	uint64_t times;
	char *call; /* the function, as the source has it */
	struct leaks_frames stack, alloc, freed;
	struct suppression *suppressed; /* by this one */
};

struct leaks {
	const struct report_args *args;
	const struct leaks_options *own;
	struct leak_rows rows;
	struct symbols *symbols;
	struct suppressions *suppressions;
	unsigned int show;    /* bits 1 << kind */
	unsigned int fail_on; /* enum leaks_fail */
	struct bad_release *bad;
	size_t n_bad, a_bad;
};

/* Is it to be counted and shown at all; is it among those shown to people? */
bool leaks_counts(const struct leaks *leaks, const struct leak_row *row);
bool leaks_shows(const struct leaks *leaks, const struct leak_row *row);

/* leaks_doc.c: a frame as it is shown, and all n of a stack, to be freed; values and tables. */
struct doc_frame leaks_frame(struct doc *doc, const struct frame *f);
struct doc_frame *leaks_frames_of(struct doc *doc, const struct frame *const *v, size_t n);
void leaks_add_values(const struct leaks *leaks, struct doc *doc);
void leaks_add_tables(const struct leaks *leaks, struct doc *doc);

/* leaks_invalid.c: bad releases, found, told in words, counted and shown. */
void leaks_find_bad(struct leaks *leaks);
void leaks_release_bad(struct leaks *leaks);
void leaks_say_bad(const struct bad_release *bad, struct strbuf *out);
uint64_t leaks_count_bad(const struct leaks *leaks);
void leaks_add_bad(const struct leaks *leaks, struct doc *doc);

/* leaks_judge.c: findings, and whether they are a failure. */
void leaks_judge(const struct leaks *leaks, struct doc *doc);

#endif
