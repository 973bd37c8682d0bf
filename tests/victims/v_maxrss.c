/* SPDX-License-Identifier: MIT */
/*
 * v_maxrss.c - a program that asks how much memory it ever had, long after it gave
 * most of it back, and while a recorder takes samples.
 */
#include <sys/resource.h>

#include "truth.h"

#define LARGE (64L << 20)

static NOINLINE void *large(size_t size)
{
	return counted(malloc(size), size);
}

int main(void)
{
	struct rusage before, after;
	char *p = large(LARGE);

	expect(p);
	memset(p, 1, LARGE);
	expect(getrusage(RUSAGE_SELF, &before) == 0 && before.ru_maxrss >= LARGE / 1024);
	drop(p, LARGE);
	for (int i = 0; i < 15; i++) {
		drop(large(100), 100);
		usleep(10000);
	}
	expect(getrusage(RUSAGE_SELF, &after) == 0 && after.ru_maxrss >= before.ru_maxrss);
	say(1, "done\n");
	truth_write();
	return 0;
}
