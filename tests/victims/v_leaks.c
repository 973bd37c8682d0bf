/* SPDX-License-Identifier: MIT */
/*
 * v_leaks.c - blocks that are never released, of every kind a leak checker
 * tells apart: lost, reachable only through a lost one, reachable through a
 * pointer into the middle, still reachable.
 */
#include "truth.h"

struct link {
	struct link *next;
	char body[56];
};

static struct link *still_reachable_list;
static char *inside;

static NOINLINE void lost(void)
{
	for (unsigned int i = 0; i < 400; i++)
		counted(malloc(100 + i % 3), 100 + i % 3);
}

static NOINLINE void lost_chain(void)
{
	struct link *head = NULL;

	for (unsigned int i = 0; i < 200; i++) {
		struct link *l = counted(malloc(sizeof(*l)), sizeof(*l));

		l->next = head;
		head = l;
	}
	keep(head);
}

static NOINLINE void reachable(void)
{
	for (unsigned int i = 0; i < 70; i++) {
		struct link *l = counted(malloc(sizeof(*l)), sizeof(*l));

		l->next = still_reachable_list;
		still_reachable_list = l;
	}
}

static NOINLINE void possibly_lost(void)
{
	inside = (char *)counted(malloc(3000), 3000) + 1000;
}

static NOINLINE void *released(size_t size)
{
	return counted(malloc(size), size);
}

int main(void)
{
	unsigned long bytes = 0;

	for (unsigned int i = 0; i < 1000; i++) {
		void *p = released(i);

		if (i == 500) {
			lost();
			lost_chain();
			reachable();
			possibly_lost();
		}
		drop(p, i);
		bytes += i;
	}
	/* Nothing of the stack may keep the lost ones reachable by accident. */
	say(1, "leaked %lu blocks\n", truth.allocs - truth.frees);
	truth_write();
	truth_site("released", 1000, bytes, 0, 0);
	truth_site("lost", 400, 400 * 100 + 399, 400, 400 * 100 + 399);
	truth_site("lost_chain", 200, 200 * sizeof(struct link), 200, 200 * sizeof(struct link));
	truth_site("reachable", 70, 70 * sizeof(struct link), 70, 70 * sizeof(struct link));
	truth_site("possibly_lost", 1, 3000, 1, 3000);
	keep(inside);
	return 0;
}
