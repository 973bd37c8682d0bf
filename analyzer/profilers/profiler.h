/* SPDX-License-Identifier: MIT */
/*
 * profiler.h - what is measured of a case, and what is said of it.  A profiler is one file
 * profilers/X.c with `const struct profiler profiler_X`.  It prints nothing itself: it gives a
 * text, or the words of a memprof command that says it from the case's trace.
 */
#ifndef ANALYZER_PROFILERS_PROFILER_H
#define ANALYZER_PROFILERS_PROFILER_H

#include <stdbool.h>
#include <stddef.h>

#include "util/opt.h"

struct diag;
struct environment;
struct strbuf;

/* A case that was run. */
struct profiled {
	const char *suite, *name;
	const char *trace; /* NULL when there is none */
};

/* Words of a command, ending with NULL; all to be freed. */
struct words {
	char **v;
	size_t n, alloc;
};

void words_add(struct words *words, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void words_release(struct words *words);

struct profiler {
	const char *name;    /* as the command line has it */
	const char *summary; /* lower case, no full stop */
	const struct opt *options;
	size_t args_size;
	bool records; /* the case runs under the recorder, and leaves a trace */

	/* Settings of the recorder; may be NULL. */
	void (*prepare)(const void *args, struct environment *env);
	/*
	 * Add what is to be said to `out`, or the words after "memprof" to `command`.  0 or
	 * -errno with the sentence in the diag.  May be NULL.
	 */
	int (*report)(const void *args, const struct profiled *run, struct strbuf *out,
		      struct words *command, struct diag *diag);
};

/* By name, or NULL; all of them, ends with NULL. */
const struct profiler *profiler_find(const char *name);
extern const struct profiler *const profilers[];

#endif
