/* SPDX-License-Identifier: MIT */
/* micro.c - runs the cases of a micro benchmark; see micro.h. */
#include "micro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define RUNS 7

void micro_die(const char *what)
{
	fprintf(stderr, "micro: %s\n", what);
	exit(1);
}

NOINLINE void micro_measured(const struct micro_case *c, uint64_t ops)
{
	c->run(ops);
	NO_TAIL_CALL;
}

/* The same frames, not collected; other code, or both would be one function. */
static NOINLINE void warm_up(const struct micro_case *c, uint64_t ops)
{
	c->run(ops);
	__asm__ volatile("nop" ::: "memory");
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void prepare(const struct micro_case *c, uint64_t ops)
{
	if (c->prepare)
		c->prepare(ops);
}

static NOINLINE void by_clock(const struct micro_case *c)
{
	double best = 0;

	for (int i = 0; i < RUNS; i++) {
		double t;

		prepare(c, c->ops);
		t = now();
		micro_measured(c, c->ops);
		t = (now() - t) / (double)c->ops;
		if (!i || t < best)
			best = t;
	}
	if (!strcmp(c->unit, "MB/s"))
		best = 1000 / best;
	printf("%-24s %10.2f %s\n", c->name, best, c->unit);
	fflush(stdout);
}

static NOINLINE void once(const struct micro_case *c)
{
	prepare(c, c->few);
	warm_up(c, c->few);
	prepare(c, c->few);
	micro_measured(c, c->few);
	printf("%llu\n", (unsigned long long)c->few);
}

int micro_main(int argc, char **argv, const struct micro_case *cases)
{
	if (argc == 1) {
		for (const struct micro_case *c = cases; c->name; c++)
			by_clock(c);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (const struct micro_case *c = cases; c->name; c++)
			puts(c->name);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--once")) {
		for (const struct micro_case *c = cases; c->name; c++)
			if (!strcmp(c->name, argv[2])) {
				once(c);
				return 0;
			}
		fprintf(stderr, "%s: there is no case '%s'\n", argv[0], argv[2]);
		return 2;
	}
	fprintf(stderr, "usage: %s [--list | --once CASE]\n", argv[0]);
	return 2;
}
