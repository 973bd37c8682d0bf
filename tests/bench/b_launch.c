/* SPDX-License-Identifier: MIT */
/*
 * b_launch.c - runs a program and notes what it used.  Linked statically, so that
 * no profiler sees it, and small, since a process inherits the high-water mark
 * of the resident set of the one that started it.
 * build: -O2
 * link: -static
 *
 *   b_launch REPORT PROGRAM ARGS...
 *
 * Writes into REPORT: user and system time and wall time in microseconds, peak
 * resident set in KiB, minor page faults; all of the program and of its children.
 * Ends as the program did, 128 + n for signal n.
 */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "bench.h"

extern char **environ;

static long long micros(const struct timeval *t)
{
	return t->tv_sec * 1000000LL + t->tv_usec;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct rusage use;
	long long start;
	int status, err;
	pid_t pid;
	FILE *out;

	if (argc < 3)
		return 2;
	start = now();
	err = posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ);
	if (err) {
		fprintf(stderr, "b_launch: cannot start '%s': %s\n", argv[2], strerror(err));
		return 127;
	}
	while (wait4(pid, &status, 0, &use) < 0)
		if (errno != EINTR)
			return 1;
	out = fopen(argv[1], "w");
	if (!out)
		return 1;
	fprintf(out, "%lld %lld %lld %ld %ld\n", micros(&use.ru_utime), micros(&use.ru_stime),
		now() - start, use.ru_maxrss, use.ru_minflt);
	if (fclose(out))
		return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
