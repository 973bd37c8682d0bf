/* SPDX-License-Identifier: MIT */
/* json_text.h - text as a JSON string. */
#ifndef ANALYZER_UTIL_JSON_TEXT_H
#define ANALYZER_UTIL_JSON_TEXT_H

struct sink;

/* In quotes and escaped, valid UTF-8 whatever came in; NULL gives null. */
void json_text(struct sink *out, const char *text);

#endif
