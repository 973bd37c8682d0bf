/* SPDX-License-Identifier: MIT */
/*
 * source_lines.h - lines of source files for people to read below a row.
 */
#ifndef ANALYZER_CMDS_SOURCE_LINES_H
#define ANALYZER_CMDS_SOURCE_LINES_H

struct doc;
struct source_files;

/* Give rows that name a file and a line the text of that line, where it is known. */
void source_lines_add(struct doc *doc, struct source_files *files);

#endif
