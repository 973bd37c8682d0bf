/* SPDX-License-Identifier: MIT */
/*
 * leaks.h - when leaks are looked for, and what the trace is told.  Floor: leaks.
 *
 * Costs a copy of the process's page tables and a pass over what it holds: about
 * a second for a gigabyte of small blocks.  Other threads go on meanwhile.
 */
#ifndef PRELOAD_LEAKS_H
#define PRELOAD_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/* Once the settings are known and the program's libraries are loaded. */
void leaks_start(void);

/* Is any of this wanted?  By MEMPROF_LEAKS. */
bool leaks_wanted(void);

/*
 * Look what holds each live block, and write it with the running totals.  `name` is
 * that of the point; at the end of the process what only registers of other
 * threads could hold is lost.  Call with the guard held, from a function whose
 * caller's registers and stack are the program's.  Returns whether anything is
 * lost for certain; false when it could not be told, and the trace says why.
 */
bool leaks_check(struct state *s, const char *name, bool at_end);

/* From now on the block at p, and all it holds, is no leak. */
void leaks_ignore(const void *p);

#endif
