/* SPDX-License-Identifier: MIT */
/*
 * micro_rec_capture.c - a stack to its node: the same stack again, other frames on
 * a stack that stays, and frames that change all the way down.
 */
#include "bench.h"
#include "capture.h"
#include "micro_rec.h"

static struct thread *t;
static uint64_t seed;

/* In the place of a hook. */
static NOINLINE void *hook(long a)
{
	struct origin from = origin_of(__builtin_frame_address(0));

	(void)a;
	return (void *)(uintptr_t)capture_stack(t, &from);
}

BENCH_DEFINE_PATHS(hook)

static inline void same_inline(long n)
{
	for (long i = 0; i < n; i++)
		USED(hook(0));
}

static NOINLINE long same(long n)
{
	same_inline(n);
	return 0;
}

/* As deep as it is without frames of ours. */
static void same_8(uint64_t ops)
{
	same_inline((long)ops);
}

static NOINLINE long sites(long n)
{
	for (long i = 0; i < n; i++)
		USED(bench_paths[(bench_random(&seed) >> 32) % BENCH_PATHS](0));
	return 0;
}

/* Two sites, one frame apart. */
static NOINLINE long pair(long n)
{
	for (long i = 0; i < n; i += 2) {
		USED(hook(0));
		USED(hook(1));
	}
	return 0;
}

/* A random binary tree of calls, one capture a node; the nodes left to do. */
static NOINLINE long tree(long n)
{
	long left;

	if (n <= 0)
		return 0;
	USED(hook(0));
	left = (long)((double)(n - 1) * (double)(bench_random(&seed) >> 40) / (1 << 24) * 0.4);
	tree(left);
	NO_TAIL_CALL;
	tree(n - 1 - left);
	NO_TAIL_CALL;
	return 0;
}

static NOINLINE long trees(long n)
{
	for (; n > 0; n -= 500)
		tree(n < 500 ? n : 500);
	return 0;
}

static void prepare(uint64_t ops)
{
	(void)ops;
	if (!t)
		t = micro_rec_thread();
	seed = 1;
}

/* A path adds three frames. */
MICRO_AT_DEPTH(same_20, 20, same)
MICRO_AT_DEPTH(same_50, 50, same)
MICRO_AT_DEPTH(pair_20, 20, pair)
MICRO_AT_DEPTH(sites_20, 17, sites)
MICRO_AT_DEPTH(sites_50, 47, sites)
MICRO_AT_DEPTH(tree_10, 10, trees)

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "capture-same-8", "ns", 4000000, 10000, prepare, same_8 },
		{ "capture-same-20", "ns", 4000000, 10000, prepare, same_20 },
		{ "capture-same-50", "ns", 2000000, 10000, prepare, same_50 },
		{ "capture-pair-20", "ns", 2000000, 10000, prepare, pair_20 },
		{ "capture-sites-20", "ns", 1000000, 10000, prepare, sites_20 },
		{ "capture-sites-50", "ns", 1000000, 10000, prepare, sites_50 },
		{ "capture-tree", "ns", 500000, 20000, prepare, tree_10 },
		{ .name = NULL },
	};
	int status = micro_main(argc, argv, cases);

	NO_TAIL_CALL;
	return status;
}
