/* SPDX-License-Identifier: MIT */
/*
 * lib_early.c - a library whose constructor runs before the recorder's, when it
 * is preloaded behind it, and calls functions that the recorder interposes before
 * anything has been allocated.  EARLY says which.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *body(void *arg)
{
	return arg;
}

static int ended(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									       : -1;
}

static int call(const char *name)
{
	char *argv[] = { (char *)"true", NULL }, comm[16];
	pthread_t thread;
	pid_t pid;
	void *p;

	if (!strcmp(name, "prctl"))
		return prctl(PR_GET_NAME, comm);
	if (!strcmp(name, "syscall"))
		return syscall(SYS_getpid) == getpid() && syscall(SYS_close, -1) == -1 ? 0 : 1;
	if (!strcmp(name, "pthread_create"))
		return pthread_create(&thread, NULL, body, NULL) || pthread_join(thread, NULL);
	if (!strcmp(name, "pthread_setname_np"))
		return pthread_setname_np(pthread_self(), "early");
	if (!strcmp(name, "fork")) {
		pid = fork();
		if (!pid)
			_exit(0);
		return ended(pid);
	}
	if (!strcmp(name, "posix_spawn"))
		return posix_spawnp(&pid, "true", NULL, NULL, argv, environ) || ended(pid);
	if (!strcmp(name, "execv"))
		return execv("/nonexistent", argv) == -1 ? 0 : 1;
	if (!strcmp(name, "unshare"))
		return unshare(0);
	if (!strcmp(name, "mmap")) {
		p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return p == MAP_FAILED || munmap(p, 4096);
	}
	if (!strcmp(name, "realloc")) {
		p = realloc(NULL, 10);
		free(p);
		return !p;
	}
	if (!strcmp(name, "quick_exit"))
		quick_exit(3);
	return 99;
}

__attribute__((constructor)) static void early(void)
{
	const char *name = getenv("EARLY");
	int ret = 0;

	/* Once: not in programs that are started here. */
	unsetenv("EARLY");
	if (name)
		ret = call(name);
	if (ret)
		_exit(ret & 127);
}
