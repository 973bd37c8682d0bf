/* SPDX-License-Identifier: MIT */
/*
 * v_short_threads.c - 2,000 threads that live for a few allocations, on stacks
 * of 16 KiB; some end by pthread_exit, some are never joined.
 *
 * link: -pthread
 */
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>

#include "truth.h"

#define THREADS 2000
#define BATCH 20

static sem_t ended;

static NOINLINE void *in_thread(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *left_behind(size_t size)
{
	return counted(malloc(size), size);
}

static void *body(void *arg)
{
	size_t n = (size_t)(uintptr_t)arg;

	for (size_t i = 0; i < 5; i++)
		drop(in_thread(n % 100 + i), n % 100 + i);
	left_behind(n % 10);
	sem_post(&ended);
	if (n % 3 == 0)
		pthread_exit(NULL);
	return NULL;
}

int main(void)
{
	unsigned long bytes = 0, left = 0;
	pthread_attr_t joined, detached;

	sem_init(&ended, 0, 0);
	pthread_attr_init(&joined);
	expect(pthread_attr_setstacksize(&joined, PTHREAD_STACK_MIN) == 0);
	pthread_attr_init(&detached);
	pthread_attr_setstacksize(&detached, PTHREAD_STACK_MIN);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (uintptr_t n = 0; n < THREADS; n += BATCH) {
		pthread_t thread[BATCH];

		for (uintptr_t i = 0; i < BATCH; i++)
			expect(pthread_create(&thread[i], i % 4 ? &joined : &detached, body,
					      (void *)(n + i)) == 0);
		for (uintptr_t i = 0; i < BATCH; i++)
			if (i % 4)
				pthread_join(thread[i], NULL);
		for (uintptr_t i = 0; i < BATCH; i++)
			sem_wait(&ended);
	}
	for (size_t n = 0; n < THREADS; n++) {
		bytes += 5 * (n % 100) + 10;
		left += n % 10;
	}
	/* The last detached ones may still be about to end. */
	usleep(20000);
	say(1, "done\n");
	truth_say("threads", THREADS + 1);
	truth_site("in_thread", THREADS * 5, bytes, 0, 0);
	truth_site("left_behind", THREADS, left, THREADS, left);
	return 0;
}
