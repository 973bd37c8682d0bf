/* SPDX-License-Identifier: MIT */
/*
 * memo.h - a thread's last stack, kept with the proof that it is still there.
 * Floor: counters.
 *
 * Each step of an unwind is a function of (pc, stack pointer, frame pointer
 * where it matters) and of the slots the step loads.  So when a walk meets a
 * frame it met before, with these equal, everything further out is the same if
 * the slots from there on still hold the same values: no look-up, one compare a
 * slot.  Slots are compared strictly from the innermost outwards and the first
 * difference ends it, so only memory that a real unwind would read is touched,
 * and a stack that is long gone cannot be mistaken for a present one.
 *
 * The leaf cache keeps the innermost few frames of recent stacks and where they
 * join the memo, for programs that come back to the same few call paths above
 * one deep stack, as interpreters do.
 *
 * Private to its thread; emptied when a module goes away.
 */
#ifndef PRELOAD_MEMO_H
#define PRELOAD_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "rt.h"

/* Frames a stack may have; deeper ones are marked truncated. */
#define MEMO_DEPTH 65536
#define MEMO_SLOTS (3 * MEMO_DEPTH + 1)

/* A loaded word that the walk depends on. */
struct slot {
	const uint64_t *at;
	uint64_t value;
};

/* A frame of the remembered stack; index 0 is the outermost. */
struct memo_frame {
	uint64_t key;	    /* as in struct rule_entry */
	uint64_t sp, rbp;   /* when the walk arrived here */
	uint32_t node;	    /* the stack up to here */
	uint32_t slots_end; /* its own slots are those from the outer frame's end to here */
	uint32_t needs_rbp; /* rbp decides how the walk goes on from here */
	uint32_t spare;
};

#define LEAF_SLOTS 8
#define LEAF_WAYS 4
#define LEAF_SETS 256

struct leaf {
	uint64_t key, sp, rbp;	    /* where the walk starts; key 0: empty */
	uint64_t join_sp, join_rbp; /* the remembered frame it leads to */
	uint32_t join, join_node;   /* that frame's index and node */
	uint32_t node;		    /* the whole stack */
	uint16_t n_slots;
	uint16_t needs_rbp;
	struct slot slots[LEAF_SLOTS]; /* innermost first */
} __attribute__((aligned(64)));	       /* what is compared first is one cache line */

struct memo {
	struct memo_frame *frames;    /* MEMO_DEPTH entries */
	struct slot *slots;	      /* MEMO_SLOTS entries, outermost frame's first, from 1 */
	const struct memo_frame *top; /* the innermost frame, or one that matches nothing */
	uint32_t n;		      /* frames; 0: nothing is remembered */
	struct leaf *leaves;	      /* LEAF_SETS x LEAF_WAYS */
	uint32_t turn;		      /* way to replace next */
};

extern const struct memo_frame memo_no_frame __attribute__((visibility("hidden")));

/* False when there is no memory. */
bool memo_init(struct memo *memo);
/* The first n frames are true, no others. */
static inline void memo_set(struct memo *memo, uint32_t n)
{
	memo->n = n;
	memo->top = n ? &memo->frames[n - 1] : &memo_no_frame;
}

/* Forget everything. */
void memo_flush(struct memo *memo);
void memo_release(struct memo *memo);

/* True when slots [1, end) hold their values; else *failed is the innermost that
 * does not.  Slot 0 never does: it ends the loop without a count. */
static inline bool memo_verify(const struct memo *memo, uint32_t end, uint32_t *failed)
{
	const struct slot *s = memo->slots + end - 1;

#pragma GCC unroll 8
	while (likely(*s->at == s->value))
		s--;
	*failed = (uint32_t)(s - memo->slots);
	return s == memo->slots;
}

static inline struct leaf *memo_leaf_set(const struct memo *memo, uint64_t key, uint64_t sp)
{
	uint64_t h = (key ^ (sp << 16)) * UINT64_C(0x9e3779b97f4a7c15);

	return memo->leaves + (h >> 32) % LEAF_SETS * LEAF_WAYS;
}

/* The node of the stack at (key, sp, rbp) by the leaf cache, or 0. */
static inline uint32_t memo_leaf_find(const struct memo *memo, uint64_t key, uint64_t sp,
				      uint64_t rbp)
{
	const struct leaf *leaf = memo_leaf_set(memo, key, sp);

	for (int way = 0; way < LEAF_WAYS; way++, leaf++) {
		const struct memo_frame *join;
		uint32_t failed, i = 0;

		if (leaf->key != key || leaf->sp != sp || (leaf->needs_rbp && leaf->rbp != rbp))
			continue;
		while (i < leaf->n_slots && *leaf->slots[i].at == leaf->slots[i].value)
			i++;
		join = &memo->frames[leaf->join];
		if (i < leaf->n_slots || leaf->join >= memo->n || join->node != leaf->join_node ||
		    join->sp != leaf->join_sp || (join->needs_rbp && join->rbp != leaf->join_rbp))
			continue;
		return memo_verify(memo, join->slots_end, &failed) ? leaf->node : 0;
	}
	return 0;
}

/* Enter the stack the memo holds, whose frames above index `join` are new. */
void memo_leaf_add(struct memo *memo, uint32_t join);

#endif
