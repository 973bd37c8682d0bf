/* SPDX-License-Identifier: MIT */
/*
 * sizes.h - how large the blocks of each site are, when that is asked for.
 * Floor: counters.
 *
 * Counts live in the state, one entry a stack and class that was met, shared by
 * all threads.  Off by default; when on, events go the general way of recording,
 * never the hot one.
 */
#ifndef PRELOAD_SIZES_H
#define PRELOAD_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

/* Are sizes counted in this process?  Constant once recording has begun. */
extern bool sizes_on __attribute__((visibility("hidden")));

/* Begin to count into a new state (of a new process or a fork child); stays off
 * when the settings say so or there is no memory. */
void sizes_start(struct state *s);

/* A block of `size` requested and `usable` usable bytes was allocated at `node`.
 * Any thread, also in signal handlers; without room the block is not counted. */
void sizes_count(struct state *s, uint32_t node, size_t size, size_t usable);

#endif
