/* SPDX-License-Identifier: MIT */
/*
 * Criterion runs each test in a process of its own; <memprof/criterion.h> makes each a case
 * and holds it to its limits.
 *
 *     cc -g -I.. test_stack.c -o test_stack -lcriterion
 *     memprof run -- ./test_stack --xml=report.xml
 */
#include <criterion/criterion.h>
#include <memprof/criterion.h>

#include "stack.h"

#ifndef DEEP
#define DEEP 500
#endif

Test(stack, push)
{
	struct stack s = { NULL };

	stack_push(&s, 1);
	cr_assert_eq(stack_pop(&s), 1);
}

Test(stack, clear, MEMPROF_LIMITS(.leaks = "1 KiB"))
{
	struct stack s = { NULL };

	for (int i = 0; i < 1000; i++)
		stack_push(&s, i);
	stack_clear(&s);
}

Test(stack, deep, MEMPROF_LIMITS(.memory = "24 KiB", .allocations = 1000))
{
	struct stack s = { NULL };

	for (int i = 0; i < DEEP; i++)
		stack_push(&s, i);
	stack_clear(&s);
}

#ifdef CRASHES
Test(stack, pop_of_nothing)
{
	struct stack s = { NULL };

	stack_pop(&s);
}
#endif
