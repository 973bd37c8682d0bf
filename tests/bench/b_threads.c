/* SPDX-License-Identifier: MIT */
/*
 * b_threads.c - the same work by 1, 2, 4 or 8 threads at once: each frees its own
 * blocks, or (cross) all those that its neighbour allocated.
 * build: -O2
 * link: -pthread
 *
 *   b_threads PAIRS THREADS CROSS
 */
#include <pthread.h>

#include "bench.h"

#define BATCH 10000
#define LIVE 64

struct worker {
	pthread_t thread;
	long pairs;
	const struct worker *neighbour;
	void *blocks[BATCH];
};

static pthread_barrier_t barrier;

static NOINLINE void own(long pairs)
{
	void *live[LIVE] = { NULL };

	for (long i = 0; i < pairs; i++) {
		free(live[i % LIVE]);
		live[i % LIVE] = bench_alive(malloc(16 + (size_t)(i % 7) * 24));
	}
	for (int i = 0; i < LIVE; i++)
		free(live[i]);
}

static NOINLINE void cross(struct worker *w)
{
	for (long done = 0; done < w->pairs; done += BATCH) {
		for (int i = 0; i < BATCH; i++)
			w->blocks[i] = bench_alive(malloc(16 + (size_t)(i % 7) * 24));
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < BATCH; i++)
			free(w->neighbour->blocks[i]);
		pthread_barrier_wait(&barrier);
	}
}

static void *own_thread(void *arg)
{
	own(((const struct worker *)arg)->pairs);
	return NULL;
}

static void *cross_thread(void *arg)
{
	cross(arg);
	return NULL;
}

int main(int argc, char **argv)
{
	long pairs = bench_arg(argc, argv, 1, 1000000), threads = bench_arg(argc, argv, 2, 2);
	long crossing = bench_arg(argc, argv, 3, 0);
	static struct worker workers[64];

	if (threads < 1 || threads > 64)
		return 2;
	if (pthread_barrier_init(&barrier, NULL, (unsigned int)threads))
		return 1;
	for (long i = 0; i < threads; i++) {
		workers[i].pairs = pairs / threads;
		workers[i].neighbour = &workers[(i + 1) % threads];
	}
	for (long i = 0; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, crossing ? cross_thread : own_thread,
				   &workers[i]))
			return 1;
	for (long i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	return 0;
}
