/* SPDX-License-Identifier: MIT */
/*
 * b_start.c - `true` again and again: what a profiler adds to the start and the
 * end of a process.  Linked statically, so that only the processes it starts are
 * recorded.
 * build: -O2
 * link: -static
 *
 *   b_start TIMES
 */
#include <spawn.h>
#include <sys/wait.h>

#include "bench.h"

extern char **environ;

int main(int argc, char **argv)
{
	char name[] = "true";
	char *args[] = { name, NULL };

	for (long n = bench_arg(argc, argv, 1, 100); n > 0; n--) {
		int status;
		pid_t pid;

		if (posix_spawnp(&pid, name, NULL, NULL, args, environ) ||
		    waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	return 0;
}
