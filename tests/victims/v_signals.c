/* SPDX-License-Identifier: MIT */
/*
 * v_signals.c - handlers that allocate: on the normal stack, on an alternate one
 * of 8 KiB (or of the bytes named by the argument), nested, in a thread, and from
 * a timer between two instructions of code that does not allocate meanwhile.
 *
 * link: -pthread
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "truth.h"

static size_t stack_size = 8192;
static volatile sig_atomic_t on_stack, on_other, nested, ticks;

static NOINLINE void *in_handler(void)
{
	return counted(malloc(31), 31);
}

static NOINLINE void *on_other_stack(void)
{
	return counted(malloc(37), 37);
}

static NOINLINE void *in_nested(void)
{
	return counted(malloc(41), 41);
}

static NOINLINE void *in_tick(void)
{
	return counted(malloc(43), 43);
}

static void handle(int sig)
{
	if (sig == SIGUSR1) {
		on_stack++;
		drop(in_handler(), 31);
	} else if (sig == SIGUSR2) {
		on_other++;
		drop(on_other_stack(), 37);
	} else if (sig == SIGHUP) {
		raise(SIGUSR2);
		nested++;
		drop(in_nested(), 41);
	} else {
		ticks++;
		drop(in_tick(), 43);
	}
}

static NOINLINE unsigned long busy(unsigned long n)
{
	unsigned long x = 1;

	for (unsigned long i = 0; i < n; i++)
		x = x * 6364136223846793005UL + i;
	return x;
}

static void *thread_body(void *arg)
{
	static char stack[1 << 17];
	stack_t other = { .ss_sp = stack, .ss_size = stack_size };

	expect(sigaltstack(&other, NULL) == 0);
	for (int i = 0; i < 100; i++)
		pthread_kill(pthread_self(), i % 2 ? SIGUSR1 : SIGHUP);
	return arg;
}

int main(int argc, char **argv)
{
	static char stack[1 << 17];
	stack_t other = { .ss_sp = stack, .ss_size = stack_size };
	struct sigaction sa = { .sa_handler = handle };
	struct itimerval timer = { { 0, 2000 }, { 0, 2000 } };
	unsigned long sum = 0;
	sigset_t block, before;
	pthread_t thread;

	if (argc > 1)
		other.ss_size = stack_size = strtoul(argv[1], NULL, 10);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR2, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	expect(sigaltstack(&other, NULL) == 0);
	for (int i = 0; i < 500; i++)
		raise(i % 3 == 0 ? SIGUSR1 : i % 3 == 1 ? SIGUSR2 : SIGHUP);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (ticks < 20)
		sum += busy(100000);
	/* From here on no tick comes, in no thread. */
	pthread_sigmask(SIG_BLOCK, &block, &before);
	timer = (struct itimerval){ { 0, 0 }, { 0, 0 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	pthread_create(&thread, NULL, thread_body, NULL);
	pthread_join(thread, NULL);
	/* How many ticks came is chance: it is in no output, and not in the truth that is compared. */
	say(1, "handled %d %d %d%s\n", on_stack, on_other, nested, sum == 42 ? "!" : "");
	truth_site("in_handler", (unsigned long)on_stack, (unsigned long)on_stack * 31, 0, 0);
	truth_site("on_other_stack", (unsigned long)on_other, (unsigned long)on_other * 37, 0, 0);
	truth_site("in_nested", (unsigned long)nested, (unsigned long)nested * 41, 0, 0);
	truth_say("~fn in_tick allocations", (unsigned long)ticks);
	return 0;
}
