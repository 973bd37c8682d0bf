/* SPDX-License-Identifier: MIT */
/*
 * trails.h - the stacks a thread allocated from lately, each with the proof that
 * it is there again.  Floor: counters.
 *
 * Where a walk goes is a function of the words it loads (see memo.h), so the
 * stacks met from one call site and stack pointer form a decision tree: a trail
 * is a run of words that must hold their values, and then either the whole stack
 * is proven, or one more word decides which trail comes next.  What is met again
 * costs one compare a word and one look-up a decision, however many stacks
 * differ and wherever they do.
 *
 * At first a trail proves only the innermost frames, down to one that the memo
 * has: what that proves decides what the whole stack is.  Where that fails, the
 * trail is made to prove all by itself.
 *
 * Words are read in the order in which a walk that reads as late as it can would
 * need them (a saved rbp only once a frame is found by it), so stacks that agree
 * so far agree on which word comes next, and only memory that a walk would read
 * is touched.
 *
 * The oldest trails make room for new ones.  Private to its thread; emptied when
 * a module goes away.  Only with the guard held: a signal handler may change
 * everything.
 */
#ifndef PRELOAD_TRAILS_H
#define PRELOAD_TRAILS_H

#include <stdbool.h>
#include <stdint.h>

#include "memo.h"
#include "rt.h"

/* Words of a trail; stacks with more to prove before they join the memo are not
 * kept.  They do at the first frame that they can after so many words. */
#define TRAIL_SLOTS 128
#define TRAIL_JOIN_SLOTS 16
#define TRAIL_FEW_FRAMES 4
#define TRAIL_PATIENCE 3 /* with a memo that does not have the join */
#define TRAIL_SCRATCH (TRAIL_SLOTS + 16)

/* What comes after the slots of a trail. */
enum trail_end {
	TRAIL_PROVEN,  /* nothing: the stack is proven */
	TRAIL_DECIDES, /* a word, whose value finds the next trail */
	TRAIL_JOINS,   /* a frame of the memo, whose node finds the whole stack's */
};

/* Words that must hold their values, four at a time: how many words above the hook's
 * frame each lies, and the value.  So one costs two loads, a compare and a branch. */
#define TRAIL_GROUP 4

struct trail_words {
	uint16_t at[TRAIL_GROUP];
	uint64_t value[TRAIL_GROUP];
};

/* The one after the last never matches: the return address of the hook is another. */
#define TRAIL_NO_VALUE UINT64_MAX

struct trail {
	/* How it is found: by what came before (the id of a trail, of a first trail the
	 * address of the hook's frame) and by the value of the word that decided. */
	uint64_t value, before; /* TRAIL_FORGOTTEN when it is not to be found any more */
	uintptr_t site;		/* TRAIL_SITE, or TRAIL_NO_SITE while it is not known */
	uint32_t id;		/* odd, which no address of a frame is */
	uint32_t node;		/* the stack; 0 in an empty trail, and where a word decides */
	union {
		uint32_t outer;	  /* node at the join that makes it so; others have a trail each */
		uint32_t follows; /* where a word decides: where the trail is that came next */
	};
	/* While the memo is what it was then, what holds at the join needs no other look. */
	uint32_t version;   /* of the memo, 0 for none, and */
	uint16_t slots_end; /* that of the frame */
	uint16_t join;	    /* index of the memo's frame, as last met */
	uint16_t sp;	    /* at the join, in words above the hook's frame, and */
	uint16_t next;	    /* the word where rbp is there, or the one that decides */
	uint8_t end;	    /* enum trail_end */
	uint8_t n;
	uint8_t used;	/* 0 in an empty trail */
	uint8_t failed; /* times that the memo did not have its join */
	struct trail_words words[];
};

/* A word and where it lies, in 8 bytes: of values that have no more than 48 bits. */
#define TRAIL_WORD(offset, value) ((value) << 16 | (uint16_t)(offset))
#define TRAIL_WORD_OFFSET(word) ((uint16_t)(word))
#define TRAIL_WORD_VALUE(word) ((word) >> 16)

/* Where allocations of a trail are counted, and of which enum family they are: cells lie
 * at multiples of 64 bytes.  Where there is none, no family's bits are right. */
#define TRAIL_SITE(cell, family) ((uintptr_t)(cell) + (uintptr_t)(family))
#define TRAIL_NO_SITE ((uintptr_t)63)

/*
 * The id of a trail as in `before` of those that it leads to.  No address, word or group of
 * offsets looks like that: so what lies at `follows` may have been overwritten since.
 */
#define TRAIL_AFTER(id) (UINT64_C(0xffff) << 48 | (id))
#define TRAIL_FORGOTTEN UINT64_C(0)
#define TRAIL_OFFSETS UINT16_MAX /* all are lower */

#define TRAIL_LINE 64
#define TRAIL_SETS 2048
#define TRAIL_WAYS 2
#define TRAIL_LINES 4096

/* Where trails are, in bytes from the empty one; 0 for none. */
struct trail_set {
	uint32_t at[TRAIL_WAYS];
};

/* What begins at a line of the ring: the set that names it and how many lines it has.  So
 * the oldest make room without a look at them, which nobody has had for long. */
#define TRAIL_BLOCK(set, lines) ((uint16_t)((lines)*TRAIL_SETS + (set)))
#define TRAIL_BLOCK_SET(block) ((block) % TRAIL_SETS)
#define TRAIL_BLOCK_LINES(block) ((uint32_t)(block) / TRAIL_SETS)

struct trails {
	char *ring;		/* the empty trail, and the others */
	uint16_t *blocks;	/* TRAIL_LINES; at others than the first of a block anything */
	struct trail_set *sets; /* TRAIL_SETS; what look-ups go by */
	struct trail_set *own;	/* and where trails are entered: the same unless in pause */
	struct slot *scratch;	/* TRAIL_SCRATCH slots to put together what to keep, */
	uint64_t *words;	/* and the same as TRAIL_WORDs, twice */
	uint64_t oldest, head;	/* lines used since the start */
	uint32_t last_id;
};

/* False when there is no memory. */
bool trails_init(struct trails *trails);
/* Forget everything. */
void trails_flush(struct trails *trails);
void trails_release(struct trails *trails);

/* Nothing is found until trails_resume(), and nothing may be added: a look-up in vain
 * then costs no cache line.  Both may be called again and again. */
void trails_pause(struct trails *trails);
static inline void trails_resume(struct trails *trails)
{
	trails->sets = trails->own;
}

/* What a trail leads to. */
struct trail_target {
	uint32_t node;
	enum trail_end end;
	/* of a join */
	uint32_t join, outer;
	uint64_t sp;
	const uint64_t *rbp;
};

/* The stack was not kept: its proof has to go to the end, since others that begin
 * like it do, or since the memo does not have it often enough. */
#define TRAILS_WANT_ALL ((struct trail *)-1)

/* Keep the stack that `frame` (of a hook) is on, proven by n slots and what comes
 * then.  The trail, whose site may be set; NULL when it is not kept. */
struct trail *trails_add(struct trails *trails, const uint64_t *frame, const struct slot *slots,
			 uint32_t n, const struct trail_target *target);

static inline __attribute__((always_inline)) struct trail_set *
trails_set(const struct trails *trails, uint64_t before, uint64_t value)
{
	uint32_t h = ((uint32_t)value ^ (uint32_t)before << 11) * UINT32_C(0x9e3779b1);

	return &trails->sets[h / (UINT32_MAX / TRAIL_SETS + 1)];
}

static inline __attribute__((always_inline)) struct trail *trails_at(const struct trails *trails,
								     uint32_t at)
{
	return (struct trail *)(trails->ring + at);
}

/* The trail that goes on from `before` with `value`, or an empty one. */
static inline __attribute__((always_inline)) struct trail *
trails_next(const struct trails *trails, uint64_t before, uint64_t value)
{
	const struct trail_set *set = trails_set(trails, before, value);
	struct trail *t = trails_at(trails, set->at[0]);

	if (likely(t->value == value && t->before == before))
		return t;
	t = trails_at(trails, set->at[1]);
	return t->value == value && t->before == before ? t : trails_at(trails, 0);
}

/* The trail that decides led to another one the last time. */
static inline __attribute__((always_inline)) struct trail *
trails_decide(const struct trails *trails, struct trail *t, uint64_t value)
{
	struct trail *next = trails_at(trails, t->follows);

	if (likely(next->value == value && next->before == TRAIL_AFTER(t->id)))
		return next;
	next = trails_next(trails, TRAIL_AFTER(t->id), value);
	t->follows = (uint32_t)((const char *)next - trails->ring);
	return next;
}

/* The trail that t leads to where it joins a memo that has changed since. */
struct trail *trails_join_anew(const struct trails *trails, struct trail *t,
			       const struct memo *memo, const uint64_t *frame);

static inline __attribute__((always_inline)) struct trail *trails_join(const struct trails *trails,
								       struct trail *t,
								       const struct memo *memo,
								       const uint64_t *frame)
{
	if (unlikely(t->version != memo->version))
		return trails_join_anew(trails, t, memo, frame);
	return likely(memo_holds(memo, t->slots_end)) ? t : trails_at(trails, 0);
}

/* What the first word should be that is another; TRAIL_NO_VALUE when there is none. */
static inline __attribute__((always_inline)) uint64_t trails_first_failed(const struct trail *t,
									  const uint64_t *frame)
{
	const struct trail_words *w = t->words;

	for (;; w++)
#pragma GCC unroll 4
		for (int i = 0; i < TRAIL_GROUP; i++)
			if (unlikely(frame[w->at[i]] != w->value[i]))
				return w->value[i];
}

/* The trail that proves the stack of the hook with frame address `frame`, or an
 * empty one. */
static inline __attribute__((always_inline)) struct trail *
trails_find(const struct trails *trails, const struct memo *memo, const uint64_t *frame)
{
	struct trail *t = trails_next(trails, (uintptr_t)frame, frame[1]);

	for (;;) {
		if (unlikely(trails_first_failed(t, frame) != TRAIL_NO_VALUE))
			return trails_at(trails, 0);
		if (t->end == TRAIL_PROVEN)
			return t;
		if (t->end == TRAIL_JOINS)
			return trails_join(trails, t, memo, frame);
		t = trails_decide(trails, t, frame[t->next]);
	}
}

#endif
