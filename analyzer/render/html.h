/* SPDX-License-Identifier: MIT */
/* html.h - the parts of an HTML page that do not depend on the doc; private to html*.c. */
#ifndef ANALYZER_RENDER_HTML_H
#define ANALYZER_RENDER_HTML_H

struct sink;

/* Everything up to the body, with style sheet and a policy that lets nothing be loaded. */
void html_put_head(struct sink *out, const char *title);

/* The script that sorts and filters tables, and the end of the page. */
void html_put_end(struct sink *out);

#endif
