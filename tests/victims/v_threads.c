/* SPDX-License-Identifier: MIT */
/*
 * v_threads.c - threads with known counts: each allocates for itself, hands
 * blocks to the next one to release, and has a name, given in one of the ways
 * there are.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <sys/prctl.h>

#include "truth.h"

#define THREADS 8
#define OWN 3000
#define HANDED 1000

static void *handed[THREADS][HANDED];
static pthread_barrier_t barrier;

static size_t own_size(unsigned int me, unsigned int i)
{
	return 8 + (me * 131 + i * 17) % 500;
}

static NOINLINE void *for_itself(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *for_another(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *for_ever(size_t size)
{
	return counted(malloc(size), size);
}

static void *body(void *arg)
{
	unsigned int me = (unsigned int)(uintptr_t)arg;
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", me);
	if (me % 2)
		prctl(PR_SET_NAME, name);
	else
		pthread_setname_np(pthread_self(), name);
	for (unsigned int i = 0; i < OWN; i++)
		drop(for_itself(own_size(me, i)), own_size(me, i));
	for (unsigned int i = 0; i < HANDED; i++)
		handed[me][i] = for_another(200 + me);
	pthread_barrier_wait(&barrier);
	/* The blocks of the next thread: what it lives from is not released by it. */
	for (unsigned int i = 0; i < HANDED; i++)
		drop(handed[(me + 1) % THREADS][i], 200 + (me + 1) % THREADS);
	for_ever(1000 + me);
	return NULL;
}

int main(void)
{
	unsigned long own = 0, other = 0, ever = 0;
	pthread_t thread[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		expect(pthread_create(&thread[i], NULL, body, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (unsigned int me = 0; me < THREADS; me++) {
		for (unsigned int i = 0; i < OWN; i++)
			own += own_size(me, i);
		other += HANDED * (200UL + me);
		ever += 1000UL + me;
	}
	say(1, "done\n");
	truth_say("threads", THREADS + 1);
	truth_site("for_itself", THREADS * OWN, own, 0, 0);
	truth_site("for_another", THREADS * HANDED, other, 0, 0);
	truth_site("for_ever", THREADS, ever, THREADS, ever);
	return 0;
}
