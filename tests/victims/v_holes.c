/* SPDX-License-Identifier: MIT */
/*
 * v_holes.c - a program whose segments have holes between them: its code lies
 * far from its unwind tables, and the loader finds it one segment at a time.
 *
 * link: -no-pie -Wl,-Ttext=0x4000000
 */
#include "truth.h"

static NOINLINE void *inner(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *outer(size_t size)
{
	char room[300];

	keep(room);
	return keep(inner(size));
}

int main(void)
{
	for (size_t i = 0; i < 100; i++) {
		void *p = outer(i);

		if (i % 3)
			drop(p, i);
	}
	truth_say("truncated_stacks", 0);
	return 0;
}
