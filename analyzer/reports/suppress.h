/* SPDX-License-Identifier: MIT */
/*
 * suppress.h - leaks that are not to be shown: suppressions as LeakSanitizer and as
 * valgrind write them, in one file if need be.
 */
#ifndef ANALYZER_REPORTS_SUPPRESS_H
#define ANALYZER_REPORTS_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/symbols.h"

struct diag;
struct strbuf;

/* One line of a valgrind suppression, or the pattern of LeakSanitizer's. */
struct suppress_line {
	enum { SUPPRESS_ANY_FRAMES, SUPPRESS_FUNCTION, SUPPRESS_OBJECT, SUPPRESS_SOURCE } on;
	char *pattern;
	char *demangled; /* of a mangled function's name without wildcards, else NULL */
	uint32_t line;	 /* SUPPRESS_SOURCE: 0 for any */
};

struct suppression {
	char *name;	      /* valgrind's, or leak:PATTERN */
	const char *file;     /* NULL: built in, or of the program */
	uint64_t line;	      /* in the file */
	bool valgrind;	      /* else LeakSanitizer's, with one line */
	unsigned int classes; /* bits 1 << enum mp_leak it is for, or SUPPRESS_RELEASES */
	struct suppress_line *lines;
	size_t n_lines, a_lines;
	uint64_t count, bytes; /* what it took, to be counted by the user of this */
	bool used;
};

/* Of a suppression for bad releases, not for leaks: valgrind's Memcheck:Free. */
#define SUPPRESS_RELEASES (1u << 31)

struct suppressions {
	struct suppression *v;
	size_t n, a;
};

/* Those for the C and C++ runtimes. */
void suppressions_add_builtin(struct suppressions *list);

/* Those in a text, which is `file`'s or nobody's (NULL).  Returns 0, or -EINVAL with
 * the reason in `diag`. */
int suppressions_add_text(struct suppressions *list, const char *text, const char *file,
			  struct diag *diag);

/* Those in a file.  `file` must outlive the list.  Returns 0 or -errno; diag says why. */
int suppressions_add_file(struct suppressions *list, const char *file, struct diag *diag);

void suppressions_release(struct suppressions *list);

/*
 * The first that takes a leak of that class (1 << enum mp_leak; 0: not classified), or
 * with SUPPRESS_RELEASES a bad release,
 * with those frames, innermost first, which do not include malloc itself; or NULL.
 */
struct suppression *suppressions_find(struct suppressions *list, unsigned int class,
				      const struct frame *const *frames, size_t n);

/* One that takes just this leak, as a file would have it. */
void suppress_add_lsan(struct strbuf *out, const struct frame *const *frames, size_t n);
void suppress_add_valgrind(struct strbuf *out, const char *name, const char *class,
			   const struct frame *const *frames, size_t n);

#endif
