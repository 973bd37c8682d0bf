/* SPDX-License-Identifier: MIT */
/*
 * renderer.h - turns a doc into bytes.  A renderer is one file render/X.c with
 * `const struct renderer render_X`; it knows docs and nothing of reports.
 */
#ifndef ANALYZER_RENDER_RENDERER_H
#define ANALYZER_RENDER_RENDERER_H

#include <stdbool.h>

#include "util/term.h"

struct doc;
struct sink;

struct renderer {
	const char *name; /* as --format takes it */
	const char *summary;
	bool document;	 /* for a browser: has room for many rows, and is nothing for a terminal */
	bool for_people; /* shows few rows and source lines, units, colour */

	/* Can it write this doc?  NULL: any. */
	bool (*fits)(const struct doc *doc);

	/* Errors of writing stick to the sink. */
	void (*write)(const struct doc *doc, const struct term *term, struct sink *sink);
};

/* By name, or NULL. */
const struct renderer *renderer_find(const char *name);

/* All of them, ends with NULL. */
extern const struct renderer *const renderers[];

#endif
