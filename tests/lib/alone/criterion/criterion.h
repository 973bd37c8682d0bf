/* SPDX-License-Identifier: MIT */
/*
 * criterion.h - as much of Criterion as one test needs that runs alone, in its own process:
 * ThreadSanitizer leaves no room for the memory that Criterion shares with its children.
 */
#ifndef TESTS_LIB_ALONE_CRITERION_H
#define TESTS_LIB_ALONE_CRITERION_H

#include <stdio.h>
#include <stdlib.h>

/* The one test is main(). */
#define Test(suite, name, ...)                 \
	static void suite##_##name(void);      \
	int main(void)                         \
	{                                      \
		suite##_##name();              \
		return alone_failures ? 1 : 0; \
	}                                      \
	static void suite##_##name(void)

static int alone_failures;

#define cr_expect(condition, ...)                                                       \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: " #condition "\n", __FILE__, __LINE__); \
			alone_failures++;                                               \
		}                                                                       \
	} while (0)

#define cr_assert(condition, ...)     \
	do {                          \
		cr_expect(condition); \
		if (alone_failures)   \
			exit(1);      \
	} while (0)

#define cr_assert_eq(a, b, ...) cr_assert((a) == (b))
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b))
#define cr_expect_eq(a, b, ...) cr_expect((a) == (b))
#define cr_expect_geq(a, b, ...) cr_expect((a) >= (b))

#endif
