/* SPDX-License-Identifier: MIT */
/*
 * source_lines.h - lines of source files for people to read below a row.
 */
#ifndef ANALYZER_CMDS_SOURCE_LINES_H
#define ANALYZER_CMDS_SOURCE_LINES_H

struct doc;
struct model;

/*
 * Give rows that name a file and a line the text of that line, where the file
 * can be read and was not changed after the trace began.
 */
void source_lines_add(struct doc *doc, const struct model *model, const char *sysroot);

#endif
