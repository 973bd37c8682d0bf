/* SPDX-License-Identifier: MIT */
/* capture_check.c - the checking build's second opinion; see capture_check.h.
 * Floor: unwind. */
#include "capture_check.h"

#ifdef MP_CHECK_STACKS

#include <unwind.h>

#include "config.h"
#include "rt.h"
#include "sys.h"

/* Mismatches described on stderr with MEMPROF_VERBOSE=1. */
#define DESCRIBED 5

static uint64_t captures, mismatches, shorter;

struct comparison {
	struct thread *t;
	const struct origin *from;
	uint32_t node; /* the next frame of ours */
	uint32_t at;
	bool started, differs;
	uint64_t theirs; /* identity of the frame that differs */
};

static uint64_t identity(struct comparison *c, struct _Unwind_Context *context, uint64_t *pc)
{
	int before = 0;

	*pc = _Unwind_GetIPInfo(context, &before);
	if (!*pc)
		return 0;
	return rules_frame_of(&c->t->rules, c->t->state, before ? *pc | RULES_EXACT : *pc);
}

static _Unwind_Reason_Code compare(struct _Unwind_Context *context, void *arg)
{
	struct comparison *c = arg;
	uint64_t pc, frame = identity(c, context, &pc);

	if (!c->started) {
		/* The recorder's own frames come first. */
		if (pc != c->from->pc || _Unwind_GetCFA(context) < c->from->sp)
			return _URC_NO_REASON;
		c->started = true;
	}
	if (!pc)
		return _URC_NO_REASON;
	if (c->node < NODE_FIRST || state_nodes(c->t->state)[c->node].frame != frame) {
		c->theirs = frame;
		c->differs = true;
		return _URC_END_OF_STACK;
	}
	c->node = state_nodes(c->t->state)[c->node].parent;
	c->at++;
	return _URC_NO_REASON;
}

static void describe(const struct comparison *c)
{
	char line[256];
	struct rt_text text = RT_TEXT(line);

	rt_put(&text, "memprof: check: frame ");
	rt_put_u64(&text, c->at);
	rt_put(&text, " ours ");
	rt_put_hex(&text, state_nodes(c->t->state)[c->node].frame, 16);
	rt_put(&text, " theirs ");
	rt_put_hex(&text, c->theirs, 16);
	rt_put_char(&text, '\n');
	sys_write_all(2, line, text.len);
}

void capture_check(struct thread *t, const struct origin *from, uint32_t node)
{
	struct comparison c = { .t = t, .from = from, .node = node };

	__atomic_add_fetch(&captures, 1, __ATOMIC_RELAXED);
	_Unwind_Backtrace(compare, &c);
	if (!c.differs && c.started && c.node < NODE_FIRST)
		return;
	/* libgcc stops where there is no unwind information; what lies beyond has
	 * no second opinion. */
	if (!c.differs && c.started) {
		__atomic_add_fetch(&shorter, 1, __ATOMIC_RELAXED);
		return;
	}
	if (__atomic_add_fetch(&mismatches, 1, __ATOMIC_RELAXED) <= DESCRIBED && config.verbose)
		describe(&c);
}

bool capture_check_result(char *out, size_t cap)
{
	struct rt_text text = { .buf = out, .cap = cap };

	rt_put(&text, "captures ");
	rt_put_u64(&text, captures);
	rt_put(&text, " mismatches ");
	rt_put_u64(&text, mismatches);
	rt_put(&text, " followed further than libgcc ");
	rt_put_u64(&text, shorter);
	return true;
}

#endif
