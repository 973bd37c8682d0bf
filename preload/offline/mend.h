/* SPDX-License-Identifier: MIT */
/*
 * mend.h - a copy of a state made fit for the drain.  Not part of the recorder.
 *
 * After it every index, id and offset that the drain follows is inside its
 * region, every chain ends, and only what the trace certainly has is marked so.
 */
#ifndef PRELOAD_OFFLINE_MEND_H
#define PRELOAD_OFFLINE_MEND_H

#include <stdint.h>

#include "state.h"

/*
 * `s` is a private copy whose regions were checked; the text region is followed
 * by a zero byte.  Passes up to `pass` are in the trace, lines of later ones are
 * not.  Returns the number of things that made no sense, or -1 without memory.
 */
int64_t mend(struct state *s, uint32_t pass);

#endif
