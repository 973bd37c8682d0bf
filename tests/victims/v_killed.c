/* SPDX-License-Identifier: MIT */
/*
 * v_killed.c - threads that allocate until they are killed, and say all the time
 * what they have asked for and what they have got.
 *
 *   v_killed THREADS FILE [PAIRS|grow]
 *
 * FILE is mapped shared, so that its numbers are right whenever the process dies:
 * per thread what was started and what had returned, so what is recorded lies in
 * between.  With PAIRS the process kills itself once every thread has done so many; with `grow`
 * nothing is released, until there is no memory left for it.
 * The stacks are many and branch at every level: new nodes, cells and rows all
 * the time.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "truth.h"

#define MOST_THREADS 64
#define KEPT 64
#define DEPTH 12

/* One cache line each; the threads' own. */
struct count {
	uint64_t allocs, bytes, frees, freed;
};

struct page {
	uint64_t ready;
	struct {
		struct count started, returned;
	} threads[MOST_THREADS] __attribute__((aligned(64)));
};

struct worker {
	struct page *page;
	unsigned int index;
	unsigned long pairs;
	bool grow;
	uint64_t random;
	void *kept[KEPT];
	size_t sizes[KEPT];
};

static pthread_barrier_t all_here;

/* Seen in this order by whoever reads the file after the kill. */
INLINE void add(uint64_t *events, uint64_t *bytes, size_t size)
{
	__atomic_store_n(bytes, *bytes + size, __ATOMIC_RELEASE);
	__atomic_store_n(events, *events + 1, __ATOMIC_RELEASE);
}

static uint64_t next(struct worker *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

static NOINLINE void *leaf(struct worker *w, size_t size)
{
	struct count *started = &w->page->threads[w->index].started;
	struct count *returned = &w->page->threads[w->index].returned;
	void *p;

	add(&started->allocs, &started->bytes, size);
	p = keep(malloc(size));
	if (!p)
		abort();
	add(&returned->allocs, &returned->bytes, size);
	return p;
}

/* A stack for every choice of left and right. */
static NOINLINE void *branch(struct worker *w, uint64_t way, int depth, size_t size)
{
	if (depth == 0)
		return leaf(w, size);
	if (way & 1)
		return keep(branch(w, way >> 1, depth - 1, size));
	return keep(branch(w, way >> 1, depth - 1, size));
}

static void release(struct worker *w, unsigned int i)
{
	struct count *started = &w->page->threads[w->index].started;
	struct count *returned = &w->page->threads[w->index].returned;

	if (!w->kept[i])
		return;
	add(&started->frees, &started->freed, w->sizes[i]);
	free(keep(w->kept[i]));
	add(&returned->frees, &returned->freed, w->sizes[i]);
	w->kept[i] = NULL;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(&all_here);
	if (w->index == 0)
		__atomic_store_n(&w->page->ready, 1, __ATOMIC_RELEASE);
	for (unsigned long n = 0; n < w->pairs; n++) {
		uint64_t random = next(w);
		unsigned int i = random % KEPT;

		if (!w->grow)
			release(w, i);
		w->sizes[i] = 1 + (random >> 8) % (w->grow ? 20000 : 500);
		w->kept[i] = branch(w, random >> 20, (int)(random >> 60) % DEPTH, w->sizes[i]);
		if (w->grow)
			memset(w->kept[i], 1, w->sizes[i]);
	}
	pthread_barrier_wait(&all_here);
	raise(SIGKILL);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct worker workers[MOST_THREADS];
	unsigned int n = argc > 2 ? (unsigned int)atoi(argv[1]) : 0;
	bool grow = argc > 3 && !strcmp(argv[3], "grow");
	struct page *page;
	pthread_t thread;
	int fd;

	if (n < 1 || n > MOST_THREADS)
		return 99;
	fd = open(argv[2], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*page)))
		return 99;
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return 99;
	pthread_barrier_init(&all_here, NULL, n);
	for (unsigned int i = 0; i < n; i++)
		workers[i] = (struct worker){
			.page = page,
			.index = i,
			.grow = grow,
			.pairs = argc > 3 && !grow ? strtoul(argv[3], NULL, 10) : (unsigned long)-1,
			.random = 0x9e3779b97f4a7c15u * (i + 1),
		};
	for (unsigned int i = 1; i < n; i++)
		if (pthread_create(&thread, NULL, work, &workers[i]))
			return 99;
	work(&workers[0]);
	return 99;
}
