/* SPDX-License-Identifier: MIT */
/* sampler.c - take samples in time; see sampler.h.  Floor: sampler. */
#define _GNU_SOURCE
#include "sampler.h"

#include <link.h>
#include <pthread.h>
#include <signal.h>

#include "arch/x86_64/cfi.h"
#include "config.h"
#include "guard.h"
#include "output.h"
#include "real.h"
#include "rt.h"
#include "sys.h"

/* Age of a process that gets a helper thread. */
#define HELPER_AGE 50000000
#define HELPER_STACK 131072
#define FIRST_PEAK_LINE 1000000000

static uint64_t next_sample, next_sites;
static uint32_t helper_started;
static uint32_t stop; /* a futex: the helper sleeps on it */

void sampler_start(struct state *s)
{
	__atomic_store_n(&stop, 0, __ATOMIC_RELEASE);
	next_sample = s->now + config.sample;
	next_sites = s->now + config.sites;
	s->next_peak_line = FIRST_PEAK_LINE;
}

static uint64_t rhythm(uint64_t least, uint64_t elapsed, uint64_t per_mille)
{
	uint64_t share = elapsed / 1000 * per_mille;

	return elapsed + (share > least ? share : least);
}

/* Do what is due; the time of the next work. */
static uint64_t work(struct state *s)
{
	uint64_t now = output_now(s);

	if (now >= next_sites) {
		bool peak = now >= s->next_peak_line;

		if (peak)
			s->next_peak_line = now * 2;
		next_sites = rhythm(config.sites, now, 20);
		output_sites(s, peak);
	}
	if (now >= next_sample) {
		next_sample = rhythm(config.sample, now, 1);
		output_sample(s);
	}
	return next_sample < next_sites ? next_sample : next_sites;
}

static void *helper(void *arg)
{
	struct state *s = arg;

	/* Never recorded, and never in the program's way. */
	tls.busy = GUARD_NESTING;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE) && !output_broken()) {
		uint64_t next = work(s), now = s->now;

		sys_futex_wait(&stop, 0, next > now ? next - now : 1);
	}
	return NULL;
}

/* A thread cannot be started from inside the C library or the loader: they may
 * hold the locks that takes. */
static bool safe_caller(uint64_t pc)
{
	struct cfi_module m;
	const struct link_map *map;
	const char *name;

	if (!cfi_find_module(pc, &m))
		return false;
	map = m.link_map;
	name = rt_basename(map->l_name);
	return !rt_starts(name, "libc.so") && !rt_starts(name, "ld-linux") &&
	       !rt_starts(name, "libpthread");
}

static void start_helper(struct state *s)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;

	if (!real.pthread_create || pthread_attr_init(&attr) != 0)
		return;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, HELPER_STACK);
	/* The program's signals are for its own threads.  pthread_sigmask leaves
	 * those the C library needs (setuid, cancellation) deliverable. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (real.pthread_create(&thread, &attr, helper, s) == 0 && real.pthread_setname_np)
		real.pthread_setname_np(thread, "memprof");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
}

void sampler_tick(struct state *s, uint64_t pc)
{
	uint64_t now = output_now(s);

	if (config.sampler == SAMPLER_HOOKS) {
		if ((now >= next_sample || now >= next_sites) && !output_broken())
			work(s);
	} else if (config.sampler == SAMPLER_THREAD && now >= HELPER_AGE && !helper_started &&
		   safe_caller(pc)) {
		if (!__atomic_exchange_n(&helper_started, 1, __ATOMIC_ACQ_REL))
			start_helper(s);
	}
}

void sampler_stop(void)
{
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	sys_futex_wake(&stop, 1);
}

void sampler_after_fork(void)
{
	helper_started = 0;
	stop = 0;
}
