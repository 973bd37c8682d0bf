/* SPDX-License-Identifier: MIT */
/*
 * v_many_regions.c N [kill] - N times the same region; with `kill` it is killed then.
 */
#include <memprof/memprof.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1000;

	for (long i = 0; i < n; i++)
		MEMPROF_REGION("one")
		{
			__asm__ volatile("");
		}
	if (argc > 2)
		kill(getpid(), SIGKILL);
	return 0;
}
