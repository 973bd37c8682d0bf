/* SPDX-License-Identifier: MIT */
/*
 * v_started.c - starts itself by every road that the C library has for that:
 * system(), popen(), and from a thread with the smallest stack there can be
 * posix_spawn and exec with environments of hundreds and thousands of variables.
 *
 * link: -pthread
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

#include "truth.h"

static char self[4096];

static NOINLINE void *by_started(size_t size)
{
	return counted(malloc(size), size);
}

/* The environment, with variables that make it `n` long. */
static char **long_environment(size_t n)
{
	char **env = malloc((n + 1) * sizeof(*env));
	size_t have = 0;

	for (; environ[have]; have++)
		env[have] = environ[have];
	expect(have < n);
	for (; have < n; have++)
		env[have] = "V=1";
	env[n] = NULL;
	return env;
}

static int wait_for(pid_t pid)
{
	int status;

	expect(waitpid(pid, &status, 0) == pid);
	return WEXITSTATUS(status);
}

static void *start(void *arg)
{
	char *argv[] = { self, "started", NULL };
	char **env = arg;
	pid_t pid;

	expect(posix_spawn(&pid, self, NULL, NULL, argv, env) == 0);
	expect(wait_for(pid) == 4);
	pid = fork();
	if (pid == 0) {
		expect(execve("/no/such/program", argv, env) == -1 && errno == ENOENT);
		execve(self, argv, env);
		_exit(98);
	}
	expect(wait_for(pid) == 4);
	pid = vfork();
	if (pid == 0) {
		execve(self, argv, env);
		_exit(98);
	}
	expect(wait_for(pid) == 4);
	return NULL;
}

int main(int argc, char **argv)
{
	static const size_t lengths[] = { 300, 383, 384, 5000 };
	pthread_attr_t attr;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char command[5000], answer[16] = "";
	FILE *out;

	(void)argv;
	expect(n > 0);
	if (argc > 1) {
		drop(by_started(10), 10);
		by_started(20);
		say(1, "started\n");
		return 4;
	}
	snprintf(command, sizeof(command), "%s started", self);
	expect(WEXITSTATUS(system(command)) == 4);
	out = popen(command, "r");
	expect(out && fgets(answer, sizeof(answer), out) && !strcmp(answer, "started\n"));
	expect(WEXITSTATUS(pclose(out)) == 4);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		pthread_t thread;
		int err = pthread_create(&thread, &attr, start, long_environment(lengths[i]));

		expect(err == 0 && pthread_join(thread, NULL) == 0);
	}
	say(1, "done\n");
	return 0;
}
