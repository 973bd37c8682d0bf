/* SPDX-License-Identifier: MIT */
/*
 * leak_baseline.h - leaks that were there before: an old code base fails only on new
 * ones.
 *
 * A leak is known again by the functions on its stack and by the text of its line,
 * not by addresses or line numbers, so that a rebuild changes nothing.  The file is
 * JSON Lines: one leak a line.
 */
#ifndef ANALYZER_REPORTS_LEAK_BASELINE_H
#define ANALYZER_REPORTS_LEAK_BASELINE_H

struct diag;
struct leak_rows;
struct source_files;
struct sink;

/* Set `known` of the rows that the file has.  A file that does not exist knows none.
 * Returns 0 or -errno; diag says why. */
int leak_baseline_match(struct leak_rows *rows, const char *file, struct source_files *sources,
			struct diag *diag);

/* All rows that are lost, or not classified, as such a file. */
void leak_baseline_write(const struct leak_rows *rows, struct source_files *sources,
			 struct sink *out);

#endif
