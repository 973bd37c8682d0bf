/* SPDX-License-Identifier: MIT */
/*
 * v_cut.c - a stack that nobody can follow, with allocations that are far from each
 * other and go on for longer than a short process lives: then the recorder looks at
 * the clock at each of them, and at the stack for a place to start its helper.
 *
 * build: -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions -fomit-frame-pointer -O2
 */
#include <time.h>

#include "truth.h"

#define TIMES 60

static NOINLINE void *rare_alloc(size_t size)
{
	return counted(malloc(size), size);
}

int main(void)
{
	struct timespec apart = { .tv_nsec = 3000000 };

	for (size_t size = 1; size <= TIMES; size++) {
		nanosleep(&apart, NULL);
		drop(rare_alloc(size), size);
	}
	truth_write();
	truth_site("rare_alloc", TIMES, TIMES * (TIMES + 1) / 2, 0, 0);
	return 0;
}
