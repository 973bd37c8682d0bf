/* SPDX-License-Identifier: MIT */
/*
 * v_recursion.c - recursion 3,000 frames deep that allocates in every frame, on the
 * way down and on the way up; then 30,000 frames in turn from two callers whose stacks
 * differ only at their outer end.  With no-ticks in a process that must not
 * read the processor's counter, so neither call the C library for the time.
 */
#include <sys/prctl.h>

#include "truth.h"

#define DEPTH 30000
#define ALLOCATING 3000
#define TURNS 6

static NOINLINE void *down(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *up(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE unsigned int descend(unsigned int depth)
{
	unsigned int r;

	drop(down(20), 20);
	r = depth > 1 ? descend(depth - 1) : 0;
	drop(up(30), 30);
	return r + 1;
}

static NOINLINE void *at_the_bottom(size_t size)
{
	return counted(malloc(size), size);
}

/* Nothing between the ends of the stack tells who called. */
static NOINLINE unsigned int fall(unsigned int depth)
{
	unsigned int r = depth ? fall(depth - 1) + 1 : 0;

	if (!depth)
		for (int i = 0; i < 3; i++)
			drop(at_the_bottom(40), 40);
	return keep(&r) ? r : 0;
}

static NOINLINE unsigned int left(void)
{
	unsigned int r = fall(DEPTH);

	return keep(&r) ? r : 0;
}

static NOINLINE unsigned int right(void)
{
	unsigned int r = fall(DEPTH);

	return keep(&r) ? r : 0;
}

int main(int argc, char **argv)
{
	unsigned int sum = 0;

	if (argc > 1 && !strcmp(argv[1], "no-ticks"))
		expect(prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0);
	sum += descend(ALLOCATING);
	for (int i = 0; i < TURNS; i++) {
		sum += left();
		sum += right();
	}
	say(1, "%u\n", sum);
	truth_site("down", ALLOCATING, ALLOCATING * 20L, 0, 0);
	truth_site("up", ALLOCATING, ALLOCATING * 30L, 0, 0);
	truth_site("at_the_bottom", 6L * TURNS, 240L * TURNS, 0, 0);
	truth_say("allocations", 2 * ALLOCATING + 6 * TURNS);
	return 0;
}
