/* SPDX-License-Identifier: MIT */
/*
 * ci.h - what the formats of continuous integration share: findings, their places
 * and their stacks.
 */
#ifndef ANALYZER_RENDER_CI_H
#define ANALYZER_RENDER_CI_H

#include <stdbool.h>
#include <stddef.h>

struct doc;
struct doc_finding;
struct doc_frame;
struct strbuf;

/* Are findings what the doc is about? */
bool ci_fits(const struct doc *doc);

/* The innermost frame with a source line, else the innermost, else NULL. */
const struct doc_frame *ci_place(const struct doc_finding *finding);

/* The file as seen from the current folder, when it lies below; else as it is. */
const char *ci_file(const char *file);

/* "parse config.c:17", or what there is of it; clean of control characters. */
void ci_add_name(struct strbuf *out, const struct doc_finding *finding);

/* The frames, a line each, innermost first; clean as above. */
void ci_add_stack(struct strbuf *out, const struct doc_finding *finding);

/* Findings that failed; one more where the doc failed for another reason. */
size_t ci_failures(const struct doc *doc);
/* That reason, or NULL. */
const char *ci_other_failure(const struct doc *doc);

#endif
