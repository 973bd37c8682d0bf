/* SPDX-License-Identifier: MIT */
/* complete_points.h - the points of a trace, for completion. */
#ifndef ANALYZER_CMDS_COMPLETE_POINTS_H
#define ANALYZER_CMDS_COMPLETE_POINTS_H

struct strbuf;

/*
 * For an unfinished TRACE@POI: the points the trace has whose names begin so, one
 * a line.  Nothing when `word` has no @ or there is no such trace; reads it and
 * leaves all as it is.
 */
void complete_points(struct strbuf *out, const char *word);

#endif
