/* SPDX-License-Identifier: MIT */
/*
 * v_leaps.c - handlers that do not return: they jump out of whatever they interrupted, and
 * what they interrupted is never finished.
 *
 *   v_leaps WAY THREADS ROUNDS
 *
 * WAY is how they leave: siglongjmp, longjmp, setcontext; `other` for siglongjmp from an
 * alternate stack; `deeper` for siglongjmp with all that follows further down the stack;
 * `timer` for siglongjmp when a timer of each thread fires, at full speed.
 *
 * Each attempt goes instruction by instruction (the trap flag) and ends at one of those of the
 * library that stands between the program and the C library, where there is one: at the first
 * at first, then at the next, later at any.  The C library itself is never left so, nor is a
 * moment when signals are blocked, so that without that library nothing is cut short at all.
 * Afterwards the counts are exact again.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <time.h>
#include <ucontext.h>

#include "library_code.h"
#include "truth.h"

#define TRAP_FLAG 0x100
#define MOST_THREADS 8
#define AFTER 500
#define BIG (8UL << 20)

enum way { JUMP, PLAIN_JUMP, CONTEXT, OTHER, DEEPER, TIMER };

static enum way way;
static unsigned long rounds;
static unsigned long started, returned, released, gone;

static __thread sigjmp_buf back;
static __thread ucontext_t there;
static __thread volatile unsigned long steps_inside, steps_blocked, leave_at;

static void step(int sig, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (sigismember(&at->uc_sigmask, SIGALRM)) {
		/* What goes on for long so is not worth the time. */
		if (++steps_blocked > 2000)
			at->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
		return;
	}
	if (pc < low || pc >= high || ++steps_inside < leave_at)
		return;
	if (way == CONTEXT)
		setcontext(&there);
	if (way == PLAIN_JUMP)
		longjmp(back, 1);
	siglongjmp(back, 1);
}

INLINE void go_by_steps(void)
{
	if (way == TIMER)
		return;
	__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

INLINE void go_freely(void)
{
	if (way == TIMER)
		return;
	__asm__ volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

static NOINLINE void *cut_alloc(size_t size)
{
	void *p;

	__atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
	go_by_steps();
	p = keep(malloc(size));
	go_freely();
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELAXED);
	return p;
}

static NOINLINE void cut_free(void *p)
{
	__atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
	go_by_steps();
	free(keep(p));
	go_freely();
	__atomic_fetch_add(&gone, 1, __ATOMIC_RELAXED);
}

/* A release and an allocation, both in doubt where it was left. */
static NOINLINE void *cut_resize(void *p, size_t size)
{
	void *q;

	__atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
	go_by_steps();
	q = realloc(keep(p), size);
	go_freely();
	__atomic_fetch_add(&gone, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELAXED);
	return keep(q);
}

/* Pages count apart from the heap. */
static NOINLINE void cut_map(void)
{
	void *p;

	go_by_steps();
	p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(keep(p), 8192);
	go_freely();
}

/* New stacks each time: they are what takes longest. */
static NOINLINE void *some_stack(unsigned long bits, int depth, size_t size)
{
	if (depth == 0)
		return cut_alloc(size);
	if (bits & 1)
		return keep(some_stack(bits >> 1, depth - 1, size));
	return keep(some_stack(bits >> 1, depth - 1, size));
}

static NOINLINE void attempt(unsigned long n, uint64_t random)
{
	static const size_t sizes[] = { 40, 300, 1500, 3000 };
	size_t size = sizes[random % 4];
	void *p;

	switch (n % 4) {
	case 0:
		p = cut_alloc(size);
		break;
	case 1:
		p = some_stack(random >> 20, 3 + (int)(random % 5), size);
		break;
	case 2:
		p = cut_alloc(size);
		p = cut_resize(p, size + 100);
		break;
	default:
		cut_map();
		return;
	}
	cut_free(p);
}

static NOINLINE void after(void)
{
	for (int i = 0; i < AFTER; i++)
		drop(counted(malloc(77), 77), 77);
}

/* Threads that start or end block all signals, and then a trap is lethal: so the
 * library's own thread is to come first. */
static void settle(void)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 120; i++) {
		for (int k = 0; k < 10; k++)
			drop(counted(malloc(9), 9), 9);
		nanosleep(&pause, NULL);
	}
}

static NOINLINE void *big(void)
{
	return keep(malloc(BIG));
}

static NOINLINE void further_down(int depth)
{
	if (depth) {
		further_down(depth - 1);
		keep(&depth);
		return;
	}
	after();
}

static NOINLINE void try(unsigned long n, uint64_t random)
{
	volatile int here = 0;

	if (way == TIMER)
		leave_at = 0;
	else /* One after the other at first, then far inside, too. */
		leave_at = n < rounds / 2 ? n / 4 + 1 : 1 + random % (n % 8 ? 300 : 6000);
	steps_inside = steps_blocked = 0;
	if (way == CONTEXT) {
		getcontext(&there);
		if (!here++)
			attempt(n, random);
	} else if (!sigsetjmp(back, 1)) {
		attempt(n, random);
	}
}

/* Signals of the thread's own, every 50 microseconds. */
static timer_t start_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct itimerspec often = { { 0, 50000 }, { 0, 50000 } };
	timer_t timer;

	event._sigev_un._tid = gettid();
	expect(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	expect(timer_settime(timer, 0, &often, NULL) == 0);
	return timer;
}

static NOINLINE void *work(void *arg)
{
	static char stacks[MOST_THREADS][65536];
	unsigned long me = (unsigned long)arg;
	stack_t other = { .ss_sp = stacks[me], .ss_size = sizeof(stacks[me]) };
	timer_t timer = NULL;
	uint64_t random = 0x9e3779b97f4a7c15u * (me + 1);

	if (way == OTHER)
		expect(sigaltstack(&other, NULL) == 0);
	if (way == TIMER)
		timer = start_timer();
	for (unsigned long n = 0; n < rounds; n++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		try(n, random);
	}
	if (way == TIMER)
		timer_delete(timer);
	if (way == DEEPER)
		further_down(20);
	else
		after();
	return NULL;
}

int main(int argc, char **argv)
{
	static const char *const ways[] = { "siglongjmp", "longjmp", "setcontext",
					    "other",	  "deeper",  "timer" };
	struct sigaction sa = { .sa_sigaction = step, .sa_flags = SA_SIGINFO };
	unsigned long exact;
	pthread_t threads[MOST_THREADS];
	unsigned long n = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (n < 1 || n > MOST_THREADS)
		return 99;
	while (strcmp(argv[1], ways[way]))
		if (++way > TIMER)
			return 99;
	rounds = strtoul(argv[3], NULL, 10);
	dl_iterate_phdr(find_library, NULL);
	/* The jump that keeps no mask leaves none behind. */
	sa.sa_flags |= way == OTHER ? SA_ONSTACK : way == PLAIN_JUMP ? SA_NODEFER : 0;
	sigaction(SIGTRAP, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	settle();
	for (unsigned long i = 1; i < n; i++)
		expect(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	work(NULL);
	for (unsigned long i = 1; i < n; i++)
		expect(pthread_join(threads[i], NULL) == 0);
	/* The last and the highest: what lives then is the peak. */
	keep(big());
	say(1, "after %lu\n", truth.allocs);
	truth_site("after", n * AFTER, n * AFTER * 77, 0, 0);
	truth_site("big", 1, BIG, 1, BIG);
	exact = truth.allocs;
	truth_say("~bound allocations", started + exact + MOST_THREADS);
	truth_say("~bound frees", released + exact + MOST_THREADS);
	truth_say("~allocations_at_least", returned + exact + 1);
	truth_say("~frees_at_least", gone + exact);
	return 0;
}
