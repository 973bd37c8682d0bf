/* SPDX-License-Identifier: MIT */
/*
 * svg.h - the parts of an SVG flame graph that do not depend on the doc; private
 * to svg*.c.
 */
#ifndef ANALYZER_RENDER_SVG_H
#define ANALYZER_RENDER_SVG_H

struct sink;

/* Columns of text are reckoned with this; shared with the script. */
#define SVG_CHAR_WIDTH 7.6
#define SVG_ROW 18

/*
 * Text of a doc as text or attribute of XML: nothing in it can end the element
 * it is in, start a script, or be no XML.
 */
void svg_put_text(struct sink *out, const char *text);

/* The style sheet and the script that zooms and searches, as elements. */
void svg_put_style(struct sink *out);
void svg_put_script(struct sink *out);

#endif
