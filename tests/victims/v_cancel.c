/* SPDX-License-Identifier: MIT */
/*
 * v_cancel.c - threads cancelled while they allocate: at cancellation points,
 * with clean-up handlers that release, and asynchronously between two
 * instructions of code that does not itself allocate.  A main thread that ends
 * by pthread_exit before the others.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <sched.h>

#include "truth.h"

#define ROUNDS 100

static volatile int started;
static pthread_t main_thread;
static unsigned long cleaned;

static NOINLINE void *before_cancel(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *in_cleanup(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *after_main(size_t size)
{
	return counted(malloc(size), size);
}

static void cleanup(void *p)
{
	drop(p, 321);
	drop(in_cleanup(123), 123);
	cleaned++;
}

static void *deferred(void *arg)
{
	void *p = before_cancel(321);

	pthread_cleanup_push(cleanup, p);
	started = 1;
	for (;;) {
		drop(before_cancel(7), 7);
		pthread_testcancel();
	}
	pthread_cleanup_pop(0);
	return arg;
}

static void *asynchronous(void *arg)
{
	void *p = before_cancel(321);
	volatile unsigned long spin = 0;

	pthread_cleanup_push(cleanup, p);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	started = 1;
	for (;;)
		spin++;
	pthread_cleanup_pop(0);
	return arg;
}

static void *last(void *arg)
{
	unsigned long allocs;

	pthread_join(main_thread, NULL);
	for (int i = 0; i < 1000; i++)
		after_main(64);
	allocs = TRUTH_ADD(allocs, 0);
	say(1, "cleaned %lu\n", cleaned);
	truth_say("~allocations_at_least", allocs);
	truth_site("in_cleanup", 2 * ROUNDS, 2 * ROUNDS * 123, 0, 0);
	truth_site("after_main", 1000, 64000, 1000, 64000);
	truth_say("fn before_cancel live_count", 0);
	return arg;
}

int main(void)
{
	pthread_t thread;
	void *result;

	for (int i = 0; i < 2 * ROUNDS; i++) {
		started = 0;
		expect(pthread_create(&thread, NULL, i % 2 ? deferred : asynchronous, NULL) == 0);
		while (!started)
			sched_yield();
		pthread_cancel(thread);
		pthread_join(thread, &result);
		expect(result == PTHREAD_CANCELED);
	}
	main_thread = pthread_self();
	expect(pthread_create(&thread, NULL, last, NULL) == 0);
	pthread_exit(NULL);
}
