/* SPDX-License-Identifier: MIT */
/* memo.c - make, fill and drop a thread's memo; see memo.h.  Floor: counters. */
#include "memo.h"

#include "arena.h"

static const uint64_t never = 1;

bool memo_init(struct memo *memo)
{
	memo->n = 0;
	memo->frames = arena_map(MEMO_DEPTH * sizeof(*memo->frames), ARENA_CAPTURE);
	memo->slots = arena_map(MEMO_SLOTS * sizeof(*memo->slots), ARENA_CAPTURE);
	if (memo->frames && memo->slots) {
		memo->slots[0] = (struct slot){ .at = &never, .value = 0 };
		return true;
	}
	memo_release(memo);
	return false;
}

void memo_release(struct memo *memo)
{
	arena_unmap(memo->frames, MEMO_DEPTH * sizeof(*memo->frames));
	arena_unmap(memo->slots, MEMO_SLOTS * sizeof(*memo->slots));
}
