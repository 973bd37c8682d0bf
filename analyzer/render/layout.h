/* SPDX-License-Identifier: MIT */
/*
 * layout.h - a table laid out for a terminal: columns as wide as their
 * contents, the last text column takes what is left, and columns of low
 * priority go when there is no room.
 */
#ifndef ANALYZER_RENDER_LAYOUT_H
#define ANALYZER_RENDER_LAYOUT_H

#include "doc/doc.h"
#include "util/term.h"

struct sink;
struct strbuf;

/* A value as people read it; frames are not meant for this. */
void layout_cell(struct strbuf *out, const struct doc_cell *cell, enum doc_unit unit);

/* The same in its column: with a plus where that is wanted. */
void layout_column_cell(struct strbuf *out, const struct doc_cell *cell,
			const struct doc_column *column);

/* Do its cells stand at the right? */
bool layout_is_right(const struct doc_column *column);

void layout_table(const struct doc_table *table, const struct term *term, struct sink *sink);

#endif
