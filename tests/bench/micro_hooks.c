/* SPDX-License-Identifier: MIT */
/*
 * micro_hooks.c - malloc and free through the hooks: run it alone and under the
 * recorder, the difference is the recorder's.
 */
#include "bench.h"
#include "micro.h"

#define LIVE 64

static uint64_t seed;

static void *allocate(long size)
{
	return bench_alive(malloc((size_t)size));
}

BENCH_DEFINE_PATHS(allocate)

static inline void one_inline(long n)
{
	for (long i = 0; i < n; i++) {
		void *p = malloc(48);

		USED(p);
		free(p);
	}
}

static NOINLINE long one(long n)
{
	one_inline(n);
	return 0;
}

/* As deep as it is without frames of ours. */
static void one_8(uint64_t ops)
{
	one_inline((long)ops);
}

static NOINLINE long live(long n)
{
	void *blocks[LIVE] = { NULL };

	for (long i = 0; i < n; i++) {
		free(blocks[i % LIVE]);
		blocks[i % LIVE] = bench_alive(malloc(16 + (size_t)(i % 7) * 24));
	}
	for (int i = 0; i < LIVE; i++)
		free(blocks[i]);
	return 0;
}

static NOINLINE long zeroed(long n)
{
	for (long i = 0; i < n; i++) {
		void *p = calloc(1, 48);

		USED(p);
		free(p);
	}
	return 0;
}

static NOINLINE long resized(long n)
{
	char *p = NULL;

	for (long i = 0; i < n; i++) {
		p = bench_alive(realloc(p, 32 + (size_t)(i & 15) * 8));
		USED(p);
	}
	free(p);
	return 0;
}

static NOINLINE long sites(long n)
{
	void *blocks[LIVE] = { NULL };

	for (long i = 0; i < n; i++) {
		free(blocks[i % LIVE]);
		blocks[i % LIVE] = bench_paths[(bench_random(&seed) >> 32) % BENCH_PATHS](32);
	}
	for (int i = 0; i < LIVE; i++)
		free(blocks[i]);
	return 0;
}

static void prepare(uint64_t ops)
{
	(void)ops;
	seed = 1;
}

MICRO_AT_DEPTH(one_20, 20, one)
MICRO_AT_DEPTH(one_50, 50, one)
MICRO_AT_DEPTH(live_20, 20, live)
MICRO_AT_DEPTH(zeroed_20, 20, zeroed)
MICRO_AT_DEPTH(resized_20, 20, resized)
MICRO_AT_DEPTH(sites_20, 17, sites)

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "pair-8", "ns", 4000000, 10000, prepare, one_8 },
		{ "pair-20", "ns", 4000000, 10000, prepare, one_20 },
		{ "pair-50", "ns", 2000000, 10000, prepare, one_50 },
		{ "pair-live-20", "ns", 2000000, 10000, prepare, live_20 },
		{ "pair-calloc-20", "ns", 2000000, 10000, prepare, zeroed_20 },
		{ "realloc-20", "ns", 2000000, 10000, prepare, resized_20 },
		{ "pair-sites-20", "ns", 1000000, 10000, prepare, sites_20 },
		{ .name = NULL },
	};
	int status = micro_main(argc, argv, cases);

	NO_TAIL_CALL;
	return status;
}
