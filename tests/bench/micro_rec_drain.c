/* SPDX-License-Identifier: MIT */
/*
 * micro_rec_drain.c - the state to trace lines: rows of sites that changed, sites
 * that did not, and sites whose stacks are new.
 */
#include "bench.h"
#include "drain.h"
#include "micro_rec.h"

#define ROWS 20000
#define OWN_FRAMES 3

static struct thread *t;
static char text[1 << 16];

static int forget(struct mp_out *out)
{
	out->len = 0;
	return 0;
}

static struct mp_out out = { .buf = text, .cap = sizeof(text), .flush = forget };

static uint32_t stack_of(uint64_t site)
{
	uint32_t node = NODE_ROOT;

	for (uint64_t i = 0; i < 12; i++)
		node = trie_child(t->state, &t->ids, node, 0x1000 + i);
	for (uint64_t i = 0; i < OWN_FRAMES; i++)
		node = trie_child(t->state, &t->ids, node, 0x2000 + site * 64 + i * 8);
	return node;
}

static void change(uint64_t sites)
{
	for (uint64_t i = 0; i < sites; i++) {
		v2 more = { 1 + (int64_t)i % 50, 48 * (1 + (int64_t)i % 50) };
		struct cell *c = &t->cells[2 + i];

		c->alloc += more;
		c->free += more;
	}
}

/* One cell a site, in order behind the thread's first. */
static void make(uint64_t sites)
{
	t = micro_rec_thread();
	for (uint64_t i = 0; i < sites; i++)
		if (counters_cell(t, MP_HEAP, stack_of(i)) != &t->cells[2 + i])
			micro_die("cells are not in the order they were made");
	change(sites);
}

static void pass(void)
{
	static uint32_t chain[DRAIN_CHAIN];
	struct drain d = { .s = t->state, .out = &out, .chain = chain };

	drain_pass(&d);
	drain_commit(&d, 0, false);
}

static void drain(uint64_t ops)
{
	(void)ops;
	pass();
}

static void prepare_rows(uint64_t ops)
{
	make(ops);
	pass();
	change(ops);
}

static void prepare_idle(uint64_t ops)
{
	make(ops);
	pass();
}

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "drain-row", "ns", ROWS, 2000, prepare_rows, drain },
		{ "drain-idle-site", "ns", ROWS, 2000, prepare_idle, drain },
		{ "drain-new-site", "ns", ROWS, 2000, make, drain },
		{ .name = NULL },
	};

	return micro_main(argc, argv, cases);
}
