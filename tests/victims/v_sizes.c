/* SPDX-License-Identifier: MIT */
/*
 * v_sizes.c - blocks of known sizes from two places, in two threads, realloc and
 * memalign among them; says what of each class came from where and how much the
 * allocator gave.  With an argument it kills itself at the end.
 * link: -pthread
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include "truth.h"

#define CLASSES 20

static struct row {
	unsigned long allocs, bytes, usable;
} rows[2][CLASSES];

static void *note(int place, void *p, size_t size)
{
	struct row *row = &rows[place][size ? 64 - __builtin_clzl(size) : 0];

	p = keep(p);
	__atomic_fetch_add(&row->allocs, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&row->bytes, size, __ATOMIC_RELAXED);
	__atomic_fetch_add(&row->usable, malloc_usable_size(p), __ATOMIC_RELAXED);
	return p;
}

static NOINLINE void many_sizes(void)
{
	for (size_t size = 0; size < 2000; size += 3)
		free(note(0, malloc(size), size));
}

static NOINLINE void other_ways(void)
{
	for (int i = 0; i < 50; i++) {
		void *p = note(1, calloc(3, 7), 21);

		p = note(1, realloc(p, 100000), 100000);
		free(p);
		free(note(1, aligned_alloc(64, 128), 128));
	}
}

static void *worker(void *unused)
{
	many_sizes();
	return unused;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "many_sizes", "other_ways" };
	pthread_t thread;

	(void)argv;
	many_sizes();
	if (pthread_create(&thread, NULL, worker, NULL))
		return 1;
	other_ways();
	many_sizes();
	pthread_join(thread, NULL);
	for (int place = 0; place < 2; place++)
		for (int class = 0; class < CLASSES; class ++) {
			const struct row *row = &rows[place][class];

			if (row->allocs)
				say(1, "%s %d %lu %lu %lu\n", names[place], class, row->allocs,
				    row->bytes, row->usable);
		}
	if (argc > 1)
		raise(SIGKILL);
	return 0;
}
