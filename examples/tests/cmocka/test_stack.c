/* SPDX-License-Identifier: MIT */
/*
 * cmocka runs all tests in one process: setup and teardown make each a case, and the
 * teardown fails the test that broke a limit.
 *
 *     cc -g -I.. test_stack.c -o test_stack -lcmocka
 *     memprof run -- ./test_stack
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <memprof/memprof.h>

#include "stack.h"

static int begin(void **state)
{
	memprof_case_begin("stack", (const char *)*state);
	return 0;
}

static int end(void **state)
{
	int broken = memprof_limit_leaks("1 KiB") | memprof_limit_memory("64 KiB");

	memprof_case_end("stack", (const char *)*state);
	if (broken)
		print_error("%s: a limit is broken\n", (const char *)*state);
	return broken ? -1 : 0;
}

static void push(void **state)
{
	struct stack s = { NULL };

	(void)state;
	stack_push(&s, 1);
	assert_int_equal(stack_pop(&s), 1);
}

static void clear(void **state)
{
	struct stack s = { NULL };

	(void)state;
	for (int i = 0; i < 1000; i++)
		stack_push(&s, i);
	stack_clear(&s);
}

#define MEASURED(test)                                 \
	{                                              \
#test, test, begin, end, (void *)#test \
	}

int main(void)
{
	const struct CMUnitTest tests[] = { MEASURED(push), MEASURED(clear) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
