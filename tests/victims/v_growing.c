/* SPDX-License-Identifier: MIT */
/*
 * v_growing.c - four ways to hold memory over time: a list that grows all along, a
 * cache that fills up at the start, a buffer that is replaced, and one big block.
 */
#include <time.h>

#include "truth.h"

#define ROUNDS 240
#define ROUND_NS 3000000

struct link {
	struct link *volatile next;
	char body[1000];
};

static struct link *volatile list;
static void *volatile cache[ROUNDS];
static void *volatile buffer;
static void *volatile big;

static NOINLINE void grows(void)
{
	struct link *l = keep(malloc(sizeof(*l)));

	l->next = list;
	list = l;
}

static NOINLINE void fills(int round)
{
	if (round < ROUNDS / 8)
		cache[round] = keep(malloc(4000));
}

static NOINLINE void replaces(void)
{
	free(buffer);
	buffer = keep(malloc(5000));
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = ROUND_NS };

	big = keep(malloc(100000));
	for (int round = 0; round < ROUNDS; round++) {
		grows();
		fills(round);
		replaces();
		nanosleep(&pause, NULL);
	}
	return 0;
}
