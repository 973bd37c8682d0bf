/* SPDX-License-Identifier: MIT */
/*
 * zone_names.h - make zones, and places for their counts.  Floor: modules.
 *
 * The cold half of zones.h: everything here takes a lock.
 */
#ifndef PRELOAD_ZONE_NAMES_H
#define PRELOAD_ZONE_NAMES_H

#include "modules.h"
#include "state.h"

/* Functions are known by address: what is cached of them holds for one generation. */
static inline uint32_t zone_names_generation(void)
{
	return __atomic_load_n(&modules_generation, __ATOMIC_RELAXED);
}

/* The zone of that kind below `parent`: by name, or of a function by address.  Made when there
 * is none; 0 without memory. */
uint32_t zone_names_find(struct state *s, uint32_t parent, enum zone_kind kind, const void *key);

/* 1 + a new sum of `zone`, in front of the thread's others; 0 without memory. */
uint32_t zone_names_new_sum(struct state *s, uint32_t zone, uint32_t previous);
/* 1 + a new octave; 0 without memory. */
uint32_t zone_names_new_octave(struct state *s);

/* Nobody writes to the sums from `first` on any more, and the trace has them: they and their
 * octaves are for the next ones. */
void zone_names_give_back(struct state *s, uint32_t first);

/* In a fork child: the lock is free. */
void zone_names_after_fork(void);

#endif
