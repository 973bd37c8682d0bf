/* SPDX-License-Identifier: MIT */
/*
 * functions.h - which of the program's functions are regions.  Floor: record.
 *
 * MEMPROF_FUNCTIONS is a list of patterns with * and ?, divided by commas; one that starts with
 * ! takes away.  A function is held against them once, by the name its module's symbol table
 * has for it (mangled, in C++), or as module+0xoffset when it has none.
 */
#ifndef PRELOAD_FUNCTIONS_H
#define PRELOAD_FUNCTIONS_H

#include <stdbool.h>

extern bool functions_on __attribute__((visibility("hidden")));

/* Once, after the settings were read. */
void functions_init(void);

/* From any thread, with the guard held.  Takes a lock for a function that is new. */
bool functions_chosen(const void *function);

/* In a fork child: the lock is free. */
void functions_after_fork(void);

#endif
