/* SPDX-License-Identifier: MIT */
/*
 * v_thrown.cc - exceptions thrown by a signal handler, out of whatever it interrupted: as
 * v_leaps.c does with jumps, at one instruction after the other of the library that stands
 * before the C library, where there is one.
 *
 * build: -fnon-call-exceptions
 */
#include <signal.h>
#include <sys/ucontext.h>
#include <time.h>

#include "library_code.h"
#include "truth.h"

#define TRAP_FLAG 0x100
#define ROUNDS 60
#define AFTER 500

static unsigned long started, returned;
static volatile unsigned long steps_inside, leave_at;
/* The headers promise that these throw nothing. */
static void *(*volatile allocate)(size_t) = malloc;
static void (*volatile release)(void *) = free;

static void step(int, siginfo_t *, void *context)
{
	ucontext_t *at = static_cast<ucontext_t *>(context);
	uintptr_t pc = static_cast<uintptr_t>(at->uc_mcontext.gregs[REG_RIP]);

	if (pc < low || pc >= high || sigismember(&at->uc_sigmask, SIGALRM) ||
	    ++steps_inside < leave_at)
		return;
	throw 1;
}

INLINE void go_by_steps()
{
	__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

INLINE void go_freely()
{
	__asm__ volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

static NOINLINE void attempt(size_t size)
{
	sigset_t trap;

	try {
		void *p;

		started++;
		go_by_steps();
		p = keep(allocate(size));
		go_freely();
		returned++;
		go_by_steps();
		release(p);
		go_freely();
	} catch (int) {
		/* A handler that is left by an exception leaves its signal blocked. */
		sigemptyset(&trap);
		sigaddset(&trap, SIGTRAP);
		sigprocmask(SIG_UNBLOCK, &trap, nullptr);
	}
}

static NOINLINE void after()
{
	for (int i = 0; i < AFTER; i++)
		drop(counted(malloc(77), 77), 77);
}

static NOINLINE void down(int depth, size_t size)
{
	if (depth)
		down(depth - 1, size);
	else
		attempt(size);
	keep(&depth);
}

int main()
{
	struct timespec pause = {};
	struct sigaction sa = {};

	sa.sa_sigaction = step;
	sa.sa_flags = SA_SIGINFO;
	dl_iterate_phdr(find_library, nullptr);
	sigaction(SIGTRAP, &sa, nullptr);
	/* Threads that start block all signals, and then a trap is lethal: the library's own
	 * is to come first. */
	pause.tv_nsec = 1000000;
	for (int i = 0; i < 120; i++) {
		drop(counted(malloc(9), 9), 9);
		nanosleep(&pause, nullptr);
	}
	for (unsigned long n = 0; n < ROUNDS; n++) {
		leave_at = n + 1;
		steps_inside = 0;
		down(static_cast<int>(n % 7), 40 + n % 3 * 100);
		leave_at = 1 + n * 7919 % 1500;
		steps_inside = 0;
		down(static_cast<int>(n % 19), 40 + n % 3 * 100);
	}
	after();
	say(1, "after %lu\n", truth.allocs);
	truth_site("after", AFTER, AFTER * 77, 0, 0);
	truth_say("~allocations_at_least", returned + truth.allocs);
	/* Each exception allocates a block itself; the C++ runtime some at its start. */
	truth_say("~bound allocations", 2 * (started - returned) + started + truth.allocs + 2);
	return 0;
}
