/* SPDX-License-Identifier: MIT */
/*
 * Stacks through frames of all sizes: what a rule says of a small one is kept as one word, of a
 * large one in a list. Either way a walk must come out where it would have without the frame, and
 * again once every rule was forgotten.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "capture.h"
#include "modules.h"
#include "shadow.h"
#include "state.h"
#include "sys.h"

#define NOINLINE __attribute__((noinline))
#define MOST 64

static struct thread *t;

/* Identities of the frames of a stack, innermost first. */
struct stack {
	uint64_t frames[MOST];
	uint32_t n;
};

static void start(void)
{
	bool anonymous;
	struct state *s;

	modules_init("/proc/self/exe");
	shadow_init(5);
	s = state_create(NULL, NULL, &anonymous);
	cr_assert(s);
	s->pid = (uint32_t)sys_getpid();
	t = thread_attach(s);
	cr_assert(t);
}

static void stop(void)
{
	state_remove(t->state);
}

TestSuite(rules, .init = start, .fini = stop);

/* In the place of a hook. */
static NOINLINE struct stack hook(void)
{
	struct origin from = origin_of(__builtin_frame_address(0));
	struct capture found = capture_look(t, &from);
	const struct node *nodes = state_nodes(t->state);
	struct stack stack = { .n = 0 };

	cr_assert(!found.truncated);
	for (uint32_t id = found.node; id; id = nodes[id].parent)
		if (stack.n < MOST)
			stack.frames[stack.n++] = nodes[id].frame;
	return stack;
}

/* A frame of so many bytes, found by rsp or by rbp. */
#define FRAME(bytes, how)                                    \
	static NOINLINE how struct stack frame_##bytes(void) \
	{                                                    \
		volatile char room[bytes];                   \
		struct stack stack;                          \
                                                             \
		room[0] = room[(bytes)-1] = 1;               \
		stack = hook();                              \
		cr_assert_eq(room[0] + room[(bytes)-1], 2);  \
		return stack;                                \
	}

/* Not every compiler can be told so; then all are found by whatever it likes best. */
#if defined(__GNUC__) && !defined(__clang__)
#define BY_RSP __attribute__((optimize("omit-frame-pointer")))
#define BY_RBP __attribute__((optimize("no-omit-frame-pointer")))
#else
#define BY_RSP
#define BY_RBP
#endif

FRAME(16, BY_RSP)
FRAME(4096, BY_RSP)
FRAME(60000, BY_RSP)
FRAME(65536, BY_RSP)
FRAME(300000, BY_RSP)
FRAME(17, BY_RBP)
FRAME(65537, BY_RBP)
FRAME(300001, BY_RBP)

static struct stack (*const frames[])(void) = {
	frame_16,     frame_4096, frame_60000, frame_65536,
	frame_300000, frame_17,	  frame_65537, frame_300001,
};
#define FRAMES (sizeof(frames) / sizeof(*frames))

/* An array on the stack whose size is known only now: the frame is found by rbp, and rbp and what
 * else was saved lie far below the CFA of the next one. */
static NOINLINE struct stack variable(uint32_t bytes, struct stack (*next)(void))
{
	volatile char room[bytes];
	struct stack stack;

	room[0] = room[bytes - 1] = 1;
	stack = next();
	cr_assert_eq(room[0] + room[bytes - 1], 2);
	return stack;
}

/* All go out by the same frames, but for the one that differs and its caller's place. */
static void compare(const struct stack *a, const struct stack *b, uint32_t differ)
{
	cr_assert_eq(a->n, b->n, "%u frames and %u", a->n, b->n);
	cr_assert_gt(a->n, differ + 2);
	for (uint32_t i = differ; i < a->n; i++)
		cr_assert_eq(a->frames[i], b->frames[i], "frame %u of %u", i, a->n);
}

Test(rules, frames_of_all_sizes)
{
	struct stack first[FRAMES];

	for (uint32_t round = 0; round < 3; round++)
		for (uint32_t i = 0; i < FRAMES; i++) {
			struct stack stack = frames[i](),
				     deeper = variable(100 + i * 777, frames[i]);

			if (!round)
				first[i] = stack;
			compare(&first[i], &stack, 0);
			compare(&first[0], &stack, 1);
			/* one more, called from elsewhere in this function */
			cr_assert_eq(deeper.n, stack.n + 1);
			cr_assert_eq(deeper.frames[0], stack.frames[0]);
			cr_assert_eq(deeper.frames[deeper.n - 1], stack.frames[stack.n - 1]);
			/* rules are read again, and the memo is empty */
			__atomic_fetch_add(&modules_generation, 1, __ATOMIC_RELEASE);
		}
}

/* Identities tell the module and where in it, whichever way a rule is kept. */
Test(rules, identities)
{
	struct stack small = frame_16(), large = frame_300000();
	uint32_t module = FRAME_MODULE(small.frames[0]);

	cr_assert_neq(module, 0);
	cr_assert_eq(FRAME_MODULE(large.frames[0]), module);
	cr_assert_neq(large.frames[0], small.frames[0]);
	for (uint32_t i = 0; i < small.n; i++) {
		const struct module_record *m = &state_modules(
			t->state)[FRAME_MODULE(small.frames[i]) - 1];

		cr_assert_neq(FRAME_MODULE(small.frames[i]), 0);
		cr_assert_lt(FRAME_OFFSET(small.frames[i]) + m->bias, m->end);
		cr_assert_geq(FRAME_OFFSET(small.frames[i]) + m->bias, m->start);
	}
}

/* What a broken stack has for return addresses names no module that there is not. */
Test(rules, addresses_of_nobody)
{
	static const uint64_t odd[] = { 0x0000800000001234, 0x00ff00005555aaaa, 0x7fffffffffffffff,
					0x1234, 0x5a5a5a5a5a5a5a5a & ~RULES_EXACT };

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		cr_expect_eq(rules_frame_of(&t->rules, t->state, odd[i]), FRAME_OFFSET(odd[i]));
		cr_expect_eq(rules_frame_of(&t->rules, t->state, odd[i] | RULES_EXACT),
			     FRAME_OFFSET(odd[i]) | FRAME_EXACT);
	}
}
