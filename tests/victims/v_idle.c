/* SPDX-License-Identifier: MIT */
/*
 * v_idle.c - a second thread that does nothing, while the first makes its peak
 * with one big block and goes on: what a peak was made of must not lose the block
 * whose release ended it.
 *
 * link: -pthread
 */
#include <pthread.h>

#include "truth.h"

#define BIG 10000000

static NOINLINE void *big(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *small_ones(size_t size)
{
	return counted(malloc(size), size);
}

static void *idle(void *arg)
{
	pause();
	return arg;
}

int main(void)
{
	void *block[200];
	pthread_t thread;
	void *p;

	pthread_create(&thread, NULL, idle, NULL);
	for (size_t i = 0; i < 200; i++)
		block[i] = small_ones(100);
	p = big(BIG);
	drop(p, BIG);
	for (size_t i = 0; i < 200; i++)
		drop(block[i], 100);
	for (size_t i = 0; i < 1000; i++)
		drop(small_ones(i), i);
	say(1, "peak %lu\n", truth.peak);
	truth_say("fn big peak_bytes", BIG);
	truth_say("fn big peak_count", 1);
	truth_site("big", 1, BIG, 0, 0);
	truth_say("threads", 2);
	return 0;
}
