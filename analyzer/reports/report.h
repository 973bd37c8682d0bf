/* SPDX-License-Identifier: MIT */
/*
 * report.h - a question to a model, and its answer as a doc.  A report is one
 * file reports/X.c with `const struct report report_X`, and with it a command.
 */
#ifndef ANALYZER_REPORTS_REPORT_H
#define ANALYZER_REPORTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/opt.h"

struct diag;
struct doc;
struct model;
struct source_files;
struct symbols;

/* What every report is asked with. */
struct report_args {
	uint64_t n;		 /* rows wanted; 0: all */
	const char *sort;	 /* key of a column; NULL: the report's own choice */
	struct opt_list filters; /* include|exclude:what:GLOB */
	bool cumulative;
	const char *const *operands;  /* what stands behind the trace, ends with NULL; or NULL */
	struct source_files *sources; /* source files, read on demand */
	const void *own;	      /* the struct the report's own options fill */
	struct diag *diag;	      /* why build() failed */
};

/* Options of all reports that one need not have. */
enum { REPORT_FILTER = 1 << 0, REPORT_CUMULATIVE = 1 << 1 };

struct report {
	const char *name;
	const char *summary;	   /* one line: lower case, no full stop */
	const char *description;   /* whole sentences for --help; or NULL */
	const char *operands;	   /* what it takes behind the trace, as usage shows it; or NULL */
	const char *sort_keys;	   /* for completion of --sort: a|b|c; NULL: those of top */
	const struct opt *options; /* its own, ends with OPT_END; or NULL */
	size_t args_size;	   /* of the struct they fill */
	unsigned int lacks;	   /* REPORT_*: they would do nothing to it, so it takes none */
	unsigned int model_flags;  /* what it needs in the model: flags of model_load_with() */
	uint64_t rows;		   /* rows for people when -n is not given; 0: 10 */
	const char *const *examples; /* whole command lines, ends with NULL */

	/* The point its options ask for, to be put behind the trace's name, to be freed;
	 * NULL when they ask for none.  May be NULL. */
	char *(*point)(const void *own);

	/*
	 * Fill `doc`, which is initialised.  Reads nothing but model, symbols and
	 * what its options name, prints nothing.  Returns 0, or -EINVAL when the arguments make no
	 * sense together; args->diag says why.
	 */
	int (*build)(const struct model *model, struct symbols *symbols,
		     const struct report_args *args, struct doc *doc);
};

/* By name, or NULL. */
const struct report *report_find(const char *name);

/* All of them, ends with NULL. */
extern const struct report *const reports[];

#endif
