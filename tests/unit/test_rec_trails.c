/* SPDX-License-Identifier: MIT */
/*
 * Trails against a made-up stack: each word of it says by its value where the next one lies, and
 * words change at random, inner ones more often. What trails prove must be what a walk finds, and
 * what was just kept must be found.
 */
#include <criterion/criterion.h>

#include "trails.h"

#define WORDS 100
#define ROUNDS 300000
#define PC 0x5555

static uint64_t stack[WORDS + 8];
static uint64_t *const frame = stack;
static struct trails trails;
static struct memo memo;
static uint64_t seed;

/* The words of the stack as a walk meets them, and the node from each outwards. */
static struct {
	struct slot slots[WORDS];
	uint32_t nodes[WORDS];
	uint32_t n, node;
} truth;

static uint32_t below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

static uint32_t mix(uint32_t node, const uint64_t *at, uint64_t value)
{
	uint64_t h = (node + value * 31 + (uint64_t)(at - stack) * 1009 + 1) *
		     UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 33) | 1;
}

static void walk(void)
{
	uint32_t node = 0;

	truth.n = 0;
	for (const uint64_t *at = frame + 2; at < stack + WORDS; at += 1 + (*at & 1))
		truth.slots[truth.n++] = (struct slot){ at, *at };
	for (uint32_t i = truth.n; i-- > 0;) {
		node = mix(node, truth.slots[i].at, truth.slots[i].value);
		truth.nodes[i] = node;
	}
	truth.node = mix(node, frame + 1, frame[1]);
}

/* The frame that word i led to is one of the memo's. */
static void remember(void)
{
	memo.n = truth.n;
	memo.version++;
	for (uint32_t i = 0; i < truth.n; i++) {
		uint32_t index = truth.n - 1 - i;

		memo.frames[index] = (struct memo_frame){
			.key = truth.slots[i].value,
			.sp = (uintptr_t)(truth.slots[i].at + 1),
			.node = truth.nodes[i],
			.slots_end = truth.n - i,
		};
		memo.slots[index + 1] = truth.slots[i];
	}
}

static const struct trail *keep(void)
{
	struct trail_target all = { .node = truth.node }, join = all;
	uint32_t last = TRAIL_JOIN_SLOTS - 1;
	const struct trail *t = TRAILS_WANT_ALL;

	if (truth.n > TRAIL_JOIN_SLOTS + TRAIL_FEW_FRAMES) {
		join.end = TRAIL_JOINS;
		join.join = truth.n - 1 - last;
		join.outer = truth.nodes[last];
		join.sp = (uintptr_t)(truth.slots[last].at + 1);
		join.rbp = frame;
		t = trails_add(&trails, frame, truth.slots, TRAIL_JOIN_SLOTS, &join);
	}
	if (t == TRAILS_WANT_ALL)
		t = trails_add(&trails, frame, truth.slots, truth.n, &all);
	return t;
}

static void start(void)
{
	seed = 7;
	frame[1] = PC;
	for (int i = 2; i < WORDS; i++)
		stack[i] = 100 + below(3);
	cr_assert(memo_init(&memo));
	cr_assert(trails_init(&trails));
}

Test(trails, prove_what_a_walk_finds, .init = start)
{
	uint32_t hits = 0, lost = 0;

	for (int round = 0; round < ROUNDS; round++) {
		uint32_t inner = 2 + below(1 + below(WORDS - 2));
		const struct trail *t;

		if (below(2))
			stack[below(40) ? 2 + below(8) : inner] = 100 + below(3);
		walk();
		t = trails_find(&trails, &memo, frame);
		if (t->node) {
			cr_assert_eq(t->node, truth.node, "round %d: another stack is proven",
				     round);
			hits++;
			continue;
		}
		remember();
		t = keep();
		cr_assert_not_null(t);
		cr_assert_eq(t->node, truth.node);
		/* Its own last part may have taken the place of its first. */
		lost += trails_find(&trails, &memo, frame) != t;
	}
	cr_assert_gt(hits, ROUNDS / 3, "only %u of %d found", hits, ROUNDS);
	cr_assert_lt(lost, (ROUNDS - hits) / 100, "%u of %u not kept", lost, ROUNDS - hits);
	cr_assert_lt(hits, ROUNDS - ROUNDS / 50, "nothing ever changed");
}

Test(trails, flushed_are_forgotten, .init = start)
{
	walk();
	remember();
	cr_assert_not_null(keep());
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, truth.node);
	trails_flush(&trails);
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, 0);
	frame[1] = PC + 1;
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, 0);
}

Test(trails, nothing_is_found_in_pause, .init = start)
{
	const struct trail *t;

	walk();
	remember();
	t = keep();
	cr_assert_not_null(t);
	trails_pause(&trails);
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, 0);
	trails_pause(&trails);
	trails_resume(&trails);
	trails_resume(&trails);
	cr_assert_eq(trails_find(&trails, &memo, frame), t);
	cr_assert_eq(t->node, truth.node);
	trails_pause(&trails);
	trails_flush(&trails);
	trails_resume(&trails);
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, 0);
}

/* A word of the stack that would be so many words from the frame. */
static struct slot word_at(intptr_t words, uint64_t value)
{
	return (struct slot){
		(const uint64_t *)((uintptr_t)frame + (uintptr_t)words * sizeof(uint64_t)),
		value,
	};
}

Test(trails, what_does_not_fit_is_not_kept, .init = start)
{
	struct trail_target all = { .node = 9 };
	struct slot far = word_at(UINT16_MAX + 1, 1), before = word_at(-1, 1);
	struct slot large = word_at(2, (uint64_t)1 << 48);

	cr_assert_null(trails_add(&trails, frame, &far, 1, &all));
	cr_assert_null(trails_add(&trails, frame, &before, 1, &all));
	cr_assert_null(trails_add(&trails, frame, &large, 1, &all));
	cr_assert_null(trails_add(&trails, frame, truth.slots, TRAIL_SLOTS + 1, &all));
	cr_assert_eq(trails_find(&trails, &memo, frame)->node, 0);
}
