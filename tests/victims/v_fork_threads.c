/* SPDX-License-Identifier: MIT */
/*
 * v_fork_threads.c - four threads that fork at the same time, 100 times each,
 * from a process with so many sites that noting what a child inherits takes a
 * while.  Each child releases a block it inherited.  One child is made by _Fork,
 * one by the system call, past every hook.
 *
 * link: -pthread
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "truth.h"

#define FORKS 100
#define DEPTH 300

static void *kept[DEPTH];

static NOINLINE void *before(size_t size)
{
	return counted(malloc(size), size);
}

/* A site a level. */
static NOINLINE void dig(int depth)
{
	kept[depth] = before(10);
	if (depth)
		dig(depth - 1);
	keep(kept[depth]);
}

static void child_of(pid_t (*make)(void))
{
	pid_t pid = make();
	int status;

	if (pid == 0) {
		free(keep(kept[7]));
		_exit(9);
	}
	expect(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 9);
}

static pid_t raw_fork(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void *body(void *arg)
{
	for (int i = 0; i < FORKS; i++)
		child_of(fork);
	return arg;
}

int main(void)
{
	pthread_t thread[4];

	dig(DEPTH - 1);
	child_of(_Fork);
	child_of(raw_fork);
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, body, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	say(1, "done\n");
	truth_say("fn before allocations", DEPTH);
	truth_say("fn before live_bytes", DEPTH * 10);
	return 0;
}
