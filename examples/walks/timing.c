/* SPDX-License-Identifier: MIT */
/*
 * timing.c - where does the time go?
 *
 *     cc -g timing.c -o timing
 *     memprof run ./timing             the program knows nothing of it but its marks and regions
 *     memprof regions memprof.timing.*.jsonl      calls, times, memory of each region
 *     memprof time memprof.timing.*.jsonl         the run over time
 *     memprof case ./timing stopwatch             the same parts as cases, one by one
 */
#include <memprof/memprof.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void rest(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

static char *load(size_t size)
{
	char *text = malloc(size);

	memset(text, 'x', size);
	rest(20);
	return text;
}

static size_t parse(const char *text, size_t size)
{
	size_t words = 0;

	for (size_t i = 0; i < size; i += 100)
		words += text[i] == 'x';
	rest(10);
	return words;
}

static size_t work(void)
{
	const size_t size = 1 << 20;
	size_t words = 0;

	for (int file = 0; file < 3; file++) {
		char *text = NULL;

		MEMPROF_REGION("load")
		text = load(size);
		MEMPROF_REGION("parse")
		words += parse(text, size);
		free(text);
	}
	return words;
}

/* A case is a function of its own; here it is what the program does. */
MEMPROF_CASE(timing, work)
{
	work();
	memprof_mark("once");
	work();
}

int main(void)
{
	memprof_mark("start");
	MEMPROF_REGION("work")
	work();
	memprof_mark("end");
	return 0;
}
