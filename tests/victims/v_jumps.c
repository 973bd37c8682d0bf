/* SPDX-License-Identifier: MIT */
/*
 * v_jumps.c - stacks that do not return: longjmp out of depth, out of a
 * handler's alternate stack, and coroutines on stacks of 8 KiB from the heap,
 * which come and go and move between each other.
 */
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include "truth.h"

#define COROUTINES 10
#define STACK 8192

static jmp_buf back;
static sigjmp_buf out;
static ucontext_t home, context[COROUTINES];

static NOINLINE void *before_jump(void)
{
	return counted(malloc(21), 21);
}

static NOINLINE void *after_jump(void)
{
	return counted(malloc(22), 22);
}

static NOINLINE void *in_coroutine(void)
{
	return counted(malloc(23), 23);
}

static NOINLINE void *in_handler(void)
{
	return counted(malloc(24), 24);
}

static NOINLINE int deeper(int n)
{
	drop(before_jump(), 21);
	if (n == 0)
		longjmp(back, 1);
	return deeper(n - 1) + 1;
}

static void handler(int sig)
{
	drop(in_handler(), 24);
	(void)sig;
	siglongjmp(out, 1);
}

static NOINLINE void nested(int n)
{
	drop(in_coroutine(), 23);
	if (n)
		nested(n - 1);
	keep(&n);
}

static void coroutine(int me)
{
	for (int i = 0; i < 20; i++) {
		nested(me);
		swapcontext(&context[me], i % 3 ? &home : &context[(me + 1) % COROUTINES]);
	}
}

int main(void)
{
	static char other_stack[8192];
	stack_t other = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	void *stack[COROUTINES];

	for (volatile int i = 0; i < 200; i++) {
		if (setjmp(back) == 0)
			deeper(i % 30);
		drop(after_jump(), 22);
	}
	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	for (volatile int i = 0; i < 100; i++) {
		if (sigsetjmp(out, 1) == 0)
			raise(SIGUSR1);
		drop(after_jump(), 22);
	}
	for (int i = 0; i < COROUTINES; i++) {
		stack[i] = counted(malloc(STACK), STACK);
		getcontext(&context[i]);
		context[i].uc_stack.ss_sp = stack[i];
		context[i].uc_stack.ss_size = STACK;
		context[i].uc_link = &home;
		makecontext(&context[i], (void (*)(void))coroutine, 1, i);
	}
	for (volatile int i = 0; i < 100; i++) {
		swapcontext(&home, &context[i % COROUTINES]);
		drop(after_jump(), 22);
	}
	for (int i = 0; i < COROUTINES; i++)
		drop(stack[i], STACK);
	drop(after_jump(), 22);
	say(1, "allocations %lu\n", truth.allocs);
	truth_write();
	truth_say("fn after_jump allocations", 401);
	truth_say("fn in_handler allocations", 100);
	/* A coroutine's stack ends where makecontext() began it. */
	truth_say("truncated_stacks", 0);
	return 0;
}
