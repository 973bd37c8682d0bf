/* SPDX-License-Identifier: MIT */
/*
 * diag.h - what a library has to tell, collected: nothing is printed here.
 *
 * Up to DIAG_KEEP messages of each level are kept, all are counted, so a trace
 * of a million bad lines costs no memory and still says how many there were.
 */
#ifndef ANALYZER_UTIL_DIAG_H
#define ANALYZER_UTIL_DIAG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define DIAG_KEEP 20

enum diag_level { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR, DIAG_LEVELS };

struct diag_message {
	enum diag_level level;
	char *file;    /* NULL when it concerns none */
	uint64_t line; /* 0 when it concerns none */
	char *text;    /* a sentence: lower case, no full stop */
};

struct diag {
	struct diag_message *messages; /* in the order they came */
	size_t n, alloc;
	uint64_t seen[DIAG_LEVELS]; /* kept or not */
	size_t keep;		    /* messages kept of each level; 0 means DIAG_KEEP */
};

#define DIAG_INIT                \
	{                        \
		.messages = NULL \
	}

void diag_init(struct diag *diag);
void diag_release(struct diag *diag);

/*
 * Add a message; `file` may be NULL and `line` 0.  A NULL diag is allowed and
 * drops it.  Copies everything.
 */
void diag_add(struct diag *diag, enum diag_level level, const char *file, uint64_t line,
	      const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void diag_vadd(struct diag *diag, enum diag_level level, const char *file, uint64_t line,
	       const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));

/* diag_add(DIAG_ERROR) without file and line; returns `err`, for `return diag_error(d, -EINVAL, …)`. */
int diag_error(struct diag *diag, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "note", "warning", "error". */
const char *diag_level_name(enum diag_level level);

#endif
