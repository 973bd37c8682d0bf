/* SPDX-License-Identifier: MIT */
/*
 * memstat.h - what the kernel says of the process's memory.  Floor: sampler.
 *
 * Files under /proc are opened, read and closed each time (1.5 us): no
 * descriptor is kept that the program could close or mistake for its own.
 * Where /proc is not there, figures are 0.
 */
#ifndef PRELOAD_MEMSTAT_H
#define PRELOAD_MEMSTAT_H

#include <stdint.h>

#include <memprof/trace.h>

#include "arena.h"
#include "state.h"

/* Fill what the kernel keeps anyway: resident set, its parts and its highest, swap, page faults,
 * processor time, threads. */
void memstat_sample(struct mp_sample *sample);
/* Fill what it has to go through every page for: the proportional set, huge pages. */
void memstat_rollup(struct mp_sample *sample);
/* The resident set in bytes; half of what a sample costs. */
uint64_t memstat_rss(void);
/* The highest resident set so far, in bytes (VmHWM; never reset). */
uint64_t memstat_max_rss(void);
/* Threads of the process, an ended main thread counted; 0 when not known. */
uint64_t memstat_threads(void);
/* Resident bytes of the recorder by use: its mappings and the state in use. */
void memstat_recorder(const struct state *s, uint64_t bytes[ARENA_USES]);

#endif
