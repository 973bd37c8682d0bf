/* SPDX-License-Identifier: MIT */
/*
 * v_ends.c - every way to end: named by the first argument, after 1,000 blocks
 * of which 100 stay, the last of them right before the end.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <signal.h>

#include "truth.h"

static NOINLINE void *work(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *in_handler(size_t size)
{
	return counted(malloc(size), size);
}

static void *other_thread(void *arg)
{
	work(1);
	exit(arg ? 21 : 22);
}

static void *last_thread(void *arg)
{
	pthread_t *starter = arg;

	pthread_join(*starter, NULL);
	return NULL;
}

static void at_quick_exit_handler(void)
{
	in_handler(5);
}

static void end_by(const char *how)
{
	volatile int *nowhere = (volatile int *)8;
	static pthread_t self, thread;

	if (!strcmp(how, "exit"))
		exit(11);
	if (!strcmp(how, "_exit"))
		_exit(12);
	if (!strcmp(how, "_Exit"))
		_Exit(13);
	if (!strcmp(how, "quick_exit"))
		quick_exit(14);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "segv"))
		*nowhere = 1;
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(how, "term"))
		kill(getpid(), SIGTERM);
	if (!strcmp(how, "thread_exit")) {
		work(1);
		pthread_create(&thread, NULL, other_thread, &self);
		pthread_join(thread, NULL);
	}
	if (!strcmp(how, "main_pthread_exit")) {
		self = pthread_self();
		pthread_create(&thread, NULL, last_thread, &self);
		pthread_exit(NULL);
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "return";
	unsigned long bytes = 0, more;

	at_quick_exit(at_quick_exit_handler);
	for (size_t i = 0; i < 1000; i++) {
		void *p = work(i);

		bytes += i;
		if (i % 10)
			drop(p, i);
	}
	say(1, "ending by %s\n", how);
	/* Two more there, of one byte each. */
	more = 2 * !strcmp(how, "thread_exit");
	truth_site("work", 1000 + more, bytes + more, 100 + more, 49500 + more);
	if (!strcmp(how, "quick_exit"))
		truth_site("in_handler", 1, 5, 1, 5);
	end_by(how);
	return 10;
}
