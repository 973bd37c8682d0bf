/* SPDX-License-Identifier: MIT */
/*
 * v_shape.c - a resident set of a known shape: plateaus, ramps, a spike of 128 MiB that lasts
 * 20 ms, memory mapped, given back by madvise and unmapped.  Prints its own readings of
 * /proc/self/statm with the monotonic clock, one a line as soon as something has changed:
 *
 *   NAME ns bytes
 */
#include <fcntl.h>
#include <memprof/memprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "truth.h"

#define MIB ((size_t)1 << 20)

static unsigned long clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000000000UL + (unsigned long)ts.tv_nsec;
}

static void report(const char *name)
{
	char line[128] = "";
	int fd = open("/proc/self/statm", O_RDONLY);
	unsigned long pages = 0;

	if (fd >= 0 && read(fd, line, sizeof(line) - 1) > 0)
		sscanf(line, "%*u %lu", &pages);
	close(fd);
	printf("%s %lu %lu\n", name, clock_now(), pages * 4096);
}

static void rest(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

/* The size of a plateau is what is read at its end. */
static void plateau(const char *name)
{
	report(name);
	rest(120);
	report(name);
}

int main(void)
{
	char *ramp, *held, *spike, *map;

	setvbuf(stdout, NULL, _IONBF, 0);
	memprof_mark("epoch");
	report("epoch");
	/* Samples begin at an event of a process that has lived a while. */
	rest(60);
	free(keep(malloc(100)));
	plateau("start");
	held = keep(malloc(40 * MIB));
	memset(held, 1, 40 * MIB);
	plateau("malloc");
	ramp = keep(malloc(32 * MIB));
	for (size_t i = 0; i < 32; i++) {
		memset(ramp + i * MIB, 1, MIB);
		rest(2);
	}
	plateau("ramp");
	/* Between two samples, if it were 10 ms: it is the height that counts. */
	spike = keep(malloc(128 * MIB));
	memset(spike, 1, 128 * MIB);
	rest(20);
	report("spike");
	free(spike);
	plateau("after-spike");
	map = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(map, 1, 64 * MIB);
	plateau("mmap");
	madvise(map, 48 * MIB, MADV_DONTNEED);
	plateau("madvise");
	/* One that nobody could see but the kernel, and those who look before it goes. */
	memset(map, 1, 64 * MIB);
	held[0] = 2;
	report("short");
	munmap(map, 64 * MIB);
	plateau("munmap");
	free(ramp);
	free(held);
	plateau("end");
	return 0;
}
