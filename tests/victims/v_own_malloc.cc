/* SPDX-License-Identifier: MIT */
/*
 * v_own_malloc.cc - a program that defines malloc itself, in front of the
 * recorder's, and takes operator new from the C++ runtime: blocks must come from
 * its own malloc and go back to it.  Its malloc maps pages under a lock that is not
 * recursive, as real allocators do, so the recorder must not allocate there.
 */
#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>

#include <pthread.h>
#include <sys/mman.h>

#include "truth.h"

#define CHUNK (1 << 20)
#define MAGIC 0x12345678

struct head {
	size_t size, magic;
};

static pthread_mutex_t lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static char *chunk;
static size_t used = CHUNK;
static unsigned long made, foreign;

static void *map(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

extern "C" void *malloc(size_t size)
{
	size_t need = (size + 15) / 16 * 16 + sizeof(struct head);
	struct head *h;

	if (need > CHUNK) {
		errno = ENOMEM;
		return NULL;
	}
	if (pthread_mutex_lock(&lock))
		abort();
	if (used + need > CHUNK) {
		chunk = static_cast<char *>(map(CHUNK));
		used = 0;
	}
	h = reinterpret_cast<struct head *>(chunk + used);
	used += need;
	made++;
	pthread_mutex_unlock(&lock);
	*h = { size, MAGIC };
	return h + 1;
}

extern "C" void free(void *p)
{
	if (!p)
		return;
	if ((static_cast<struct head *>(p) - 1)->magic != MAGIC)
		foreign++;
	else
		(static_cast<struct head *>(p) - 1)->magic = 0;
}

extern "C" void *calloc(size_t n, size_t size)
{
	return malloc(n * size);
}

extern "C" void *realloc(void *p, size_t size)
{
	void *q = malloc(size);
	size_t old = p ? (static_cast<struct head *>(p) - 1)->size : 0;

	if (q && p)
		memcpy(q, p, old < size ? old : size);
	if (q)
		free(p);
	return q;
}

static NOINLINE void *by_new(size_t size)
{
	return keep(::operator new(size));
}

static long milliseconds()
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main()
{
	unsigned long before = made, n = 0;
	void *kept = by_new(1000);

	/* Long enough for whatever the recorder does in time. */
	for (long end = milliseconds() + 150; milliseconds() < end;)
		for (int i = 0; i < 300; i++, n++)
			::operator delete(by_new(static_cast<size_t>(i)));
	say(1, "%s, %lu foreign\n", made - before > n ? "its own" : "another's", foreign);
	truth_say("~fn by_new allocations", n + 1);
	truth_say("fn by_new live_bytes", 1000);
	keep(kept);
	return 0;
}
