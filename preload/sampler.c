/* SPDX-License-Identifier: MIT */
/* sampler.c - take samples in time; see sampler.h.  Floor: sampler. */
#define _GNU_SOURCE
#include "sampler.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "allocator.h"
#include "arch/x86_64/cfi.h"
#include "capture.h"
#include "config.h"
#include "guard.h"
#include "lock.h"
#include "memstat.h"
#include "output.h"
#include "real.h"
#include "rt.h"
#include "single.h"
#include "span.h"
#include "sys.h"

/* Age of a process that gets a helper thread. */
#define HELPER_AGE 50000000
#define HELPER_STACK 131072
#define FIRST_PEAK_LINE 1000000000

static uint64_t next_sample, next_sites;
static uint32_t helper_started;
static uint32_t helper_made; /* there is one, or it is about to begin */
static uint32_t stop;	     /* a futex: the helper sleeps on it */
static uint32_t main_ended;
static uint32_t helper_tid; /* 0 until it runs */

void sampler_start(struct state *s)
{
	__atomic_store_n(&stop, 0, __ATOMIC_RELEASE);
	next_sample = s->now + config.sample;
	next_sites = s->now + config.sites;
	s->next_peak_line = FIRST_PEAK_LINE;
}

/* Shares of the elapsed time, per mille: with these an hour of a thousand busy
 * sites is 19 MB, a day 28. */
#define SITES_SHARE 22
#define SAMPLES_SHARE 1

/* Rows of many sites cost much, and take the program's cache lines away: the time
 * between them is so many times what the processor spent on them. */
#define SITES_COST 50

/* A sample is a dozen system calls, 30 us to 150.  So is the time between samples, but
 * no longer than so many times what was asked for. */
#define SAMPLES_COST 300
#define SAMPLES_STRETCH 4

static uint64_t rhythm(uint64_t least, uint64_t elapsed, uint64_t per_mille)
{
	uint64_t share = elapsed / 1000 * per_mille;

	return elapsed + (share > least ? share : least);
}

/* Nanoseconds that the processor spent on this thread. */
static uint64_t spent(void)
{
	return sys_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void do_sites(struct state *s, uint64_t now)
{
	uint64_t began = spent(), later;
	uint64_t next = rhythm(config.sites, now, SITES_SHARE);
	bool peak = now >= s->next_peak_line;

	if (peak)
		s->next_peak_line = now * 2;
	__atomic_store_n(&next_sites, next, __ATOMIC_RELAXED);
	output_sites(s, peak);
	later = now + SITES_COST * (spent() - began);
	/* Unless somebody is in a hurry. */
	if (later > next)
		__atomic_compare_exchange_n(&next_sites, &next, later, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

static void do_sample(struct state *s, uint64_t now, enum asker asker)
{
	uint64_t began = spent(), pause, most = config.sample * SAMPLES_STRETCH;

	output_sample(s, asker);
	pause = SAMPLES_COST * (spent() - began);
	pause = pause < most ? pause : most;
	next_sample = rhythm(config.sample > pause ? config.sample : pause, now, SAMPLES_SHARE);
}

/* Do what is due; the time of the next work. */
static uint64_t work(struct state *s, enum asker asker)
{
	uint64_t now = output_now(s);

	if (now >= next_sites)
		do_sites(s, now);
	if (now >= next_sample)
		do_sample(s, now, asker);
	return next_sample < next_sites ? next_sample : next_sites;
}

/* Between two looks for other threads once the main one has ended. */
#define LAST_LOOK 5000000

static void *helper(void *arg)
{
	struct state *s = arg;

	/* Never recorded, and never in the program's way. */
	guard_close(&tls);
	__atomic_store_n(&helper_tid, (uint32_t)sys_gettid(), __ATOMIC_RELEASE);
	sys_set_name("memprof");
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE) && !output_broken()) {
		uint64_t next = work(s, ASKER_HELPER), now = s->now,
			 pause = next > now ? next - now : 1;

		if (__atomic_load_n(&main_ended, __ATOMIC_ACQUIRE)) {
			/* The C library ends the process with its last thread: so
			 * this one must go as soon as it is alone, and the exit
			 * handlers that then run in it are the program's. */
			if (memstat_threads() <= 2)
				break;
			pause = pause < LAST_LOOK ? pause : LAST_LOOK;
		}
		sys_futex_wait(&stop, 0, pause);
	}
	guard_leave(&tls);
	return NULL;
}

/* Room a thread must have on its stack to start another one. */
#define START_ROOM 65536

/*
 * May a thread be started here?  Not from inside the C library or the loader,
 * which may hold the locks that takes; not from a signal handler, which may have
 * interrupted them; and not where the stack is short.
 */
static bool safe_place(struct thread *t, const void *frame)
{
	const struct node *nodes = state_nodes(t->state);
	struct origin from = origin_of(frame);
	const struct link_map *map;
	struct cfi_module m;
	const char *name;

	if (!span_has_room(t, from.sp, START_ROOM) || !cfi_find_module(from.pc, &m))
		return false;
	map = m.link_map;
	name = rt_basename(map->l_name);
	if (rt_starts(name, "libc.so") || rt_starts(name, "ld-linux") ||
	    rt_starts(name, "libpthread"))
		return false;
	for (uint32_t node = capture_look(t, &from).node; node; node = nodes[node].parent)
		if (node < NODE_FIRST || (nodes[node].frame & FRAME_EXACT))
			return false;
	return true;
}

static void start_helper(struct state *s)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	bool single;

	if (!real.pthread_create || pthread_attr_init(&attr) != 0)
		return;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, HELPER_STACK);
	/* The program's signals are for its own threads.  pthread_sigmask leaves
	 * those the C library needs (setuid, cancellation) deliverable. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	/* A helper that asks the allocator takes its locks. */
	single = !allocator_is_asked() && single_is();
	if (real.pthread_create(&thread, &attr, helper, s) == 0)
		__atomic_store_n(&helper_made, 1, __ATOMIC_RELEASE);
	if (single)
		single_keep();
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
}

/* After so many events that took so long: how many to the next look. */
static uint32_t next_interval(uint32_t events, uint64_t took)
{
	uint32_t most = config.sampler == SAMPLER_HOOKS || took > SAMPLER_SOON ? SAMPLER_EVENTS
									       : SAMPLER_MANY;

	if (!events || took > SAMPLER_RARE)
		return 1;
	return events * 2 < most ? events * 2 : most;
}

uint32_t sampler_tick(struct thread *t, const void *frame)
{
	struct state *s = t->state;
	uint64_t now = output_now(s);

	t->interval = next_interval(t->interval, now - t->ticked);
	t->ticked = now;

	/* What it does may not stay half done; most looks find nothing to do. */
	if (config.sampler == SAMPLER_HOOKS) {
		if ((now >= next_sample || now >= next_sites) && !output_broken()) {
			quiet_begin();
			work(s, ASKER_HOOK);
			quiet_end();
		}
	} else if (config.sampler == SAMPLER_THREAD && now >= HELPER_AGE && !helper_started &&
		   safe_place(t, frame)) {
		quiet_begin();
		if (!__atomic_exchange_n(&helper_started, 1, __ATOMIC_ACQ_REL))
			start_helper(s);
		quiet_end();
	}
	return t->interval - 1;
}

void sampler_main_ended(void)
{
	__atomic_store_n(&main_ended, 1, __ATOMIC_RELEASE);
	sys_futex_wake(&stop, 1);
}

void sampler_hurry(void)
{
	__atomic_store_n(&next_sites, 0, __ATOMIC_RELAXED);
	sys_futex_wake(&stop, 1);
}

/* Longest wait for the helper: it may be in the middle of a drain. */
#define PAUSE_STEPS 20000
#define PAUSE_STEP 100000

void sampler_pause(void)
{
	int pid = sys_getpid();

	if (!__atomic_load_n(&helper_started, __ATOMIC_ACQUIRE))
		return;
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < PAUSE_STEPS; i++) {
		uint32_t tid = __atomic_load_n(&helper_tid, __ATOMIC_ACQUIRE);

		sys_futex_wake(&stop, 1);
		if (tid && sys_thread_exists(pid, (int)tid) == -ESRCH)
			break;
		sys_sleep_ns(PAUSE_STEP);
	}
}

uint32_t sampler_tid(void)
{
	uint32_t tid = __atomic_load_n(&helper_tid, __ATOMIC_ACQUIRE);

	for (int i = 0; !tid && i < PAUSE_STEPS; i++) {
		if (!__atomic_load_n(&helper_made, __ATOMIC_ACQUIRE))
			break;
		sys_sleep_ns(PAUSE_STEP);
		tid = __atomic_load_n(&helper_tid, __ATOMIC_ACQUIRE);
	}
	return tid;
}

void sampler_resume(void)
{
	__atomic_store_n(&helper_tid, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&helper_made, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&stop, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&helper_started, 0, __ATOMIC_RELEASE);
}

void sampler_stop(void)
{
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	sys_futex_wake(&stop, 1);
}

bool sampler_has_helper(void)
{
	uint32_t tid = __atomic_load_n(&helper_tid, __ATOMIC_RELAXED);

	return tid && sys_thread_exists(sys_getpid(), (int)tid) == 0;
}

void sampler_after_fork(void)
{
	helper_started = helper_made = 0;
	stop = 0;
	main_ended = 0;
	main_ended = 0;
	helper_tid = 0;
}
