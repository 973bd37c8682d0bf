/* SPDX-License-Identifier: MIT */
/*
 * point.h - TRACE[@POINT] and TRACE[@A..B] as the command line has them.
 */
#ifndef ANALYZER_MODEL_POINT_H
#define ANALYZER_MODEL_POINT_H

#include "model/model.h"

struct diag;
struct strbuf;

/*
 * Split `text` into a path, to be freed, and a point.  A name that exists as a
 * file is a path however many @ it has; otherwise the last @ outside quotes
 * splits.  Quotes open where a name may start.  Returns 0, or -EINVAL with the reason in `diag`; *path is NULL and
 * *point empty then.
 */
int point_split(const char *text, char **path, struct point *point, struct diag *diag);

/*
 * What stands behind the @: start, peak, end, a time such as 12.5s, or the
 * name of a snapshot or mark; quotes ('12.5s' or "12.5s") make anything a
 * name.  A..B is the range between two of them, where A may be left out for
 * the start and B for the end; case:SUITE/NAME is the range of a case.  Returns
 * 0 or -EINVAL.
 */
int point_parse(const char *text, struct point *point, struct diag *diag);

/* The point as point_parse() reads it, without the @. */
void point_format(const struct point *point, struct strbuf *out);

/* A copy of its own, to be released. */
struct point point_copy(const struct point *point);

void point_release(struct point *point);

#endif
