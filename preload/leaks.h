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

/* Is any of this wanted?  By MEMPROF_LEAKS. */
bool leaks_wanted(void);

/*
 * Look what holds each live block, and write it with the running totals.  `name` is
 * that of the point; at the end of the process what only registers of other
 * threads could hold is lost.  The program may have turned checks off that it did not ask
 * for itself, or have had the last one: then there is none.  Call with the guard held, from a function whose
 * caller's registers and stack are the program's.  Returns whether anything is
 * lost for certain; false when it could not be told, and the trace says why.
 */
enum leaks_when {
	LEAKS_ASKED,	/* the program did, by the recorder's own function */
	LEAKS_AT_POINT, /* a snapshot, or the program by LeakSanitizer's function */
	LEAKS_FINAL,	/* the program did, in place of the one at its end */
	LEAKS_AT_END,
};
bool leaks_check(struct state *s, const char *name, enum leaks_when when);

/* From now on the block that p lies in, and all it holds, is no leak. */
void leaks_ignore(const void *p);

/* In a fork child. */
void leaks_after_fork(void);

#endif
