/* SPDX-License-Identifier: MIT */
/*
 * v_follow.c - one process of each kind, one after the other: forked, and this program
 * again by fork and exec, vfork and exec, posix_spawn, system, popen, clone; with its own
 * environment, with none of it, and from another folder.  Images say what LD_PRELOAD they got.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "truth.h"

extern char **environ;

static char self[4096];
static char *const again[] = { self, (char *)"image", NULL };
static char *const nothing[] = { NULL };

static NOINLINE void *by_parent(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *by_child(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *by_image(size_t size)
{
	return counted(malloc(size), size);
}

static void wait_for(pid_t pid)
{
	int status;

	expect(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		expect(errno == EINTR);
	expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void forked(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		by_child(50);
		_exit(0);
	}
	wait_for(pid);
}

static void forked_image(char *const env[])
{
	pid_t pid = fork();

	if (pid == 0) {
		execve(self, again, env);
		_exit(1);
	}
	wait_for(pid);
}

static void vforked_image(char *const env[])
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, again, env);
		_exit(1);
	}
	wait_for(pid);
}

static void spawned_image(char *const env[])
{
	pid_t pid;

	expect(posix_spawn(&pid, self, NULL, NULL, again, env) == 0);
	wait_for(pid);
}

static int become_image(void *env)
{
	execve(self, again, env);
	return 1;
}

static void cloned_image(char *const env[])
{
	static char stack[65536] __attribute__((aligned(16)));

	wait_for(clone(become_image, stack + sizeof(stack), SIGCHLD, (void *)env));
}

/* At its own path without a descriptor: execveat() with the path alone. */
static void image_by_execveat(char *const env[])
{
	pid_t pid = fork();

	if (pid == 0) {
		execveat(AT_FDCWD, self, again, env, 0);
		_exit(1);
	}
	wait_for(pid);
}

static void of_shells(void)
{
	char command[4200], line[4096];
	FILE *pipe;

	snprintf(command, sizeof(command), "%s image", self);
	expect(system(command) == 0);
	pipe = popen(command, "r");
	expect(pipe != NULL);
	while (fgets(line, sizeof(line), pipe))
		say(1, "%s", line);
	expect(pclose(pipe) == 0);
}

static void image(void)
{
	const char *preload = getenv("LD_PRELOAD");

	by_image(70);
	say(1, "image with %s\n", preload ? preload : "nothing");
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	expect(n > 0);
	if (argc > 1 && !strcmp(argv[1], "image")) {
		image();
		return 0;
	}
	by_parent(30);
	forked();
	forked_image(environ);
	vforked_image(environ);
	spawned_image(environ);
	cloned_image(environ);
	image_by_execveat(environ);
	of_shells();
	forked_image(nothing);
	vforked_image(nothing);
	spawned_image(nothing);
	/* What lies beside the program is elsewhere from here. */
	expect(chdir("/") == 0);
	forked();
	forked_image(environ);
	clearenv();
	of_shells();
	forked_image(environ);
	say(1, "parent done\n");
	return 0;
}
