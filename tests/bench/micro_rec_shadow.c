/* SPDX-License-Identifier: MIT */
/*
 * micro_rec_shadow.c - a block entered in the table and taken out again: one block,
 * a million in no order, and blocks whose slack does not fit the entry.
 */
#include <sys/mman.h>

#include "bench.h"
#include "micro_rec.h"

#define BLOCKS ((uintptr_t)1 << 20)
#define STEP 64

static uintptr_t base;

/* Addresses that nobody has; only the table is touched. */
static void prepare(uint64_t ops)
{
	void *p;

	(void)ops;
	if (base)
		return;
	micro_rec_thread();
	p = mmap(NULL, BLOCKS * STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		 0);
	if (p == MAP_FAILED)
		micro_die("no address space");
	base = (uintptr_t)p + 16;
}

static void put(uintptr_t p, size_t size, size_t usable)
{
	if (!shadow_put(p, NODE_FIRST, size, usable, 5))
		micro_die("no memory for the table");
}

static void take(uintptr_t p, size_t usable)
{
	uint32_t node;
	size_t size;

	if (!shadow_take(p, usable, &node, &size, 5))
		micro_die("a block is lost");
}

static void one(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		put(base, 48, 56);
		take(base, 56);
	}
}

/* Entered in one order, taken out in another. */
static void many(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		put(base + i * 40503 % BLOCKS * STEP, 48, 56);
	for (uint64_t i = 0; i < ops; i++)
		take(base + i * 30011 % BLOCKS * STEP, 56);
}

static void far_slack(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		put(base, 1000, 4056);
		take(base, 4056);
	}
}

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "shadow-one", "ns", 8000000, 10000, prepare, one },
		{ "shadow-million", "ns", BLOCKS, BLOCKS, prepare, many },
		{ "shadow-far-slack", "ns", 2000000, 10000, prepare, far_slack },
		{ .name = NULL },
	};

	return micro_main(argc, argv, cases);
}
