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
 * Deep recursion would make every event compare tens of thousands of words that
 * hardly ever change.  So barriers stand between every few hundred slots, each with
 * the time at which all beyond it was known to be so.  To have changed that, the
 * program must since have left every frame in between and entered as many again (or
 * copied them from elsewhere, as some coroutines do), and written all their words
 * anew.  As long as no processor could have written that many in the time, what lies
 * beyond is as it was.  So an event costs in proportion to the time since the last
 * one, at most, and not to the depth.
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
#define MEMO_LEAST 1024	   /* where the address space is limited */
#define MEMO_FRAME_SLOTS 4 /* of a frame, with a barrier */
#define MEMO_STRETCH 512   /* slots from one barrier to the next */
#define MEMO_UNROLLED 4
#define MEMO_SLOTS(depth) (3 * (depth) + (depth) / 64 + 2)

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
	struct memo_frame *frames; /* `depth` entries */
	struct slot *slots;	   /* MEMO_SLOTS entries, outermost frame's first, from 1 */
	uint32_t depth;		   /* frames that a stack may have in this thread */
	uint32_t n;		   /* frames; 0: nothing is remembered */
	uint32_t version;	   /* another after every change, never 0 */
};

/* False when there is no memory. */
bool memo_init(struct memo *memo);
void memo_release(struct memo *memo);

/* The address in a barrier, whose value is a time: they never match. */
extern const uint64_t memo_barrier __attribute__((visibility("hidden")));

/* The address in slot 0, whose value is another. */
extern const uint64_t memo_never __attribute__((visibility("hidden")));

/* After a frame whose slots went from `from` to `end`: a barrier if it is time for
 * one.  Where its slots end now. */
uint32_t memo_add_barrier(struct memo *memo, uint32_t end);

static inline uint32_t memo_end_frame(struct memo *memo, uint32_t from, uint32_t end)
{
	return unlikely(from / MEMO_STRETCH != end / MEMO_STRETCH) ? memo_add_barrier(memo, end)
								   : end;
}

/* Stacks with a barrier are for memo_prove() alone. */
static inline bool memo_is_deep(uint32_t end)
{
	return end > MEMO_STRETCH;
}

/* From now on no time may be read (the program forbade it). */
void memo_without_ticks(void);

/* True when slots [1, end) hold their values; else *failed is the innermost that
 * does not. */
bool memo_prove(struct memo *memo, uint32_t end, uint32_t *failed);

/* The same without barriers, which it takes for slots that do not hold.  Slot 0 never does: it
 * ends the loop without a count. */
static inline __attribute__((always_inline)) bool memo_holds(const struct memo *memo, uint32_t end)
{
	const struct slot *s = memo->slots + end - 1;

	for (;; s -= MEMO_UNROLLED)
#pragma GCC unroll 4
		for (int i = 0; i < MEMO_UNROLLED; i++)
			if (unlikely(*s[-i].at != s[-i].value))
				return s[-i].at == &memo_never;
}

#endif
