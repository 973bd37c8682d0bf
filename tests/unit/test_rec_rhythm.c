/* SPDX-License-Identifier: MIT */
/*
 * How large a trace becomes in an hour and in a day, by a clock that is turned on
 * by hand: a program that allocates steadily from a thousand sites, recorded by
 * the recorder's own sampler and drain.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "modules.h"
#include "output.h"
#include "sampler.h"
#include "shadow.h"
#include "sys.h"
#include "thread.h"

#define SITES 1000
#define DEPTH 20 /* frames of a stack, the innermost five its own */
#define SECOND UINT64_C(1000000000)
#define MB 1000000

static uint64_t turned; /* what the clock shows, 0: the true time */

static uint64_t costs; /* what a pass takes of the processor, as it shall seem; 0: nothing */

static unsigned long long samples; /* in the last trace */

static uint64_t ticks; /* what the clock goes on by at each look, without a hand */

/* The recorder's objects take this one, and leave their own in the archive. */
uint64_t sys_clock_ns(int clock)
{
	static uint64_t spent;
	struct timespec t;

	if (turned && clock == CLOCK_THREAD_CPUTIME_ID)
		return spent += costs;
	if (turned && clock == CLOCK_MONOTONIC)
		return turned += ticks;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static char trace[64];
static struct thread *t;
static struct cell *cells[SITES];

static void start(void)
{
	struct state *s;
	bool anonymous;
	int fd;

	strcpy(trace, "/tmp/memprof-rhythm-XXXXXX");
	fd = mkstemp(trace);
	cr_assert_geq(fd, 0);
	close(fd);
	unlink(trace);
	setenv("MEMPROF_OUTPUT", trace, 1);
	setenv("MEMPROF_SAMPLER", "hooks", 1);
	config_read(true);
	modules_init("/proc/self/exe");
	shadow_init(5);
	turned = 1000 * SECOND;
	cr_assert_eq(output_open("test"), 0);
	s = state_create(NULL, output_path(), &anonymous);
	cr_assert(s);
	s->pid = (uint32_t)sys_getpid();
	s->epoch = turned;
	cr_assert_eq(output_start(s, "/proc/self/exe", anonymous, 0), 0);
	t = thread_attach(s);
	cr_assert(t);
	for (uint64_t i = 0; i < SITES; i++) {
		uint32_t node = NODE_ROOT;

		for (uint64_t f = 0; f < DEPTH; f++)
			node = trie_child(s, &t->ids, node,
					  0x400000 + f * 64 + (f < DEPTH - 5 ? 0 : i * 4096));
		cells[i] = counters_cell(t, MP_HEAP, node);
	}
	sampler_start(s);
}

/* Each site allocates between a hundred and a thousand times a second, and keeps
 * a few blocks. */
static void work(uint64_t elapsed)
{
	for (int64_t i = 0; i < SITES; i++) {
		int64_t n = (int64_t)(elapsed / 1000000) * (100 + i % 10 * 100) / 1000;
		v2 old = cells[i]->alloc - cells[i]->free;
		int64_t live = n < 10 ? n : 5 + (n + i) % 5;

		cells[i]->alloc = (v2){ n, n * (16 + i % 40 * 8) };
		cells[i]->free = (v2){ n - live, (n - live) * (16 + i % 40 * 8) };
		cells[i]->temp = (v2){ n / 2 < n - live ? n / 2 : 0, 0 };
		t->record->heap_alloc[0] = t->record->heap_alloc[0] + n - old[0];
	}
}

struct seen {
	double rows, last_t, widest; /* lines of rows; the widest gap between two, as a share */
	unsigned long long stacks, allocs, samples;
	bool footer;
};

static struct seen read_trace(void)
{
	static char line[1 << 20];
	struct seen seen = { 0 };
	FILE *in = fopen(trace, "r");

	cr_assert(in);
	while (fgets(line, sizeof(line), in)) {
		unsigned long long at = 0;
		const char *field = strstr(line, "\"t\":");

		if (field)
			at = strtoull(field + 4, NULL, 10);
		seen.stacks += !strncmp(line, "{\"type\":\"stack\"", 15);
		seen.samples += !strncmp(line, "{\"type\":\"sample\"", 16);
		if (!strncmp(line, "{\"type\":\"delta\"", 15) && (double)at > seen.last_t) {
			double gap = (double)at - seen.last_t;

			if (gap > 120e6 && gap / (double)at > seen.widest && seen.rows > 0)
				seen.widest = gap / (double)at;
			seen.last_t = (double)at;
			seen.rows++;
		}
		if (!strncmp(line, "{\"type\":\"footer\"", 16)) {
			seen.footer = true;
			seen.allocs = strtoull(strstr(line, "\"allocs\":") + 9, NULL, 10);
		}
	}
	fclose(in);
	return seen;
}

/* A trace of so many seconds, which has rows so often and with no wider gap, as a share
 * of the time; its size in bytes. */
static uint64_t record(uint64_t seconds, double widest, double fewest, double most)
{
	uint64_t elapsed = 0, step, allocs = 0;
	struct seen seen;
	struct stat st;

	start();
	while (elapsed < seconds * SECOND) {
		/* as often as hooks would look, as far as that matters */
		step = elapsed / 4000;
		elapsed += step > 5000000 ? step : 5000000;
		turned = t->state->epoch + elapsed;
		work(elapsed);
		sampler_tick(t, __builtin_frame_address(0));
	}
	output_finish(t->state, "exit", NULL);
	turned = 0;
	cr_assert_eq(stat(trace, &st), 0);
	seen = read_trace();
	for (int i = 0; i < SITES; i++)
		allocs += (uint64_t)cells[i]->alloc[0];
	cr_expect(seen.footer);
	cr_expect_eq(seen.allocs, allocs, "%llu allocations of %llu", seen.allocs,
		     (unsigned long long)allocs);
	cr_expect_eq(seen.stacks, DEPTH - 5 + SITES * 5);
	/* dense enough to see what happened, and when */
	cr_expect_lt(seen.widest, widest, "a gap of %.1f %% of the time", 100 * seen.widest);
	cr_expect(seen.rows >= fewest && seen.rows <= most, "%.0f times rows", seen.rows);
	samples = seen.samples;
	printf("%llu s: %.1f MB, %.0f times rows, %llu samples\n", (unsigned long long)seconds,
	       (double)st.st_size / MB, seen.rows, seen.samples);
	unlink(trace);
	state_remove(t->state);
	return (uint64_t)st.st_size;
}

Test(rhythm, an_hour)
{
	cr_expect_lt(record(3600, 0.025, 200, 1000), 20 * MB);
	cr_expect_gt(samples, 1000);
}

Test(rhythm, a_day)
{
	cr_expect_lt(record(86400, 0.025, 200, 1000), 100 * MB);
	cr_expect_gt(samples, 1000);
}

/* Rows that take 20 ms of the processor come once a second, samples that do four times as
 * far apart as they were asked for. */
Test(rhythm, costly_rows)
{
	costs = 20000000;
	cr_expect_lt(record(30, 1, 28, 34), 20 * MB);
	cr_expect(samples >= 725 && samples <= 755, "%llu samples", samples);
}

/* Samples of 100 us come every 30 ms, cheap ones every 10. */
Test(rhythm, samples_as_they_cost)
{
	costs = 100000;
	record(6, 1, 0, 1000);
	cr_expect(samples >= 195 && samples <= 205, "%llu samples", samples);
}

Test(rhythm, cheap_samples)
{
	costs = 1000;
	record(6, 1, 0, 1000);
	cr_expect(samples >= 590 && samples <= 605, "%llu samples", samples);
}

/* The time of the trace's line of that type. */
static unsigned long long time_of(const char *type)
{
	static char line[1 << 20];
	unsigned long long at = 0;
	char start[64];
	FILE *in = fopen(trace, "r");

	cr_assert(in);
	snprintf(start, sizeof(start), "{\"type\":\"%s\"", type);
	while (fgets(line, sizeof(line), in))
		if (!strncmp(line, start, strlen(start)))
			at = strtoull(strstr(line, "\"t\":") + 4, NULL, 10);
	fclose(in);
	return at;
}

/* No line is later than the footer, not even that of a thread which begins when the last
 * pass has begun. */
Test(rhythm, a_thread_begins_at_the_end)
{
	start();
	work(SECOND);
	ticks = 1000;
	t->record->started = turned - t->state->epoch + 2 * ticks;
	output_finish(t->state, "exit", NULL);
	turned = 0;
	cr_expect_gt(time_of("thread"), 0);
	cr_expect_geq(time_of("footer"), time_of("thread"));
	unlink(trace);
	state_remove(t->state);
}
