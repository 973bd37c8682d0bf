/* SPDX-License-Identifier: MIT */
/*
 * v_turns.c - four threads that allocate one after the other, never two at once:
 * the peak of the process is known to the byte although no thread alone makes it.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <semaphore.h>

#include "truth.h"

#define THREADS 4
#define ROUNDS 200

static sem_t turn[THREADS], summit[THREADS];
static void *block[THREADS][ROUNDS];

static size_t size_of(unsigned int me, unsigned int round)
{
	return 10 + (me * 257 + round * 31) % 700;
}

static NOINLINE void *climbing(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *on_summit(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *descending(size_t size)
{
	return counted(malloc(size), size);
}

static void *body(void *arg)
{
	unsigned int me = (unsigned int)(uintptr_t)arg;

	/* Up in turns, one block each. */
	for (unsigned int i = 0; i < ROUNDS; i++) {
		sem_wait(&turn[me]);
		block[me][i] = climbing(size_of(me, i));
		sem_post(&turn[(me + 1) % THREADS]);
	}
	/* The last one crosses the summit alone, the others wait. */
	sem_wait(&summit[me]);
	if (me == THREADS - 1) {
		drop(on_summit(5001), 5001);
		drop(on_summit(5000), 5000);
	}
	/* Down in turns, with a small step up now and then. */
	for (unsigned int i = ROUNDS; i-- > 0;) {
		if (i % 50 == 49)
			drop(descending(5), 5);
		drop(block[me][i], size_of(me, i));
	}
	sem_post(&summit[(me + THREADS - 1) % THREADS]);
	return NULL;
}

int main(void)
{
	unsigned long climbed = 0;
	pthread_t thread[THREADS];

	for (unsigned int i = 0; i < THREADS; i++) {
		sem_init(&turn[i], 0, i == 0);
		sem_init(&summit[i], 0, 0);
		for (unsigned int j = 0; j < ROUNDS; j++)
			climbed += size_of(i, j);
	}
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, body, (void *)i);
	while (__atomic_load_n(&truth.allocs, __ATOMIC_ACQUIRE) < THREADS * ROUNDS)
		usleep(100);
	sem_post(&summit[THREADS - 1]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	expect(truth.peak == climbed + 5001);
	say(1, "peak %lu\n", truth.peak);
	truth_site("climbing", THREADS * ROUNDS, climbed, 0, 0);
	truth_site("on_summit", 2, 10001, 0, 0);
	truth_say("fn climbing peak_count", THREADS * ROUNDS);
	truth_say("fn climbing peak_bytes", climbed);
	truth_say("fn on_summit peak_bytes", 5001);
	truth_say("fn descending peak_bytes", 0);
	return 0;
}
