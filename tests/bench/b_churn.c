/* SPDX-License-Identifier: MIT */
/*
 * b_churn.c - many live blocks of mixed sizes, one replaced at random at a time:
 * every event misses the caches, in the allocator and in the recorder.
 * build: -O2
 *
 *   b_churn LIVE REPLACEMENTS
 */
#include "bench.h"

static NOINLINE void *small(uint64_t r)
{
	return bench_alive(malloc(16 + r % 64));
}

static NOINLINE void *large(uint64_t r)
{
	return bench_alive(malloc(80 + r % 256));
}

int main(int argc, char **argv)
{
	size_t live = (size_t)bench_arg(argc, argv, 1, 1000000);
	long n = bench_arg(argc, argv, 2, 1000000);
	void **blocks = bench_alive(calloc(live, sizeof(*blocks)));
	uint64_t seed = 1;

	for (size_t i = 0; i < live; i++) {
		uint64_t r = bench_random(&seed) >> 20;

		blocks[i] = r & 3 ? small(r >> 2) : large(r >> 2);
	}
	while (n-- > 0) {
		uint64_t r = bench_random(&seed) >> 8;
		void **slot = &blocks[(r >> 16) % live];

		free(*slot);
		*slot = r & 3 ? small(r >> 2) : large(r >> 2);
	}
	for (size_t i = 0; i < live; i++)
		free(blocks[i]);
	free(blocks);
	return 0;
}
