/* SPDX-License-Identifier: MIT */
/*
 * b_tight.c - nothing but malloc and free of one size at one site.
 * build: -O2
 *
 *   b_tight PAIRS DEPTH
 */
#include "bench.h"

static NOINLINE long loop(long pairs)
{
	for (long i = 0; i < pairs; i++) {
		void *p = malloc(48);

		USED(p);
		free(p);
	}
	return pairs;
}

int main(int argc, char **argv)
{
	bench_at_depth(bench_arg(argc, argv, 2, 8), loop, bench_arg(argc, argv, 1, 1000000));
	return 0;
}
