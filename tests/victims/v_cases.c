/* SPDX-License-Identifier: MIT */
/*
 * v_cases.c - a suite of good, skipped, accepted-only, crashing, hanging, exiting and leaking
 * cases, whose setup and teardown leave lines in the file that CASES_LOG names; and one more.  Its
 * main() must not run.
 */
#include <fcntl.h>
#include <memprof/memprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "truth.h"

static void *open_block;

static void note(const char *line)
{
	const char *path = getenv("CASES_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		return;
	close(fd);
}

static void setup(void)
{
	note("setup\n");
	open_block = keep(malloc(1000));
}

static void teardown(void)
{
	free(open_block);
	note("teardown\n");
}

static void rest(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

MEMPROF_SUITE(odd, .setup = setup, .teardown = teardown)

MEMPROF_CASE(odd, good)
{
	void *p = keep(malloc(50000));

	note("good\n");
	rest(20);
	memprof_mark("half");
	free(p);
	rest(20);
}

MEMPROF_CASE(odd, skipped, .skip = "not today")
{
	note("skipped\n");
}

MEMPROF_CASE(odd, not_timed, .skip_profiler = "stopwatch, memory-time")
{
	note("not_timed\n");
}

MEMPROF_CASE(odd, timed_only, .accept_profiler = "stopwatch")
{
	note("timed_only\n");
}

MEMPROF_CASE(odd, crashing)
{
	note("crashing\n");
	abort();
}

MEMPROF_CASE(odd, hanging)
{
	note("hanging\n");
	for (;;)
		pause();
}

MEMPROF_CASE(odd, exiting)
{
	note("exiting\n");
	exit(3);
}

static NOINLINE void leak(void)
{
	keep(malloc(4000));
}

MEMPROF_CASE(odd, leaking)
{
	note("leaking\n");
	for (int i = 0; i < 10; i++)
		leak();
	memprof_limit_leaks("1 KiB");
}

MEMPROF_CASE(plain, alone)
{
	printf("said by the case\n");
	free(keep(malloc(1)));
}

int main(void)
{
	note("main\n");
	return 9;
}
