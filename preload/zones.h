/* SPDX-License-Identifier: MIT */
/*
 * zones.h - count the program's regions; see state_zones.h.  Floor: record.
 *
 * Every function is for the calling thread `t`, which holds the guard.  Signal handlers that
 * interrupt one find the guard closed and stay out.  In a fork child everything is new.
 *
 * What a region allocated is the difference of the thread's totals between its ends, so that
 * an allocation costs nothing more inside one; for its peak see peak.h.
 */
#ifndef PRELOAD_ZONES_H
#define PRELOAD_ZONES_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

/* Enter a region by name, from a call with stack pointer `sp`. */
void zones_begin(struct thread *t, const char *name, uintptr_t sp);
/* The same for a function of the program. */
void zones_enter(struct thread *t, const void *function, uintptr_t sp);

/* End the innermost region of that name (NULL: of any), and all inside it; nothing when
 * there is none.  `now` is the monotonic clock when the call came in. */
void zones_end(struct thread *t, const char *name, uint64_t now);
void zones_exit(struct thread *t, const void *function, uint64_t now);

/* The stack is cut back to `sp` from `from`: regions begun between them end. */
void zones_cut(struct thread *t, uintptr_t from, uintptr_t sp);

/* What was under way when the program jumped out of it is not to be relied on. */
void zones_forget_names(struct thread *t);

/* End them all: the thread or the process ends. */
void zones_end_all(struct thread *t);

/* The zone of a counter; 0 without memory. */
uint32_t zones_counter(struct thread *t, const char *name);

#endif
