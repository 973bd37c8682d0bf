/* SPDX-License-Identifier: MIT */
/* memo.c - make, prove and drop a thread's memo; see memo.h.  Floor: counters. */
#include "memo.h"

#include <sys/resource.h>

#include "arch/x86_64/ticks.h"
#include "arena.h"
#include "sys.h"

const uint64_t memo_never = 1;
const uint64_t memo_barrier;

/* Words of a stack that a program can write anew in a tick, at most: a call and its
 * return take two cycles and leave two words; large copies are no faster; and clocks
 * run at up to twice the rate of ticks. */
#define WORDS_A_TICK 2

/* Of a limited address space every thread takes so much; bytes a frame costs. */
#define LIMIT_SHARE 200
#define FRAME_COST (sizeof(struct memo_frame) + 3 * sizeof(struct slot) + 64)

static uint32_t choose_depth(void)
{
	uint64_t limit, depth;

	if (sys_getrlimit(RLIMIT_AS, &limit) != 0 || limit == RLIM_INFINITY)
		return MEMO_DEPTH;
	depth = limit / LIMIT_SHARE / FRAME_COST;
	return depth < MEMO_LEAST ? MEMO_LEAST : depth > MEMO_DEPTH ? MEMO_DEPTH : (uint32_t)depth;
}

bool memo_init(struct memo *memo)
{
	memo->n = 0;
	memo->version = 1;
	memo->depth = choose_depth();
	memo->frames = arena_map(memo->depth * sizeof(*memo->frames), ARENA_CAPTURE);
	memo->slots = arena_map(MEMO_SLOTS(memo->depth) * sizeof(*memo->slots), ARENA_CAPTURE);
	if (memo->frames && memo->slots) {
		memo->slots[0] = (struct slot){ .at = &memo_never, .value = 0 };
		return true;
	}
	memo_release(memo);
	return false;
}

void memo_release(struct memo *memo)
{
	arena_unmap(memo->frames, memo->depth * sizeof(*memo->frames));
	arena_unmap(memo->slots, MEMO_SLOTS(memo->depth) * sizeof(*memo->slots));
}

static int ticks_state;
enum { TICKS_UNKNOWN, TICKS_COUNT, TICKS_FORBIDDEN };

void memo_without_ticks(void)
{
	__atomic_store_n(&ticks_state, TICKS_FORBIDDEN, __ATOMIC_RELAXED);
	__atomic_store_n(&sys_ticks_forbidden, true, __ATOMIC_RELAXED);
}

/* Now, or 0 when that cannot be told. */
static uint64_t ticks(void)
{
	int state = __atomic_load_n(&ticks_state, __ATOMIC_RELAXED);

	if (unlikely(state == TICKS_UNKNOWN)) {
		state = sys_may_read_ticks() && arch_ticks_are_steady() ? TICKS_COUNT
									: TICKS_FORBIDDEN;
		__atomic_store_n(&ticks_state, state, __ATOMIC_RELAXED);
	}
	return state == TICKS_COUNT ? arch_ticks() | 1 : 0;
}

uint32_t memo_add_barrier(struct memo *memo, uint32_t end)
{
	uint64_t now = ticks();

	memo->slots[end] = (struct slot){ .at = &memo_barrier, .value = now ? now : 1 };
	return end + 1;
}

/* What lies beyond the barriers in [from, end) holds at `now`. */
static void refresh(struct memo *memo, uint32_t from, uint32_t end, uint64_t now)
{
	/* A barrier is where a multiple of MEMO_STRETCH was passed. */
	for (uint32_t at = from / MEMO_STRETCH * MEMO_STRETCH; at < end; at += MEMO_STRETCH)
		for (uint32_t i = at; i < at + MEMO_FRAME_SLOTS && i < end; i++)
			if (i >= from && memo->slots[i].at == &memo_barrier)
				memo->slots[i].value = now;
}

bool memo_prove(struct memo *memo, uint32_t end, uint32_t *failed)
{
	struct slot *s = memo->slots + end - 1;
	uint64_t now = 0;

	for (;; s--) {
		while (*s->at == s->value)
			s--;
		if (s->at != &memo_barrier)
			break;
		now = now ? now : ticks();
		if (now > s->value &&
		    (now - s->value) * WORDS_A_TICK < end - (uint32_t)(s - memo->slots))
			break;
	}
	if (now && (s == memo->slots || s->at == &memo_barrier)) {
		/* Nothing changes while we look: and our own time is not the program's. */
		refresh(memo, (uint32_t)(s - memo->slots), end, ticks());
		return true;
	}
	*failed = (uint32_t)(s - memo->slots);
	return s == memo->slots;
}
