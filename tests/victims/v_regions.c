/* SPDX-License-Identifier: MIT */
/*
 * v_regions.c - regions and marks in eight threads at once, each with the victim's own counts
 * and clock readings; then what ends regions in other ways.  Prints lines
 *
 *   region THREAD PATH calls allocs bytes frees freed peak inside outside
 *   marks inside outside
 *
 * where `inside` is time read within the regions and `outside` around them, so that what was
 * recorded lies between.
 * link: -pthread
 */
#include <memprof/memprof.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "truth.h"

enum { THREADS = 8, ROUNDS = 2000 };

struct count {
	unsigned long calls, allocs, bytes, frees, freed;
	long peak;
	unsigned long inside, outside;
};

struct worker {
	pthread_t thread;
	char name[16];
	struct count outer, inner;
};

static pthread_barrier_t barrier;

static unsigned long clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000000000UL + (unsigned long)ts.tv_nsec;
}

static void count(struct count *c, unsigned long n, unsigned long bytes, long peak)
{
	c->calls++;
	c->allocs += n;
	c->bytes += bytes;
	c->frees += n;
	c->freed += bytes;
	if (peak > c->peak)
		c->peak = peak;
}

static void inner(struct worker *w, int i)
{
	size_t a = 5000 + (size_t)(i % 11), b = 1000 * (size_t)(i % 3) + 1;
	unsigned long before = clock_now(), start = 0, end = 0;

	MEMPROF_REGION("inner")
	{
		void *p, *q;

		start = clock_now();
		p = keep(malloc(a));
		q = keep(malloc(b));
		free(p);
		p = keep(malloc(10));
		free(p);
		free(q);
		end = clock_now();
	}
	w->inner.inside += end - start;
	w->inner.outside += clock_now() - before;
	count(&w->inner, 3, a + b + 10, (long)(a + b));
}

static void outer(struct worker *w, int i)
{
	size_t a = 100 + (size_t)(i % 7), m = 5000 + (size_t)(i % 11) + 1000 * (size_t)(i % 3) + 1;
	unsigned long before = clock_now(), start = 0, end = 0;

	MEMPROF_REGION("outer")
	{
		void *p;

		start = clock_now();
		p = keep(malloc(a));
		inner(w, i);
		free(p);
		end = clock_now();
	}
	w->outer.inside += end - start;
	w->outer.outside += clock_now() - before;
	count(&w->outer, 4, a + m + 10, (long)(a + m));
}

static void *work(void *arg)
{
	struct worker *w = arg;
	void *held;

	memprof_thread_name(w->name);
	held = keep(malloc(12345));
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++)
		outer(w, i);
	free(held);
	return NULL;
}

static void print(const struct worker *w, const char *path, const struct count *c)
{
	printf("region %s %s %lu %lu %lu %lu %lu %ld %lu %lu\n", w->name, path, c->calls, c->allocs,
	       c->bytes, c->frees, c->freed, c->peak, c->inside, c->outside);
}

static jmp_buf back;

static NOINLINE void leave_by_jump(int depth)
{
	MEMPROF_REGION("jumped")
	{
		memprof_begin("jumped-too");
		if (depth)
			leave_by_jump(depth - 1);
		longjmp(back, 1);
	}
}

/* Where fortified programs jump by, and the C library's own. */
void __longjmp_chk(jmp_buf env, int value) __attribute__((noreturn));

static NOINLINE void jump_by(int way)
{
	memprof_begin("by");
	if (way == 0)
		_longjmp(back, 1);
	if (way == 1)
		__longjmp_chk(back, 1);
	siglongjmp(back, 1);
}

static NOINLINE void begin_elsewhere(void)
{
	memprof_begin("helper");
}

static void odd_ends(void)
{
	memprof_begin("base");
	if (!setjmp(back))
		leave_by_jump(3);
	for (volatile int way = 0; way < 3; way++)
		if (!setjmp(back))
			jump_by(way);
	MEMPROF_REGION("after-jump")
	{
	}
	/* Begun in a function that has returned: still open. */
	begin_elsewhere();
	MEMPROF_REGION("in-helper")
	{
	}
	memprof_end("helper");
	memprof_end("never-begun");
	/* An end without its inner ones. */
	memprof_begin("left-1");
	memprof_begin("left-2");
	memprof_end("base");
	MEMPROF_REGION("top")
	{
	}
	for (int i = 0; i < 3; i++)
		MEMPROF_REGION("early")
		{
			if (i)
				break;
		}
}

static void marks(void)
{
	unsigned long a = clock_now(), b, c, d;

	memprof_mark("first");
	b = clock_now();
	while (clock_now() - b < 3000000)
		;
	c = clock_now();
	memprof_mark("a mark with a name that is longer than what fits in one entry of the ring");
	d = clock_now();
	printf("marks %lu %lu\n", c - b, d - a);
}

int main(void)
{
	static struct worker workers[THREADS];

	setvbuf(stdout, NULL, _IONBF, 0);
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		snprintf(workers[i].name, sizeof(workers[i].name), "worker-%d", i);
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < THREADS; i++) {
		print(&workers[i], "outer", &workers[i].outer);
		print(&workers[i], "outer/inner", &workers[i].inner);
	}
	odd_ends();
	marks();
	memprof_counter("queue", 1.5);
	memprof_counter("queue", -3);
	return 0;
}
