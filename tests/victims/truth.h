/* SPDX-License-Identifier: MIT */
/*
 * truth.h - a victim's own count of what it allocates, to hold against what
 * was recorded.  Victims avoid calls that allocate behind their back (stdio
 * first of all), so that their count is the whole process's count.
 *
 * A victim counts a block with counted(malloc(n), n) and releases it with
 * drop(p, n).  At its end truth_write() leaves lines `key value` in the file
 * that TRUTH names; the keys are those of `memprof info`.  A line
 * `fn NAME key value` speaks of one function's row of `memprof top`; a line that
 * starts with ~ holds for this run alone (timers, races).
 * Everything is inlined: the function that calls malloc stays the one that is
 * written in the victim.
 */
#ifndef VICTIMS_TRUTH_H
#define VICTIMS_TRUTH_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline, unused))
/* A function with a frame of its own, not merged with another of the same code. */
#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noipa))
#endif
#define UNUSED __attribute__((unused))

struct truth {
	unsigned long allocs, bytes, frees, freed, temporary, near_temporary;
	unsigned long peak; /* right as long as one thread allocates */
};

static struct truth truth;
static __thread uintptr_t truth_last, truth_before;

#define TRUTH_ADD(field, n) __atomic_fetch_add(&truth.field, (n), __ATOMIC_RELAXED)

/* The compiler may neither drop an allocation nor know what is in it. */
INLINE void *keep(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

/* p came back from an allocation of `size` bytes; NULL is no allocation. */
INLINE void *counted(void *p, size_t size)
{
	p = keep(p);
	if (!p)
		return p;
	TRUTH_ADD(allocs, 1);
	TRUTH_ADD(bytes, size);
	if (truth.bytes - truth.freed > truth.peak)
		truth.peak = truth.bytes - truth.freed;
	truth_before = truth_last;
	truth_last = (uintptr_t)p;
	return p;
}

/* The block at address p is about to be released by this thread. */
INLINE void uncounted(uintptr_t p, size_t size)
{
	if (!p)
		return;
	TRUTH_ADD(frees, 1);
	TRUTH_ADD(freed, size);
	if (p == truth_last)
		TRUTH_ADD(temporary, 1);
	else if (p == truth_before)
		TRUTH_ADD(near_temporary, 1);
}

INLINE void drop(void *p, size_t size)
{
	uncounted((uintptr_t)p, size);
	free(keep(p));
}

/* realloc that succeeds or is to fail: a release and an allocation, or nothing. */
#define resized(p, old, size)                          \
	({                                             \
		uintptr_t was_ = (uintptr_t)(p);       \
		void *new_ = realloc(keep(p), (size)); \
		if (new_)                              \
			uncounted(was_, (old));        \
		counted(new_, (size));                 \
	})

/* One line to the program's own output, past stdio. */
static void say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3), unused));
static void say(int fd, const char *format, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (write(fd, line, (size_t)n) != n)
		abort();
}

/* Descriptor of the file TRUTH names, -1 without one. */
static int truth_open(void) UNUSED;
static int truth_open(void)
{
	const char *path = getenv("TRUTH");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;

	if (path && fd < 0)
		abort();
	return fd;
}

static void truth_say(const char *key, unsigned long value) UNUSED;
static void truth_say(const char *key, unsigned long value)
{
	int fd = truth_open();

	if (fd < 0)
		return;
	say(fd, "%s %lu\n", key, value);
	close(fd);
}

/* What function `name` allocated, and what of it is still live at the end. */
static void truth_site(const char *, unsigned long, unsigned long, unsigned long,
		       unsigned long) UNUSED;
static void truth_site(const char *name, unsigned long allocs, unsigned long bytes,
		       unsigned long live, unsigned long live_bytes)
{
	int fd = truth_open();

	if (fd < 0)
		return;
	say(fd, "fn %s allocations %lu\nfn %s allocated_bytes %lu\n", name, allocs, name, bytes);
	say(fd, "fn %s live_count %lu\nfn %s live_bytes %lu\n", name, live, name, live_bytes);
	close(fd);
}

/* Totals of the process, when the victim made every allocation itself. */
static void truth_totals(void) UNUSED;
static void truth_totals(void)
{
	truth_say("allocations", truth.allocs);
	truth_say("allocated_bytes", truth.bytes);
	truth_say("frees", truth.frees);
	truth_say("freed_bytes", truth.freed);
	truth_say("live_allocations", truth.allocs - truth.frees);
	truth_say("live_bytes", truth.bytes - truth.freed);
}

/* Totals of a process that had one thread: with peak and temporaries. */
static void truth_write(void) UNUSED;
static void truth_write(void)
{
	truth_totals();
	truth_say("peak_bytes", truth.peak);
	truth_say("temporary_allocations", truth.temporary);
	truth_say("temporary_allocations_near", truth.near_temporary);
}

/* A check inside a victim: what it must see, with and without a recorder. */
#define expect(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			say(2, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			_exit(99);                                                     \
		}                                                                      \
	} while (0)

#endif
