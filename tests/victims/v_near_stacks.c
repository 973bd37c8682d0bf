/* SPDX-License-Identifier: MIT */
/*
 * v_near_stacks.c - a thread with a small stack, and a coroutine's stack close below
 * it with nothing in between that may be touched.  The coroutine allocates in code
 * that has no unwind information, with rubbish in rbp: an address in that gap.
 * Whoever takes the two for one stack reads it and dies.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "truth.h"

#define PART 65536

void *alloc_with_rbp(size_t size, uintptr_t rbp);

__asm__(".text\n"
	".type alloc_with_rbp, @function\n"
	"alloc_with_rbp:\n"
	"	push %rbp\n"
	"	mov %rsi, %rbp\n"
	"	call malloc@plt\n"
	"	pop %rbp\n"
	"	ret\n"
	".size alloc_with_rbp, . - alloc_with_rbp\n");

static char *memory;
static ucontext_t thread_context, coroutine_context;

static void coroutine(void)
{
	for (uintptr_t at = 0; at < PART; at += 512) {
		void *p = alloc_with_rbp(40, (uintptr_t)memory + PART + at);

		drop(counted(p, 40), 40);
	}
}

static NOINLINE void *by_thread(size_t size)
{
	return counted(malloc(size), size);
}

static void *thread(void *arg)
{
	drop(by_thread(50), 50);
	getcontext(&coroutine_context);
	coroutine_context.uc_stack.ss_sp = memory;
	coroutine_context.uc_stack.ss_size = PART;
	coroutine_context.uc_link = &thread_context;
	makecontext(&coroutine_context, coroutine, 0);
	expect(swapcontext(&thread_context, &coroutine_context) == 0);
	drop(by_thread(50), 50);
	return arg;
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t id;

	memory = mmap(NULL, 3 * PART, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(memory != MAP_FAILED);
	expect(mprotect(memory, PART, PROT_READ | PROT_WRITE) == 0);
	expect(mprotect(memory + 2 * PART, PART, PROT_READ | PROT_WRITE) == 0);
	pthread_attr_init(&attr);
	expect(pthread_attr_setstack(&attr, memory + 2 * PART, PART) == 0);
	expect(pthread_create(&id, &attr, thread, NULL) == 0 && pthread_join(id, NULL) == 0);
	say(1, "done\n");
	truth_site("alloc_with_rbp", PART / 512, PART / 512 * 40, 0, 0);
	truth_site("by_thread", 2, 100, 0, 0);
	return 0;
}
