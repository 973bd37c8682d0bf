/* SPDX-License-Identifier: MIT */
/*
 * micro.h - the frame of a micro benchmark: a table of cases and one way to run
 * them, by the clock or once under an instruction counter.
 *
 *   micro_X           every case, the best of several runs: name, figure, unit
 *   micro_X --list    names of the cases
 *   micro_X --once C  case C: prepared, run once to warm up, prepared again, and
 *                     run once inside micro_measured(), which a counter looks
 *                     for; prints the number of operations
 */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <stdint.h>

#include "bench.h"

struct micro_case {
	const char *name;
	const char *unit; /* "ns": time an operation; "MB/s": operations are bytes */
	uint64_t ops;	  /* of a run by the clock */
	uint64_t few;	  /* of a run that is counted */
	/* Before each run, not measured; `ops` are to come. */
	void (*prepare)(uint64_t ops);
	void (*run)(uint64_t ops);
};

/* Runs what the arguments ask for; main()'s exit status.  The array ends with a
 * case without a name. */
int micro_main(int argc, char **argv, const struct micro_case *cases);

/* Counters collect inside this function and nowhere else. */
void micro_measured(const struct micro_case *c, uint64_t ops);

/* Print why and exit with status 1. */
void micro_die(const char *what) __attribute__((noreturn));

/* A run of the cases, by `name`: fn on a stack of that depth.  Between main() and fn are
 * micro_main(), the way to measure, micro_measured() and the function defined here. */
#define MICRO_AT_DEPTH(name, depth, fn)                   \
	static void name(uint64_t ops)                    \
	{                                                 \
		bench_at_depth((depth)-4, fn, (long)ops); \
		NO_TAIL_CALL;                             \
	}

#endif
