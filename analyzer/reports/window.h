/* SPDX-License-Identifier: MIT */
/* window.h - A,B: a part of the time of a run, as --window takes it. */
#ifndef ANALYZER_REPORTS_WINDOW_H
#define ANALYZER_REPORTS_WINDOW_H

#include <stdint.h>

struct diag;
struct model;

/*
 * "A,B": seconds, or times with a unit (250ms,1.5s); either may be missing.
 * Fills *from and *to (0: no end); NULL leaves them 0.  Returns 0 or -EINVAL.
 */
int window_parse(const char *text, uint64_t *from, uint64_t *to, struct diag *diag);

/* The window that the model's point asks for, where it is a range: its beginning and end. */
void window_of_point(const struct model *model, uint64_t *from, uint64_t *to);

#endif
