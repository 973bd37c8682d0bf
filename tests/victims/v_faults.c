/* SPDX-License-Identifier: MIT */
/*
 * v_faults.c - a little of everything that makes a recorder ask the system for
 * something: thousands of stacks, a second thread, large and unaligned blocks,
 * mappings, a fork child, and a life long enough for a few drains.
 *
 * link: -pthread
 */
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "truth.h"

#define DEPTH 600

static NOINLINE void *by_main(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *by_thread(size_t size)
{
	return counted(malloc(size), size);
}

static void *kept[DEPTH];

/* A stack a level, and a block that stays with every fourth. */
static NOINLINE void dig(int depth)
{
	void *p = by_main(10 + (size_t)depth);

	if (depth % 4)
		drop(p, 10 + (size_t)depth);
	else
		kept[depth] = p;
	if (depth)
		dig(depth - 1);
	keep(kept);
}

static void *body(void *arg)
{
	for (int i = 0; i < 200; i++)
		drop(by_thread(100), 100);
	return arg;
}

int main(void)
{
	char *map;
	pthread_t thread;
	int status;
	pid_t pid;

	dig(DEPTH - 1);
	expect(pthread_create(&thread, NULL, body, NULL) == 0);
	expect(pthread_join(thread, NULL) == 0);
	for (int i = 1; i < 100; i++) {
		map = mmap(NULL, 4096 * (size_t)i, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		expect(map != MAP_FAILED && munmap(map, 4096 * (size_t)i) == 0);
		drop(counted(memalign(4096, 5000), 5000), 5000);
	}
	usleep(15000);
	drop(by_main(300 << 20), 300 << 20);
	pid = fork();
	if (pid == 0) {
		free(keep(kept[0]));
		keep(by_main(7));
		_exit(5);
	}
	expect(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
	say(1, "done\n");
	return 7;
}
