/* SPDX-License-Identifier: MIT */
/* html.h - the parts of an HTML page that do not depend on the doc. */
#ifndef ANALYZER_RENDER_HTML_H
#define ANALYZER_RENDER_HTML_H

struct sink;

/* Everything up to the body, with style sheet and a policy that lets nothing be loaded. */
void html_put_head(struct sink *out, const char *title);

/* A picture: an SVG file, of which what only a file of its own begins with is left out. */
void html_put_svg(struct sink *out, const char *svg);

/* The script that sorts and filters tables, and the end of the page. */
void html_put_end(struct sink *out);

#endif
