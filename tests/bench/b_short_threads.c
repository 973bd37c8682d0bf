/* SPDX-License-Identifier: MIT */
/*
 * b_short_threads.c - thousands of threads that live for twenty allocations,
 * eight at a time.
 * build: -O2
 * link: -pthread
 *
 *   b_short_threads THREADS
 */
#include <pthread.h>

#include "bench.h"

#define AT_ONCE 8
#define BLOCKS 20

static void *work(void *arg)
{
	void *blocks[BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = bench_alive(malloc(24 + (size_t)i * 16));
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[AT_ONCE];

	for (long n = bench_arg(argc, argv, 1, 4000); n > 0; n -= AT_ONCE) {
		for (int i = 0; i < AT_ONCE; i++)
			if (pthread_create(&threads[i], NULL, work, NULL))
				return 1;
		for (int i = 0; i < AT_ONCE; i++)
			pthread_join(threads[i], NULL);
	}
	return 0;
}
