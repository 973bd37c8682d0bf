/* SPDX-License-Identifier: MIT */
/*
 * family.h - the traces of several processes as one model.
 *
 * Modules that are the same file and stacks of the same frames are one, whatever
 * process they are from.  Counts add up: a block belongs to the process that
 * allocated it, and what a forked child inherited stays of the kind inherited,
 * outside the heap, so nothing counts twice.  Peaks add up, too, each being that
 * of its own process.  Times are of the family: since the epoch of the process
 * that started first.
 */
#ifndef ANALYZER_MODEL_FAMILY_H
#define ANALYZER_MODEL_FAMILY_H

#include <stdint.h>

#include "model/model.h"

struct family;

/* For traces that will be added in order of their epochs, the first being `epoch`
 * (ns since 1970); `path` is what the user gave, `point` what is asked for. */
struct family *family_new(const char *path, const struct point *point, uint64_t epoch);

/* Take the model of one trace, whose header tells its epoch; the model is still to be
 * released.  Point and times of it are as family_point() has them. */
void family_add(struct family *family, struct model *member);

/* The whole; the family is gone afterwards. */
void family_done(struct family *family, struct model *model);

#endif
