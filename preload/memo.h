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
	uint64_t key;	  /* as in struct rule_entry */
	uint64_t sp, rbp; /* when the walk arrived here */
	uint64_t rbp_at;  /* where the next step found the caller's rbp; 0: it is the same */
	uint32_t node;	  /* the stack up to here */
	/* Its own slots are those from the outer frame's end to here. */
	uint32_t slots_end;
	uint8_t needs_rbp; /* rbp decides how the walk goes on from here */
	uint8_t uses_rbp;  /* so does the very next step */
	uint8_t saves_rbp; /* the first of its slots is the caller's rbp */
};

struct memo {
	struct memo_frame *frames; /* MEMO_DEPTH entries */
	struct slot *slots;	   /* MEMO_SLOTS entries, outermost frame's first, from 1 */
	uint32_t n;		   /* frames; 0: nothing is remembered */
};

/* False when there is no memory. */
bool memo_init(struct memo *memo);
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

#endif
