/* SPDX-License-Identifier: MIT */
/*
 * points.h - exact points of the trace that the program asks for.  Floor: record.
 *
 * Each takes the drain lock and writes what changed since the last drain.  From any thread
 * that holds the guard.
 */
#ifndef PRELOAD_POINTS_H
#define PRELOAD_POINTS_H

#include "thread.h"

void points_snapshot(struct thread *t, const char *name);

/* A case of the process; one that is open ends first. */
void points_case_begin(struct thread *t, const char *suite, const char *name);
/* Ends the case that is open, if it is that one. */
void points_case_end(struct thread *t, const char *suite, const char *name);

/* A copy of the trace as it would be if the process ended now, in a new file.  0 or -errno. */
int points_dump(struct thread *t, const char *path);

/* Limits, each told to the trace; true when it is broken.  Bytes live per stack count from
 * where the case began. */
bool points_limit_memory(struct thread *t, uint64_t limit);
bool points_limit_leaks(struct thread *t, uint64_t limit);
bool points_no_alloc(struct thread *t, uint64_t since);

/* In a fork child: no case is open. */
void points_after_fork(void);

#endif
