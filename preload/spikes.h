/* SPDX-License-Identifier: MIT */
/*
 * spikes.h - the resident set between samples.  Floor: sampler.
 *
 * It falls at once when much is released, so that is when it is looked at: just before.  The
 * highest that was seen so since the last sample goes into the trace with the next one, if it
 * stands out, so that a program that releases all the time does not make the trace grow.  What
 * nobody saw is told by the kernel's own high-water mark.
 */
#ifndef PRELOAD_SPIKES_H
#define PRELOAD_SPIKES_H

#include <stddef.h>
#include <stdint.h>

#include <memprof/trace.h>

#include "state.h"

/* Less than this is no spike. */
#define SPIKE_BYTES ((size_t)1 << 20)

struct drain;

/* `bytes` are about to be released.  From any thread with the guard held; looks once a
 * millisecond, more often only for what is a large part of the process. */
void spikes_look(struct state *s, size_t bytes, enum spike_cause cause);

/* With the drain lock held, before `sample` is written: the spike that came before it. */
void spikes_sample(struct drain *d, struct mp_sample *sample);

#endif
