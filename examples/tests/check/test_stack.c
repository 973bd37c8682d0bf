/* SPDX-License-Identifier: MIT */
/*
 * Check forks a process for each test; each has a trace of its own.
 *
 *     cc -g -I.. test_stack.c -o test_stack $(pkg-config --cflags --libs check)
 *     memprof run --fail-on definite -- ./test_stack
 */
#include <check.h>
#include <memprof/memprof.h>

#include "stack.h"

START_TEST(push)
{
	struct stack s = { NULL };

	stack_push(&s, 1);
	ck_assert_int_eq(stack_pop(&s), 1);
}
END_TEST

START_TEST(clear)
{
	struct stack s = { NULL };

	memprof_case_begin("stack", "clear");
	for (int i = 0; i < 1000; i++)
		stack_push(&s, i);
	stack_clear(&s);
	ck_assert(!memprof_limit_leaks("1 KiB"));
	ck_assert(!memprof_limit_memory("64 KiB"));
	memprof_case_end("stack", "clear");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stack");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, push);
	tcase_add_test(tests, clear);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
