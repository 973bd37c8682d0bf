/* SPDX-License-Identifier: MIT */
/*
 * v_fork_storm.c - four threads that allocate without pause while the main one
 * forks 200 times; each child allocates, and every tenth forks again.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <sys/wait.h>

#include "truth.h"

#define FORKS 200

static volatile int stop;

static NOINLINE void *in_thread(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *in_child(size_t size)
{
	return counted(malloc(size), size);
}

static void *body(void *arg)
{
	while (!stop)
		for (size_t i = 1; i < 50; i++)
			drop(in_thread(i * 8), i * 8);
	return arg;
}

int main(void)
{
	pthread_t thread[4];
	int status;

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, body, NULL);
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			for (int j = 0; j < 20; j++)
				drop(in_child(100), 100);
			if (i % 10 == 0) {
				pid = fork();
				if (pid == 0)
					_exit(0);
				waitpid(pid, &status, 0);
			}
			_exit(i % 100);
		}
		expect(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == i % 100);
	}
	stop = 1;
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	say(1, "done\n");
	truth_say("~fn in_thread allocations", truth.allocs);
	truth_say("fn in_thread live_count", 0);
	return 0;
}
