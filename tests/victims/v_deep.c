/* SPDX-License-Identifier: MIT */
/* v_deep.c - recursion 30,000 frames deep that allocates all the way down and at the bottom. */
#include "truth.h"

#define DEPTH 30000

static NOINLINE void *on_the_way(void)
{
	return counted(malloc(20), 20);
}

static NOINLINE void *at_the_bottom(void)
{
	return counted(malloc(40), 40);
}

static NOINLINE unsigned long descend(unsigned int depth)
{
	unsigned long r = 1;

	if (depth % 1000 == 0)
		on_the_way();
	if (depth)
		r += descend(depth - 1);
	else
		for (int i = 0; i < 20; i++)
			at_the_bottom();
	return keep(&r) ? r : 0;
}

int main(void)
{
	say(1, "depth %lu\n", descend(DEPTH));
	truth_write();
	truth_site("on_the_way", 31, 620, 31, 620);
	truth_site("at_the_bottom", 20, 800, 20, 800);
	return 0;
}
