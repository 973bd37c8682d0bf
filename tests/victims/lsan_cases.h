/* SPDX-License-Identifier: MIT */
/*
 * lsan_cases.h - what the victims for LeakSanitizer's own cases share.  Functions that
 * allocate are named for what becomes of their blocks: lost_... is, all others are not.
 */
#ifndef VICTIMS_LSAN_CASES_H
#define VICTIMS_LSAN_CASES_H

#include <pthread.h>
#include <semaphore.h>

#include "truth.h"

#define WEAK __attribute__((weak))

WEAK void __lsan_disable(void);
WEAK void __lsan_enable(void);
WEAK void __lsan_ignore_object(const void *p);
WEAK void __lsan_register_root_region(const void *p, size_t size);
WEAK void __lsan_unregister_root_region(const void *p, size_t size);
WEAK void __lsan_do_leak_check(void);
WEAK int __lsan_do_recoverable_leak_check(void);

/* Without a checker nothing happens. */
#define LSAN(function, ...)                             \
	do {                                            \
		if (__lsan_##function)                  \
			__lsan_##function(__VA_ARGS__); \
	} while (0)

#ifdef OPTIONS
const char *__lsan_default_options(void);
__attribute__((used)) const char *__lsan_default_options(void)
{
	return OPTIONS;
}
#endif

#ifdef SUPPRESSIONS
const char *__lsan_default_suppressions(void);
__attribute__((used)) const char *__lsan_default_suppressions(void)
{
	return SUPPRESSIONS;
}
#endif

#ifdef TURNED_OFF
int __lsan_is_turned_off(void);
__attribute__((used)) int __lsan_is_turned_off(void)
{
	return 1;
}
#endif

static sem_t ready UNUSED;

struct lsan_case {
	const char *name;
	void (*run)(void);
};

static UNUSED void tell(const char *format, int a, int b)
{
	int fd = truth_open();

	if (fd < 0)
		return;
	say(fd, format, a, b);
	close(fd);
}

static NOINLINE UNUSED void *lost(size_t size)
{
	return keep(malloc(size));
}

static NOINLINE UNUSED void *held(size_t size)
{
	return keep(calloc(1, size));
}

/* Old frames must keep nothing by accident. */
static NOINLINE void scrub(void)
{
	char old[16384];

	memset(old, 0, sizeof(old));
	keep(old);
}

/* Deep enough that the next scrub() reaches all of what it leaves. */
static NOINLINE UNUSED void lose_below(size_t size)
{
	char room[512];

	keep(room);
	keep(lost(size));
	keep(room);
}

static NOINLINE UNUSED void lose(size_t size)
{
	lose_below(size);
	scrub();
}

static UNUSED void thread(void *(*function)(void *))
{
	pthread_t id;

	expect(pthread_create(&id, NULL, function, NULL) == 0);
	expect(pthread_join(id, NULL) == 0);
}

/* 64 when there is no such case. */
static int run_case(const struct lsan_case *cases, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (name && !strcmp(name, cases[i].name)) {
			cases[i].run();
			scrub();
			return 0;
		}
	return name ? 64 : 0;
}

#endif
