/* SPDX-License-Identifier: MIT */
/*
 * moments.h - put single moments into the ring; see state_zones.h.  Floor: sampler.
 *
 * From any thread that holds the guard.  When the ring is full the caller's own thread drains
 * it, which takes the drain lock.
 */
#ifndef PRELOAD_MOMENTS_H
#define PRELOAD_MOMENTS_H

#include <stdbool.h>

#include "state.h"

/* Put a copy of `m` (but for seq and pass) into the ring.  False when there was no room; it is
 * counted then. */
bool moments_add(struct state *s, const struct moment *m);

/* The same for a resident set seen at time t. */
void moments_add_spike(struct state *s, uint64_t t, uint64_t rss, enum spike_cause cause);

#endif
