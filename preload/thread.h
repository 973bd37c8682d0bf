/* SPDX-License-Identifier: MIT */
/*
 * thread.h - everything the recorder keeps for one thread.  Floor: counters.
 *
 * The counters a reader needs are in the state file (record, cells); what only
 * makes them fast is private memory of the thread.  Its memory is taken over by
 * a later thread once the kernel says the first one is gone.
 */
#ifndef PRELOAD_THREAD_H
#define PRELOAD_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include <memprof/trace.h>

#include "families.h"
#include "memo.h"
#include "origin.h"
#include "rules.h"
#include "state.h"
#include "trails.h"
#include "trie.h"

/* Stack node to cell: 1 + the cell's index, 0 for none yet; of the heap with the
 * FAMILY_BARS of the stack. */
struct cell_map {
	uint32_t *cells;
	uint32_t len;
};

/* What the main stack holds above the stack pointer of the program's entry, and a
 * bit below for its alignment. */
#define SPAN_ABOVE_ENTRY 64
#define SPAN_ENTRY (SPAN_ABOVE_ENTRY + 16)

/* A range of memory that stacks may be read from. */
struct span {
	uintptr_t low, high;
	bool probing; /* bounds unknown: each further page is asked for */
};

/* A frame of the walk, innermost first. */
struct step {
	uint64_t key, frame;
	uint64_t sp, rbp;  /* on arrival at the frame */
	uint64_t rbp_slot; /* where the caller's rbp was loaded from, 0 when it was not */
	uint64_t cfa_slot; /* where the CFA was loaded from, 0 when it was computed;
			    * not of RULE_PLAIN, where it never is */
	uint8_t kind;	   /* enum rule_kind */
	uint8_t uses_rbp;  /* the step out of this frame used rbp */
};

struct zones;

struct thread {
	struct state *state;
	struct thread_record *record;
	uint32_t index; /* of the record */
	uint32_t tid;
	uint32_t interval;  /* events between two looks at the clock, */
	uint64_t ticked;    /* and when the last one was */
	struct cell *cells; /* of the state, less one: maps count from 1 */
	struct cell_map maps[MP_KINDS];

	uintptr_t last, before_last; /* the newest block and the one before it */
	uint32_t last_node;	     /* the newest block's stack */

	struct rules rules;
	struct trie_ids ids;
	struct span span;    /* where the last stack was */
	struct span own;     /* the thread's own stack, as far down as it is known to go */
	uintptr_t own_least; /* and where it may end at most */

	struct trails trails;
	struct memo memo;
	struct zones *zones; /* open regions; NULL before the first */
	uint64_t walked_at;  /* allocations when a stack was last walked */
	uint32_t between;    /* allocations from one walk to the next: 256 times the average */
	uint32_t walks;	     /* that found few allocations between them */
	uint64_t stretch_at; /* allocations when the stretch under way began, */
	uint32_t walked;     /* stacks walked in it, */
	uint32_t stretches;  /* and for how many more the trails are in pause */
	uint64_t too_deep;   /* at or below this stack pointer stacks were too deep to follow */
	struct step *walk;   /* the frames of the capture under way */

	uint32_t leaks_disabled; /* what it allocates now is to be ignored: by so many calls */

	struct origin new_origin; /* while the guard is adopting: who called operator new, */
	size_t new_size;	  /* for how much, */
	enum family new_family;	  /* and which */

	uint64_t life;	     /* no two threads have the same, records and memory they may */
	uintptr_t pointer;   /* the thread pointer */
	struct thread *next; /* in the list of ended threads */
	struct thread *made_before;
};

/* The thread's cell for a stack, made when there is none; never NULL. */
struct cell *counters_add(struct thread *t, enum mp_kind kind, uint32_t node);

/* Give a block of cells, numbered from 0, to whoever needs one next. */
void counters_give_back(struct state *s, uint32_t block);
/* In a fork child: the locks are free. */
void counters_after_fork(void);

/* Make the thread's first cell, the one for NODE_OTHER.  False without memory. */
bool counters_start(struct thread *t);

/* A stack's blocks may be released by that family, whatever its map says. */
static inline void counters_lift_bar(struct thread *t, uint32_t node, enum family family)
{
	struct cell_map *map = &t->maps[MP_HEAP];

	if (node < map->len && unlikely(map->cells[node] & FAMILY_BAR(family)))
		map->cells[node] &= ~FAMILY_BARS;
}

static inline struct cell *counters_cell(struct thread *t, enum mp_kind kind, uint32_t node)
{
	struct cell_map *map = &t->maps[kind];

	if (likely(node < map->len && map->cells[node]))
		return &t->cells[map->cells[node] & ~FAMILY_BARS];
	return counters_add(t, kind, node);
}

/*
 * Register the calling thread.  NULL when there is no memory for it: the thread is not recorded then.  `s` is the process's
 * state.  Takes a lock.
 */
struct thread *thread_attach(struct state *s);

/* Where the calling thread's own stack ends; `is_main` for that of the process. */
uintptr_t thread_stack_top(bool is_main);

/* The calling thread is about to end; later events of it still count.  Returns
 * how many have said so before, and it. */
uint32_t thread_ending(struct thread *t);

/* The thread pointer of thread `tid`, by its last record; 0 when it has none. */
uintptr_t thread_pointer_of(const struct state *s, uint32_t tid);

/* Give a thread its name in the record. */
void thread_set_name(struct thread_record *record, const char *name);

/* No thread, but a record with cells: where the counts of ended threads are
 * summed up.  NULL without memory. */
struct thread *thread_make_grave(struct state *s);

/* Give the record of a thread that is summed up to the next thread. */
void thread_give_back(struct state *s, struct thread_record *record);

/* In a fork child: no thread but the caller exists, which was `t` in the parent, or
 * NULL.  Its memory is for the next one that is attached. */
void thread_after_fork(struct thread *t);

#endif
