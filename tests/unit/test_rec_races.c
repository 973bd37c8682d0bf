/* SPDX-License-Identifier: MIT */
/*
 * Threads that record at once, hand blocks to each other and end, while rows are written and
 * ranges come and go: nothing is lost or counted twice.  In a build with ThreadSanitizer this is
 * where races show.  Blocks are addresses alone.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "config.h"
#include "modules.h"
#include "moments.h"
#include "output.h"
#include "ranges.h"
#include "record_hot.h"
#include "shadow.h"
#include "sys.h"
#include "thread.h"
#include "zones.h"

#define THREADS 4
#define GENERATIONS 6 /* threads one after the other */
#define ROUNDS 4000
#define BOXES 16
#define STACKS 500
#define BLOCK 256UL
#define FIRST 0x200000000000UL

struct sums {
	uint64_t allocs, bytes, frees, freed;
};

static struct state *s;
static char trace[64];
static void *box[BOXES]; /* blocks on their way from one thread to another */
static struct sums truth[THREADS * GENERATIONS];

static void start(void)
{
	bool anonymous;
	int fd;

	strcpy(trace, "/tmp/memprof-races-XXXXXX");
	fd = mkstemp(trace);
	cr_assert_geq(fd, 0);
	close(fd);
	unlink(trace);
	setenv("MEMPROF_OUTPUT", trace, 1);
	setenv("MEMPROF_SAMPLER", "off", 1);
	config_read(true);
	modules_init("/proc/self/exe");
	shadow_init(4);
	cr_assert_eq(output_open("test"), 0);
	s = state_create(NULL, output_path(), &anonymous);
	cr_assert(s);
	s->pid = (uint32_t)sys_getpid();
	s->epoch = sys_clock_ns(CLOCK_MONOTONIC);
	s->peak_slack = PEAK_SLACK;
	cr_assert_eq(output_start(s, "/proc/self/exe", anonymous, 0), 0);
}

static size_t size_of(const void *p)
{
	return 1 + (uintptr_t)p / BLOCK * 7 % 200;
}

/* One of the stacks, all threads the same ones. */
static uint32_t stack(struct thread *t, unsigned int which)
{
	uint32_t node = NODE_ROOT;

	for (unsigned int f = 0; f < 4; f++)
		node = trie_child(s, &t->ids, node,
				  0x1000 + 64 * f + (which >> (6 - 2 * f)) * 4096);
	return node;
}

static void drop(struct thread *t, void *p, struct sums *sums)
{
	sums->frees++;
	sums->freed += size_of(p);
	cr_assert(record_free_hot(t, p), "a block that is not known");
}

/* Pages of a thread's own range. */
static void went(void *ctx, uint32_t node, size_t bytes, bool last)
{
	size_t *pages = ctx;

	(void)node;
	(void)last;
	*pages += bytes / 4096;
}

static void *work(void *arg)
{
	size_t number = (size_t)(uintptr_t)arg;
	struct sums *sums = &truth[number];
	struct thread *t = thread_attach(s);
	uintptr_t base = FIRST + number * ROUNDS * BLOCK;
	unsigned int seed = (unsigned int)number;

	cr_assert(t);
	for (size_t i = 0; i < ROUNDS; i++) {
		void *p = (void *)(base + i * BLOCK), *other;
		struct capture found = { .node = stack(t, (unsigned int)rand_r(&seed) % STACKS) };

		if (i % 20 == 0)
			zones_begin(t, i % 40 ? "one" : "the other", (uintptr_t)&t);
		record_found(t, p, size_of(p), found, FAMILY_C);
		if (i % 20 == 15)
			zones_end(t, NULL, sys_clock_ns(CLOCK_MONOTONIC));
		sums->allocs++;
		sums->bytes += size_of(p);
		other = __atomic_exchange_n(&box[rand_r(&seed) % BOXES], p, __ATOMIC_ACQ_REL);
		if (other)
			drop(t, other, sums);
		if (i % 50 == 0) {
			uintptr_t at = FIRST * 2 + number * 4096 * 64;
			size_t pages = 0;

			cr_assert(ranges_add(at, 4096 * 8, found.node));
			cr_assert(ranges_remove(at + 4096, 4096, went, &pages));
			cr_assert(ranges_remove(at, 4096 * 8, went, &pages));
			cr_assert_eq(pages, 8);
			moments_add_spike(s, output_now(s), i, SPIKE_MARK);
			arena_unmap(arena_map(4096, ARENA_OUTPUT), 4096);
		}
	}
	zones_end_all(t);
	thread_ending(t);
	return NULL;
}

static uint64_t number(const char *line, const char *key)
{
	const char *p = strstr(line, key);

	cr_assert(p, "no %s in %s", key, line);
	return strtoull(p + strlen(key), NULL, 10);
}

/* The trace's last line and how many stack lines it has. */
static size_t read_trace(char *last, size_t cap)
{
	char *line = NULL;
	size_t room = 0, stacks = 0;
	FILE *in = fopen(trace, "r");

	cr_assert(in);
	while (getline(&line, &room, in) > 0) {
		stacks += !strncmp(line, "{\"type\":\"stack\"", 15);
		snprintf(last, cap, "%s", line);
	}
	free(line);
	fclose(in);
	return stacks;
}

Test(races, threads)
{
	static char last[4096];
	struct sums all = { 0 };
	pthread_t threads[THREADS];

	start();
	/* as the hook of pthread_create does */
	s->peak_shared = peak_many_threads = 1;
	for (size_t g = 0; g < GENERATIONS; g++) {
		for (size_t i = 0; i < THREADS; i++)
			cr_assert_eq(pthread_create(&threads[i], NULL, work,
						    (void *)(uintptr_t)(g * THREADS + i)),
				     0);
		for (int i = 0; i < 20; i++) {
			output_sites(s, i % 5 == 0);
			output_sample(s, ASKER_HELPER);
		}
		for (size_t i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
	}
	output_finish(s, "exit", NULL);
	for (size_t i = 0; i < THREADS * GENERATIONS; i++) {
		all.allocs += truth[i].allocs;
		all.bytes += truth[i].bytes;
		all.frees += truth[i].frees;
		all.freed += truth[i].freed;
	}
	/* two threads that add a frame at once may both make it */
	cr_expect_geq(read_trace(last, sizeof(last)), STACKS);
	cr_expect_eq(number(last, "\"allocs\":"), all.allocs);
	cr_expect_eq(number(last, "\"bytes\":"), all.bytes);
	cr_expect_eq(number(last, "\"frees\":"), all.frees);
	cr_expect_eq(number(last, "\"freed\":"), all.freed);
	cr_expect_eq(number(last, "\"threads\":"), THREADS * GENERATIONS);
	cr_expect_eq(number(last, "\"lost\":"), 0);
	unlink(trace);
	state_remove(s);
}
