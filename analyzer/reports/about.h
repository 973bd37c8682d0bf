/* SPDX-License-Identifier: MIT */
/*
 * about.h - what every report says of the trace it was made from.
 */
#ifndef ANALYZER_REPORTS_ABOUT_H
#define ANALYZER_REPORTS_ABOUT_H

#include <stdbool.h>

#include "model/model.h"

struct doc;
struct strbuf;
struct symbols;

/* Fill doc->trace: file, program, process, point. */
void about_trace(const struct model *model, struct doc *doc);

/* "sqlite3 -batch (pid 17)": the program as the user started it, cut when very long. */
void about_program(const struct model *model, struct strbuf *out);

/*
 * "at the end, after 12.3 s", "at the peak, after 3 s", and of a range "net
 * growth from 'warm' to the end, in 9.3 s"
 */
void about_point(const struct model *model, struct strbuf *out);

/* The doc's title: "memprof REPORT: PROGRAM, POINT", of both of the above. */
void about_title(const struct model *model, struct doc *doc);

/*
 * Notes on whatever makes the numbers less than the whole truth: a trace cut
 * short, lost events, cut stacks, what the recorder had to say, and memory of
 * other kinds than the one the report is about.
 */
void about_notes(const struct model *model, enum mp_kind kind, struct doc *doc);

/*
 * Notes on modules whose symbols are missing or of another build; only on those
 * with used[index].
 */
void about_symbols(const struct model *model, struct symbols *symbols, const bool *used,
		   struct doc *doc);

/* How the process ended: the footer's reason, or "unknown". */
const char *about_exit(const struct model *model);

/* Live bytes of blocks that came with a fork, those without rows of their own too. */
int64_t about_inherited(const struct model *model);

/* A process for a tree of them: indented by its depth, "=" before what came by exec; owned
 * by the doc. */
const char *about_process(const struct model_process *process, struct doc *doc);

#endif
