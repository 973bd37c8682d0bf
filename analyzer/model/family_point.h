/* SPDX-License-Identifier: MIT */
/*
 * family_point.h - what a point of a family is for each of its traces.
 *
 * Times become those of the trace.  A snapshot, mark or case belongs to the process
 * that has it; for the others it is a time.
 */
#ifndef ANALYZER_MODEL_FAMILY_POINT_H
#define ANALYZER_MODEL_FAMILY_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct family_points;
struct point;

/* `asked` must outlive it; times in it are since `epoch` (ns since 1970). */
struct family_points *family_points_new(const struct point *asked, uint64_t epoch);
void family_points_free(struct family_points *points);

/* Look for names that were asked for in a trace of that epoch; `member` tells the traces
 * apart.  To be called for all of them before the first family_points_of().  Reads
 * nothing when no name was asked for.  Returns 0 or -errno. */
int family_points_look(struct family_points *points, size_t member, const char *path,
		       uint64_t epoch);

/* A name that no trace has, or NULL; *is_case says what it was to be. */
const char *family_points_missing(const struct family_points *points, bool *is_case);

/* The point for one trace, to be released.  False when its process had not started then:
 * there is nothing to add up. */
bool family_points_of(const struct family_points *points, size_t member, uint64_t epoch,
		      struct point *point);

#endif
