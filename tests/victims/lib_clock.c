/* SPDX-License-Identifier: MIT */
/*
 * lib_clock.c - clocks that somebody sets back by an hour a tenth of a second after
 * the program's start, as libraries that pretend another time do it.
 */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *ts);

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static long start;
	struct timespec now;
	long ret, tenths;

	ret = syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	tenths = now.tv_sec * 10 + now.tv_nsec / 100000000;
	if (!start)
		start = tenths;
	ret |= syscall(SYS_clock_gettime, id, ts);
	if (tenths > start)
		ts->tv_sec -= 3600;
	return (int)ret;
}
