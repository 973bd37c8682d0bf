/* SPDX-License-Identifier: MIT */
/*
 * leak_scan.h - classify every live block, in a copy of the process.  Floor: leaks.
 *
 * Nothing moves in the copy, so nothing has to be stopped or locked; what goes
 * wrong there (a heap that is destroyed, memory that runs out) ends the copy and
 * not the program, and then nothing is known.
 */
#ifndef PRELOAD_LEAK_SCAN_H
#define PRELOAD_LEAK_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <memprof/trace.h>

#include "leak_roots.h"
#include "leak_wishes.h"
#include "state.h"

/* In memory that the copy shares with the process. */
struct leak_result {
	uint32_t done; /* 1: the rest is true */
	int32_t error; /* or -errno: there was no memory, no /proc */
	uint64_t scanned;
	uint32_t no_stack; /* threads whose stack was not found */
	uint32_t n_rows, room;
	struct mp_row_leak_row rows[];
};

/* What the copy is to do. */
struct leak_task {
	const struct state *s;
	bool memcheck; /* its rules; else lsan's */
	const struct leak_thread *threads;
	size_t n_threads;
	const struct leak_wishes *wishes;
	struct leak_result *result;
};

/* Do it; in the copy. */
void leak_scan(const struct leak_task *task);

#endif
