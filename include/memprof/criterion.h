/* SPDX-License-Identifier: MIT */
/*
 * criterion.h - each test of a Criterion program is a case of memprof, with limits.
 *
 * Include it in one file of the test program, after <criterion/criterion.h>; link
 * -lcriterion as ever.  Under the recorder each test is then a case: `memprof cases` shows
 * time, allocations, growth and peak of each, @case:SUITE/NAME is a point of any report.
 * Without the recorder the tests run as before, and limits hold ("not measured").
 *
 *     Test(parser, big_file, MEMPROF_LIMITS(.memory = "24 MiB", .leaks = "1 KiB"))
 *
 * A test that breaks a limit fails, in Criterion's own output and reports.  The limits use the
 * `data` member of the test, which Criterion leaves to its users.
 *
 * How: test programs call criterion_internal_test_main() of libcriterion for the body of each
 * test; the one here stands before it.
 */
#ifndef MEMPROF_CRITERION_H
#define MEMPROF_CRITERION_H

#include <stdint.h>

#include <criterion/criterion.h>

#include <memprof/memprof.h>

#ifdef __cplusplus
#define MEMPROF_NONE_ = 0
#else
#define MEMPROF_NONE_
#endif

/* What a test may use; zero or NULL is no limit. */
struct memprof_limits {
	const char *memory MEMPROF_NONE_;   /* highest growth of the heap, such as "24 MiB" */
	const char *leaks MEMPROF_NONE_;    /* growth of any one allocation site */
	uint64_t allocations MEMPROF_NONE_; /* of the test's own thread */
	int no_allocations MEMPROF_NONE_;   /* the same with a limit of none */
};

/* clang-format off */
#ifdef __cplusplus
#define MEMPROF_LIMITS(...) .data = ([] { \
	static struct memprof_limits limits = { __VA_ARGS__ }; return (void *)&limits; }())
extern "C" {
#else
#define MEMPROF_LIMITS(...) .data = (void *)(struct memprof_limits[1]){ { __VA_ARGS__ } }
#endif
/* clang-format on */

void (*memprof_next_(void *handle, const char *symbol))(void) __asm__("dlsym");

/* The tests of this program.  What Criterion hands the test's process is a copy made in
 * another one, where addresses differ. */
extern struct criterion_test *__start_cr_tst[] __attribute__((weak, visibility("hidden")));
extern struct criterion_test *__stop_cr_tst[] __attribute__((weak, visibility("hidden")));

static inline const struct memprof_limits *memprof_limits_of_(const char *suite, const char *name)
{
	for (struct criterion_test **t = __start_cr_tst; t < __stop_cr_tst; t++)
		if (*t && !__builtin_strcmp((*t)->category, suite) &&
		    !__builtin_strcmp((*t)->name, name))
			return (const struct memprof_limits *)(*t)->data->data;
	return 0;
}

/* The test that this process runs. */
static void (*memprof_test_)(void);

/* The test, and then its limits: a failure counts as long as its body has not returned. */
static void memprof_limited_test_(void)
{
	const struct memprof_limits *limits = memprof_limits_of_(criterion_current_test->category,
								 criterion_current_test->name);
	uint64_t before = memprof_no_alloc_begin(), made;
	int memory, leaks;

	memprof_test_();
	if (!limits)
		return;
	made = memprof_no_alloc_begin() - before;
	memory = limits->memory && memprof_limit_memory(limits->memory);
	leaks = limits->leaks && memprof_limit_leaks(limits->leaks);
	if (memory)
		cr_expect(0, "the heap grew by more than %s", limits->memory);
	if (leaks)
		cr_expect(0, "an allocation site leaks more than %s", limits->leaks);
	if ((limits->allocations || limits->no_allocations) && made > limits->allocations)
		cr_expect(0, "%llu allocations, the limit is %llu", (unsigned long long)made,
			  (unsigned long long)limits->allocations);
}

void criterion_internal_test_main(void (*test)(void))
{
	void (*real)(void (*)(void)) = (void (*)(void (*)(void)))memprof_next_(
		(void *)-1, "criterion_internal_test_main");
	const char *suite = criterion_current_test->category, *name = criterion_current_test->name;

	memprof_test_ = test;
	memprof_case_begin(suite, name);
	real(memprof_limited_test_);
	memprof_case_end(suite, name);
}

#ifdef __cplusplus
}
#endif

#endif
