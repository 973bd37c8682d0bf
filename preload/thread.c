/* SPDX-License-Identifier: MIT */
/* thread.c - attach threads to the recorder and reuse their memory; see thread.h.
 * Floor: counters. */
#define _GNU_SOURCE
#include "thread.h"

#include <errno.h>
#include <sys/resource.h>

#include "arch/x86_64/syscall.h"
#include "arena.h"
#include "guard.h"
#include "lock.h"
#include "modules.h"
#include "peak.h"
#include "sys.h"

/* Stack of the main thread ends here; the loader knows it. */
extern void *__libc_stack_end;

/* No thread has this id. */
#define GRAVE_TID UINT32_MAX

static struct lock lock;
static struct thread_record nobody;
static struct thread *ended; /* threads that are gone or about to go */
static uint64_t lives;
static struct thread *made; /* all there ever were */

/* Threads that had the caller's id before it are gone: their last line comes
 * before its first, or their rows would be taken for its. */
static void mark_gone(uint32_t tid)
{
	for (struct thread *t = ended; t; t = t->next) {
		uint32_t state = THREAD_ENDED;

		if (t->tid == tid && t->record->tid == tid)
			__atomic_compare_exchange_n(&t->record->state, &state, THREAD_GONE, false,
						    __ATOMIC_RELEASE, __ATOMIC_RELAXED);
	}
}

/* Memory of a thread that the kernel no longer knows. */
static struct thread *take_over(uint32_t pid, uint32_t tid)
{
	for (struct thread **link = &ended; *link; link = &(*link)->next) {
		struct thread *t = *link;

		if (t->tid && t->tid != tid && sys_thread_exists((int)pid, (int)t->tid) != -ESRCH)
			continue;
		*link = t->next;
		for (int kind = 0; kind < MP_KINDS; kind++)
			arena_clear(t->maps[kind].cells, t->maps[kind].len * sizeof(uint32_t));
		t->memo.n = 0;
		trails_flush(&t->trails);
		t->last = t->before_last = 0;
		return t;
	}
	return NULL;
}

/* What walks and proofs need. */
static bool make_tables(struct thread *t)
{
	if (!memo_init(&t->memo))
		return false;
	t->walk = arena_map(t->memo.depth * sizeof(*t->walk), ARENA_CAPTURE);
	if (t->walk && trails_init(&t->trails)) {
		if (rules_init(&t->rules))
			return true;
		trails_release(&t->trails);
	}
	arena_unmap(t->walk, t->memo.depth * sizeof(*t->walk));
	memo_release(&t->memo);
	return false;
}

static struct thread *make(void)
{
	struct thread *t = arena_map(sizeof(*t), ARENA_CAPTURE);

	if (!t)
		return NULL;
	if (!make_tables(t)) {
		arena_unmap(t, sizeof(*t));
		return NULL;
	}
	t->made_before = __atomic_load_n(&made, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&made, &t->made_before, t, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return t;
}

#define STACK_MAX ((uint64_t)1 << 30)

uintptr_t thread_stack_top(bool is_main)
{
	return is_main ? (uintptr_t)__libc_stack_end + SPAN_ABOVE_ENTRY : arch_thread_pointer();
}

/* The thread's own stack: known at its upper end (the main thread's from the
 * loader, others end below their thread control block).  The main thread's goes
 * down as far as its limit; others were made of any size, so that they are looked
 * at page by page as they are used (span_locate). */
static void set_own_stack(struct thread *t, bool is_main)
{
	uintptr_t high = thread_stack_top(is_main);
	uint64_t limit;

	if (!is_main || sys_getrlimit(RLIMIT_STACK, &limit) != 0 || limit > STACK_MAX)
		limit = STACK_MAX;
	t->own_least = high - limit;
	t->own = (struct span){ .low = is_main ? t->own_least : high, .high = high };
	t->span = t->own;
}

static struct thread_record *reuse_record(struct state *s, uint32_t *index)
{
	struct thread_record *records = state_threads(s);

	for (uint32_t i = 0; s->free_records && i < s->threads; i++) {
		/* whose owner and reader change it without the lock, until it is free */
		if (__atomic_load_n(&records[i].state, __ATOMIC_ACQUIRE) != THREAD_FREE ||
		    records[i].tid)
			continue;
		s->free_records--;
		*index = i;
		return &records[i];
	}
	return NULL;
}

/* A record for thread `tid`, in state THREAD_FREE, so that readers pass over it
 * until it is complete.  With the lock held. */
static struct thread_record *claim_record(struct state *s, uint32_t tid, uint32_t *index)
{
	struct thread_record *record = reuse_record(s, index);
	uint32_t n = s->threads;

	if (!record) {
		if (state_reserve(s, REGION_THREADS, (uint64_t)(n + 1) * sizeof(*record)) != 0)
			return NULL;
		record = &state_threads(s)[n];
		*index = n;
	}
	record->tid = tid;
	if (*index == n)
		__atomic_store_n(&s->threads, n + 1, __ATOMIC_RELEASE);
	return record;
}

/* With the lock held. */
static void unclaim_record(struct state *s, struct thread_record *record)
{
	*record = (struct thread_record){ .state = THREAD_FREE };
	s->free_records++;
}

static void read_name(struct thread_record *record)
{
	char name[16];

	thread_set_name(record, sys_get_name(name) == 0 ? name : "");
}

COLD struct thread *thread_attach(struct state *s)
{
	uint32_t tid = (uint32_t)sys_gettid();
	struct thread_record *record;
	struct thread *t;

	lock_take(&lock, tid);
	mark_gone(tid);
	t = take_over(s->pid, tid);
	lock_release(&lock);
	if (!t)
		t = make();
	if (!t)
		return NULL;
	if (t->state != s)
		t->ids = (struct trie_ids){ 0 };
	lock_take(&lock, tid);
	record = claim_record(s, tid, &t->index);
	t->life = ++lives;
	lock_release(&lock);
	if (record) {
		t->state = s;
		t->cells = state_cells(s) - 1;
		t->tid = tid;
		t->record = record;
		t->too_deep = 0;
		t->leaks_disabled = 0;
		t->pointer = arch_thread_pointer();
		set_own_stack(t, tid == s->pid);
		/* The C library starts threads by other roads than pthread_create:
		 * thrd_create, timers, asynchronous input and output. */
		if (tid != s->pid) {
			peak_share(s);
			recorder_set_many();
		}
		record->started = __atomic_load_n(&s->now, __ATOMIC_RELAXED);
		read_name(record);
		if (counters_start(t)) {
			__atomic_store_n(&record->state, THREAD_ALIVE, __ATOMIC_RELEASE);
			return t;
		}
	}
	lock_take(&lock, tid);
	if (record)
		unclaim_record(s, record);
	/* Its memory is for the next one. */
	t->record = &nobody;
	t->tid = 0;
	t->next = ended;
	ended = t;
	lock_release(&lock);
	return NULL;
}

uint32_t thread_ending(struct thread *t)
{
	static uint32_t endings;
	uint32_t alive = THREAD_ALIVE;

	if (!__atomic_compare_exchange_n(&t->record->state, &alive, THREAD_ENDED, false,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return 1;
	lock_take(&lock, t->tid);
	t->next = ended;
	ended = t;
	lock_release(&lock);
	return __atomic_add_fetch(&endings, 1, __ATOMIC_RELAXED);
}

uintptr_t thread_pointer_of(const struct state *s, uint32_t tid)
{
	for (const struct thread *t = __atomic_load_n(&made, __ATOMIC_ACQUIRE); t;
	     t = t->made_before)
		if (t->tid == tid && t->state == s && t->record->state == THREAD_ALIVE)
			return t->pointer;
	return 0;
}

struct thread *thread_make_grave(struct state *s)
{
	struct thread *t = arena_map(sizeof(*t), ARENA_CAPTURE);

	if (!t)
		return NULL;
	lock_take(&lock, (uint32_t)sys_gettid());
	t->record = claim_record(s, GRAVE_TID, &t->index);
	lock_release(&lock);
	t->state = s;
	t->cells = state_cells(s) - 1;
	t->tid = GRAVE_TID;
	if (t->record && counters_start(t)) {
		__atomic_store_n(&t->record->state, THREAD_GRAVE, __ATOMIC_RELEASE);
		return t;
	}
	arena_unmap(t, sizeof(*t));
	return NULL;
}

void thread_give_back(struct state *s, struct thread_record *record)
{
	lock_take(&lock, (uint32_t)sys_gettid());
	unclaim_record(s, record);
	s->threads_gone++;
	lock_release(&lock);
}

void thread_set_name(struct thread_record *record, const char *name)
{
	uint32_t version = __atomic_load_n(&record->name_version, __ATOMIC_RELAXED);

	__atomic_store_n(&record->name_version, version | 1, __ATOMIC_RELEASE);
	for (size_t i = 0; i < sizeof(record->name); i++) {
		record->name[i] = *name;
		name += *name != '\0';
	}
	record->name[sizeof(record->name) - 1] = '\0';
	__atomic_store_n(&record->name_version, (version | 1) + 1, __ATOMIC_RELEASE);
}

void thread_after_fork(struct thread *t)
{
	lock_init(&lock);
	ended = t;
	if (t) {
		t->record = &nobody;
		t->tid = 0;
		t->next = NULL;
	}
}
