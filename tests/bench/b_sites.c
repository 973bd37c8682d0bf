/* SPDX-License-Identifier: MIT */
/*
 * b_sites.c - ten sites in turn, in no order that could be learned, each three
 * frames above one deep stack; the last 64 blocks are live.
 * build: -O2
 *
 *   b_sites PAIRS DEPTH
 */
#include "bench.h"

#define LIVE 64

static inline void *allocate(long size)
{
	return bench_alive(malloc((size_t)size));
}

BENCH_DEFINE_PATHS(allocate)

static NOINLINE long loop(long pairs)
{
	void *live[LIVE] = { NULL };
	uint64_t seed = 1;

	for (long i = 0; i < pairs; i++) {
		void **slot = &live[i % LIVE];

		free(*slot);
		*slot = bench_paths[(bench_random(&seed) >> 32) % BENCH_PATHS](32);
	}
	for (int i = 0; i < LIVE; i++)
		free(live[i]);
	return pairs;
}

int main(int argc, char **argv)
{
	bench_at_depth(bench_arg(argc, argv, 2, 20) - 3, loop, bench_arg(argc, argv, 1, 1000000));
	return 0;
}
