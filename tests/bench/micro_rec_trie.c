/* SPDX-License-Identifier: MIT */
/*
 * micro_rec_trie.c - a frame added to a stack: one that is known, alone or among
 * others, and one that is new.
 */
#include "bench.h"
#include "micro_rec.h"

#define DEPTH 64
#define SOME 8
#define FAT 1000

static struct thread *t;
static uint64_t seed;

static uint32_t child(uint32_t parent, uint64_t frame)
{
	return trie_child(t->state, &t->ids, parent, (uint64_t)1 << FRAME_MODULE_SHIFT | frame);
}

static void prepare(uint64_t ops)
{
	(void)ops;
	t = micro_rec_thread();
	seed = 1;
}

/* Down one path, over and over. */
static void path(uint64_t ops)
{
	uint32_t node = NODE_ROOT;

	for (uint64_t i = 0; i < ops; i++)
		node = i % DEPTH ? child(node, i % DEPTH) : child(NODE_ROOT, 1);
	USED((void *)(uintptr_t)node);
}

static void prepare_path(uint64_t ops)
{
	prepare(ops);
	path(DEPTH);
}

static void among(uint64_t ops, uint64_t n)
{
	for (uint64_t i = 0; i < ops; i++)
		USED((void *)(uintptr_t)child(NODE_ROOT, 1 + i * 7919 % n));
}

static void among_some(uint64_t ops)
{
	among(ops, SOME);
}

static void among_many(uint64_t ops)
{
	among(ops, FAT);
}

static void prepare_some(uint64_t ops)
{
	prepare(ops);
	among(SOME, SOME);
}

static void prepare_many(uint64_t ops)
{
	prepare(ops);
	among(FAT, FAT);
}

/* New nodes, each below one of the last few dozen: paths that part. */
static void fresh(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		uint64_t back = (bench_random(&seed) >> 32) % 30;
		uint32_t parent = i > 30 ? t->ids.next - 1 - (uint32_t)back : NODE_ROOT;

		if (child(parent, 1000 + i) == NODE_OTHER)
			micro_die("the tree is full");
	}
}

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "trie-known", "ns", 4000000, 10000, prepare_path, path },
		{ "trie-known-of-8", "ns", 4000000, 10000, prepare_some, among_some },
		{ "trie-known-of-1000", "ns", 4000000, 10000, prepare_many, among_many },
		{ "trie-fresh", "ns", 1000000, 20000, prepare, fresh },
		{ .name = NULL },
	};

	return micro_main(argc, argv, cases);
}
