/* SPDX-License-Identifier: MIT */
/* progress.h - how far the reading of a long trace is, on a terminal. */
#ifndef ANALYZER_CMDS_PROGRESS_H
#define ANALYZER_CMDS_PROGRESS_H

/*
 * Around the reading of the trace at `path`: when standard error is a terminal
 * and it takes longer than a second, a line there says how far it is; the second
 * one removes it.
 */
void progress_begin(const char *path);
void progress_end(void);

#endif
