/* SPDX-License-Identifier: MIT */
/* recorder.c - start, in a fork child too, and end; see recorder.h.  Floor: hooks. */
#define _GNU_SOURCE
#include "recorder.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "allocator.h"
#include "blocks.h"
#include "config.h"
#include "escape.h"
#include "filters.h"
#include "follow.h"
#include "functions.h"
#include "graves.h"
#include "ignored.h"
#include "inheritance.h"
#include "leap.h"
#include "leaks.h"
#include "modules.h"
#include "output.h"
#include "peak.h"
#include "points.h"
#include "ranges.h"
#include "real.h"
#include "record.h"
#include "released.h"
#include "rt.h"
#include "sampler.h"
#include "shadow.h"
#include "sizes.h"
#include "sys.h"
#include "zone_names.h"
#include "zones.h"
#include "capture.h"

struct state *recorder_memory;

static struct lock start_lock;
static bool resolved;
static bool sealed; /* inherited by fork children */
static bool anonymous_state;
static bool paused; /* the program said stop, or was told to begin so */
static char exe[4096];
static uint32_t watchers; /* threads whose allocations the slow path has to see */
static pthread_key_t ending_key;
static bool have_key;

static void complain_of_sanitizer(void)
{
	char text[128];
	struct rt_text out = RT_TEXT(text);

	rt_put(&out, "the program is built with ");
	rt_put(&out, real_sanitizer());
	rt_put(&out, ", which has an allocator of its own, so nothing is recorded");
	output_complain(text);
}

/* Once per program image: functions, settings, the allocator. */
static bool set_up_once(void)
{
	if (resolved)
		return real.malloc != NULL;
	real_resolve();
	resolved = true;
	if (!real.malloc || !real.free || !real.calloc || !real.realloc)
		return false;
	config_read(!sys_is_secure());
	if (real_sanitizer()) {
		complain_of_sanitizer();
		return false;
	}
	follow_init();
	if (sys_readlink("/proc/self/exe", exe, sizeof(exe)) <= 0)
		exe[0] = '\0';
	modules_init(exe);
	blocks_init();
	shadow_init(blocks_glibc ? 5 : SHADOW_SIZED_SHIFT);
	allocator_init();
	paused = config.start == START_OFF;
	functions_init();
	released_start();
	/* Without this the page would be copied, and a child would write into
	 * its parent's trace: better no recording at all. */
	if (sys_madvise(&recorder, sizeof(recorder), MADV_WIPEONFORK) == 0)
		return true;
	output_complain("this kernel does not tell fork children apart (Linux 4.14 does), "
			"so nothing is recorded");
	return false;
}

static struct state *new_state(void)
{
	struct state *s;

	if (output_open(*exe ? rt_basename(exe) : "unknown") != 0)
		return NULL;
	s = state_create(config.state_dir, output_path(), &anonymous_state);
	if (!s)
		return NULL;
	s->pid = (uint32_t)sys_getpid();
	s->epoch = sys_clock_ns(CLOCK_MONOTONIC);
	sizes_start(s);
	s->peak_slack = config.peak == PEAK_EXACT ? 0 : PEAK_SLACK;
	return s;
}

static void say_what_is_odd(struct state *s)
{
	char text[256];
	struct rt_text out = RT_TEXT(text);

	if (anonymous_state)
		output_note(s, "warning", "no-state-file",
			    "no state file could be made: what happens after the last site rows is "
			    "lost if the process is killed");
	if (real_own_malloc())
		output_note(s, "warning", "own-malloc",
			    "the program defines malloc itself, in front of every library: what it "
			    "allocates by it is not recorded, only what operator new gives it");
	if (!config.bad_name)
		return;
	rt_put(&out, "the value of ");
	rt_put(&out, config.bad_name);
	rt_put(&out, " is not understood and was ignored: ");
	rt_put(&out, config.bad_value);
	output_note(s, "warning", "bad-option", text);
}

/* What was the parent's is of no use to a fork child. */
static void forget_parent(void)
{
	sampler_after_fork();
	thread_after_fork(tls.thread);
	counters_after_fork();
	graves_forget();
	escape_after_fork();
	ranges_forget();
	output_forget();
	tls.thread = NULL;
	tls.countdown = 0;
	peak_many_threads = 0;
	lock_init(&peak_lock);
	peak_windows_forget();
	points_after_fork();
	zone_names_after_fork();
	functions_after_fork();
	leaks_after_fork();
	watchers = !blocks_glibc && ignored_blocks ? 1 : 0;
}

/* A fork child: the parent's blocks and stacks are history here, everything
 * counted from now on is the child's own. */
static struct state *start_child(const struct state *parent)
{
	struct state *s = new_state();

	if (!s)
		return NULL;
	if (trie_inherit(s, parent) != 0) {
		state_remove(s);
		return NULL;
	}
	modules_inherit(s, parent);
	record_inherited_nodes = s->nodes;
	__atomic_fetch_add(&modules_generation, 1, __ATOMIC_RELEASE);
	return s;
}

/* The blocks that were live at the fork become rows of the child. */
static void take_inheritance(struct state *s)
{
	record_inheritance_known = false;
	if (!inheritance_taken() || !recorder_attach(&tls))
		return;
	record_inheritance_known = true;
	s->inherited_live = inheritance_enter(tls.thread);
}

static enum recorder_state running_state(void)
{
	if (sizes_on || released_kept || watchers)
		return RECORDER_ON;
	if (!blocks_glibc)
		return RECORDER_SIZED;
	return peak_many_threads ? RECORDER_MANY : RECORDER_FAST;
}

void recorder_pause(bool pause)
{
	struct state *s;

	if (!recorder_enter(__builtin_frame_address(0)))
		return;
	s = recorder_memory;
	lock_take(&start_lock, (uint32_t)sys_gettid());
	if (pause != paused && recorder_is_on()) {
		paused = pause;
		recorder_set(pause ? RECORDER_PAUSED : running_state());
		output_note(s, "info", pause ? "paused" : "resumed",
			    pause ? "the program stopped the recording of allocations"
				  : "the program started the recording of allocations");
	}
	lock_release(&start_lock);
	recorder_leave();
}

void recorder_watch_allocations(bool watch)
{
	lock_take(&start_lock, (uint32_t)sys_gettid());
	watchers += watch ? 1 : -1U;
	if (recorder_state() >= RECORDER_ON)
		recorder_set(running_state());
	lock_release(&start_lock);
}

/* With the guard held and start_lock taken. */
static void start(void)
{
	struct state *parent = recorder_memory, *s = NULL;
	uint32_t parent_pid = parent ? parent->pid : 0;

	if (parent)
		forget_parent();
	if (set_up_once() && (!parent || follow_forks()))
		s = parent ? start_child(parent) : new_state();
	if (parent)
		state_forget(parent);
	recorder_memory = s;
	if (!s || output_start(s, exe, anonymous_state, parent_pid) != 0) {
		if (s)
			state_remove(s);
		recorder_memory = NULL;
		recorder_set(RECORDER_OFF);
		return;
	}
	say_what_is_odd(s);
	if (parent)
		take_inheritance(s);
	sampler_start(s);
	output_sample(s, ASKER_START);
	recorder_set(paused ? RECORDER_PAUSED : running_state());
}

/* Asked once, before anything else, and true for all children; whoever comes meanwhile
 * is let through.  The hooks need the functions behind them in any case. */
static bool may_start(void)
{
	static bool asked, refused;

	if (!__atomic_exchange_n(&asked, true, __ATOMIC_ACQ_REL) && !filters_spare_us()) {
		real_resolve();
		resolved = refused = true;
	}
	return !refused;
}

COLD bool recorder_enter_cold(struct tls *t, const void *frame)
{
	if (t->busy) {
		if (!leap_over(t, (uintptr_t)frame)) {
			t->lost += t->level == GUARD_RECORDING;
			return false;
		}
		if (guard_enter(t))
			return true;
	}
	if (recorder_state() != RECORDER_UNKNOWN)
		return false;
	if (unlikely(sealed)) {
		recorder_set(RECORDER_OFF);
		return false;
	}
	/* What the start itself calls is not the program's. */
	guard_close(t);
	if (!recorder_memory && !may_start()) {
		guard_leave(t);
		recorder_set(RECORDER_OFF);
		return false;
	}
	/* In a fork child the lock may have been held by a thread that is not
	 * here; before that nobody else runs yet. */
	if (recorder_memory && recorder_memory->pid != (uint32_t)sys_getpid())
		lock_init(&start_lock);
	lock_take(&start_lock, (uint32_t)sys_gettid());
	if (recorder_state() == RECORDER_UNKNOWN)
		start();
	lock_release(&start_lock);
	guard_leave(t);
	return guard_enter(t);
}

/* The thread or the process ends: nobody goes on. */
static void nobody_inside(void)
{
	if (tls.busy)
		leap_recover(&tls);
}

/* Of a thread for which there is no memory: counted as the first thread's. */
static void lose_event(struct state *s)
{
	if (__atomic_load_n(&s->threads, __ATOMIC_ACQUIRE))
		__atomic_fetch_add(&state_threads(s)[0].lost, 1, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&s->lost_memory, 1, __ATOMIC_RELAXED);
}

COLD struct thread *recorder_attach(struct tls *t)
{
	guard_lend(t, GUARD_NESTING);
	quiet_begin();
	t->thread = thread_attach(recorder_memory);
	if (t->thread && have_key)
		pthread_setspecific(ending_key, (void *)1);
	if (!t->thread)
		lose_event(recorder_memory);
	quiet_end();
	guard_back(t);
	return t->thread;
}

COLD void recorder_tick(struct tls *t, const void *frame)
{
	__atomic_fetch_add(&t->thread->record->lost, t->lost, __ATOMIC_RELAXED);
	t->lost = 0;
	guard_lend(t, GUARD_NESTING);
	t->countdown = (int32_t)sampler_tick(t->thread, frame);
	guard_back(t);
}

/* Ended threads whose counters may wait for the next regular drain. */
#define THREADS_A_DRAIN 256

/* Destructors of other keys may still allocate: stay until the last round. */
static void thread_is_ending(void *round)
{
	uintptr_t n = (uintptr_t)round;

	if (n < PTHREAD_DESTRUCTOR_ITERATIONS) {
		pthread_setspecific(ending_key, (void *)(n + 1));
	} else if (tls.thread && recorder_is_on()) {
		nobody_inside();
		guard_close(&tls);
		zones_end_all(tls.thread);
		if (tls.thread->leaks_disabled) {
			tls.thread->leaks_disabled = 0;
			recorder_watch_allocations(false);
		}
		/* The main thread's destructors run only when it ends before the
		 * process does. */
		if (tls.thread->tid == recorder_memory->pid)
			sampler_main_ended();
		else if (thread_ending(tls.thread) % THREADS_A_DRAIN == 0)
			sampler_hurry();
		guard_leave(&tls);
	}
}

void recorder_finish(const char *reason, const int *status)
{
	struct state *s = recorder_memory;

	if (!recorder_is_on() || !s || s->pid != (uint32_t)sys_getpid())
		return;
	nobody_inside();
	guard_close(&tls);
	recorder_set(RECORDER_OFF);
	sampler_stop();
	if (status && leaks_wanted())
		leaks_check(s, "exit", LEAKS_AT_END);
	quiet_begin();
	if (tls.thread) {
		tls.thread->record->lost += tls.lost;
		zones_end_all(tls.thread);
	}
	output_finish(s, reason, status);
	/* The mapping stays: other threads may still be in a hook. */
	if (s->ended && s->state_path)
		sys_unlink(state_text(s, s->state_path));
	quiet_end();
	guard_leave(&tls);
}

void recorder_seal(void)
{
	if (leap_inside(__builtin_frame_address(0)) || !recorder_is_on() || !recorder_memory ||
	    recorder_memory->pid != (uint32_t)sys_getpid())
		return;
	guard_close(&tls);
	sealed = true;
	output_note(recorder_memory, "warning", "seccomp",
		    "the program restricted its system calls: recording ended there");
	sampler_pause();
	guard_leave(&tls);
	recorder_finish("stopped", NULL);
}

static void last_handler(int status, void *unused)
{
	(void)unused;
	recorder_finish("exit", &status);
}

static int quick_status;

void recorder_quick_status(int status)
{
	quick_status = status;
}

static void last_quick_handler(void)
{
	recorder_finish("quick_exit", &quick_status);
}

__attribute__((constructor)) static void construct(void)
{
	have_key = pthread_key_create(&ending_key, thread_is_ending) == 0;
	if (recorder_enter_cold(&tls, __builtin_frame_address(0))) {
		at_quick_exit(last_quick_handler);
		guard_leave(&tls);
	}
}

/* Destructors of other objects may run after ours: a handler registered now runs
 * after all of them. */
__attribute__((destructor)) static void destruct(void)
{
	nobody_inside();
	guard_close(&tls);
	on_exit(last_handler, NULL);
	guard_leave(&tls);
}
