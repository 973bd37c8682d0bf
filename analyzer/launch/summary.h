/* SPDX-License-Identifier: MIT */
/* summary.h - what a finished run has to say at once: totals, where the trace is, what next. */
#ifndef ANALYZER_LAUNCH_SUMMARY_H
#define ANALYZER_LAUNCH_SUMMARY_H

struct diag;
struct strbuf;
struct trace_file;

/*
 * Add the lines about `file`, each ended by a newline.  Returns 0, or the
 * error of model_load() with the reason in the diag.
 */
int summary_add(struct strbuf *out, const struct trace_file *file, struct diag *diag);

/* Add `path` as a shell takes it: in single quotes when it needs them. */
void summary_add_quoted(struct strbuf *out, const char *path);

#endif
