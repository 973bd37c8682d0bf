/* SPDX-License-Identifier: MIT */
/*
 * shorten.h - long names and paths made to fit, with the parts kept that tell
 * them apart.  Widths are terminal columns; a width below 4 counts as 4.
 */
#ifndef ANALYZER_RENDER_SHORTEN_H
#define ANALYZER_RENDER_SHORTEN_H

#include <stdbool.h>

struct doc_frame;
struct strbuf;

/*
 * A function's name: its return type goes always; where it is too long yet,
 * template arguments become <…>, then parameters (…), from the innermost out;
 * then the middle goes, for the tail names the function.
 * `utf8` allows the character …, else two dots are used.
 */
void shorten_function(struct strbuf *out, const char *name, int width, bool utf8);

/* A path: folders go from the left: …/json/parse.c */
void shorten_path(struct strbuf *out, const char *path, int width, bool utf8);

/* Cut at the right end. */
void shorten_right(struct strbuf *out, const char *text, int width, bool utf8);

/*
 * A frame in `width` columns: its name, and where it is (`file:line`, else the
 * module's file name, else empty).  Together with two spaces they fit.
 */
void shorten_frame(const struct doc_frame *frame, int width, bool utf8, struct strbuf *name,
		   struct strbuf *where);

#endif
