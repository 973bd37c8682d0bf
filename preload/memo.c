/* SPDX-License-Identifier: MIT */
/* memo.c - make, fill and drop a thread's memo; see memo.h.  Floor: counters. */
#include "memo.h"

#include "arena.h"

#define LEAVES_SIZE ((size_t)LEAF_SETS * LEAF_WAYS * sizeof(struct leaf))

/* No return address is 0. */
const struct memo_frame memo_no_frame;

static const uint64_t never = 1;

bool memo_init(struct memo *memo)
{
	memo_set(memo, 0);
	memo->frames = arena_map(MEMO_DEPTH * sizeof(*memo->frames), ARENA_CAPTURE);
	memo->slots = arena_map(MEMO_SLOTS * sizeof(*memo->slots), ARENA_CAPTURE);
	memo->leaves = arena_map(LEAVES_SIZE, ARENA_CAPTURE);
	if (memo->frames && memo->slots && memo->leaves) {
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
	arena_unmap(memo->leaves, LEAVES_SIZE);
}

void memo_flush(struct memo *memo)
{
	memo_set(memo, 0);
	for (int i = 0; i < LEAF_SETS * LEAF_WAYS; i++)
		memo->leaves[i].key = 0;
}

/* Where to put a stack: in place of the same one, an empty way, or the next in
 * turn. */
static struct leaf *choose(struct memo *memo, const struct memo_frame *top)
{
	struct leaf *set = memo_leaf_set(memo, top->key, top->sp);

	for (int way = 0; way < LEAF_WAYS; way++)
		if (!set[way].key)
			return &set[way];
	return &set[memo->turn++ % LEAF_WAYS];
}

void memo_leaf_add(struct memo *memo, uint32_t join)
{
	const struct memo_frame *top = &memo->frames[memo->n - 1], *at = &memo->frames[join];
	uint32_t n = top->slots_end - at->slots_end;
	struct leaf *leaf;

	if (n > LEAF_SLOTS)
		return;
	leaf = choose(memo, top);
	leaf->key = top->key;
	leaf->sp = top->sp;
	leaf->rbp = top->rbp;
	leaf->needs_rbp = (uint16_t)top->needs_rbp;
	leaf->node = top->node;
	leaf->join = join;
	leaf->join_node = at->node;
	leaf->join_sp = at->sp;
	leaf->join_rbp = at->rbp;
	leaf->n_slots = (uint16_t)n;
	for (uint32_t i = 0; i < n; i++)
		leaf->slots[i] = memo->slots[top->slots_end - 1 - i];
}
