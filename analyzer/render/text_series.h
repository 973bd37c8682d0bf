/* SPDX-License-Identifier: MIT */
/* text_series.h - series as small curves of block characters, a line each. */
#ifndef ANALYZER_RENDER_TEXT_SERIES_H
#define ANALYZER_RENDER_TEXT_SERIES_H

struct doc;
struct sink;
struct term;

/* Those for people; nothing when the doc has none. */
void text_series(const struct doc *doc, const struct term *term, struct sink *out);

#endif
