/* SPDX-License-Identifier: MIT */
/* walk.c - steps out of unusual frames; see walk.h.  Floor: unwind. */
#include "walk.h"

#include "sys.h"

/* To the caller, whose frame begins at cfa; a saved rbp lies by `base`. */
static enum walk_result leave_for(struct thread *t, struct walk *w, const struct rule_way *rule,
				  struct step *step, uint64_t cfa, uint64_t base)
{
	if (cfa <= w->sp || !span_holds(&t->span, w->sp, cfa - 8))
		return WALK_TRUNCATED;
	if (rule->rbp_saved) {
		step->rbp_slot = base + (uint64_t)(int64_t)rule->rbp_off;
		if (!span_holds(&t->span, w->sp, step->rbp_slot))
			return WALK_TRUNCATED;
		w->rbp = walk_load(step->rbp_slot);
	}
	w->pc = walk_load(cfa - 8);
	w->sp = cfa;
	w->exact = false;
	return WALK_ON;
}

/* A plain rule with large numbers. */
static enum walk_result leave_plain(struct thread *t, struct walk *w, const struct rule_way *rule,
				    struct step *step)
{
	uint64_t cfa = (rule->cfa_rbp ? w->rbp : w->sp) + (uint64_t)(int64_t)rule->cfa_off;

	step->uses_rbp = rule->cfa_rbp;
	return leave_for(t, w, rule, step, cfa, cfa);
}

/* A realigned frame: the CFA was saved below rbp. */
static enum walk_result leave_realigned(struct thread *t, struct walk *w,
					const struct rule_way *rule, struct step *step)
{
	step->uses_rbp = 1;
	step->cfa_slot = w->rbp + (uint64_t)(int64_t)rule->cfa_off;
	if (!span_holds(&t->span, w->sp, step->cfa_slot))
		return WALK_TRUNCATED;
	return leave_for(t, w, rule, step, walk_load(step->cfa_slot), w->rbp);
}

/* Out of a signal handler, maybe onto another stack. */
static enum walk_result leave_signal(struct thread *t, struct walk *w, struct step *step)
{
	uint64_t frame = w->sp;

	if (!span_holds(&t->span, w->sp, frame + CFI_SIGNAL_RIP))
		return WALK_TRUNCATED;
	step->rbp_slot = frame + CFI_SIGNAL_RBP;
	w->pc = walk_load(frame + CFI_SIGNAL_RIP);
	w->sp = walk_load(frame + CFI_SIGNAL_RSP);
	w->rbp = walk_load(step->rbp_slot);
	w->exact = true;
	if (w->sp < t->span.low || w->sp >= t->span.high || w->sp <= frame)
		span_locate(t, w->sp);
	return WALK_ON;
}

/* True when the bytes before a return address are a near call. */
static bool follows_call(uint64_t pc)
{
	const uint8_t *p = (const uint8_t *)(uintptr_t)(pc - 7);

	if (!sys_readable(p))
		return false;
	/* call rel32, then the indirect forms of 2 to 7 bytes (ff /2). */
	if (p[2] == 0xe8)
		return true;
	for (int at = 0; at <= 5; at++)
		if (p[at] == 0xff && (p[at + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* The loader's entry code, which has no unwind information, calls the program's
 * constructors from the very end of the main stack. */
static bool at_stack_end(const struct thread *t, const struct walk *w)
{
	return t->tid == t->state->pid && w->sp + SPAN_ENTRY >= t->own.high && w->sp < t->own.high;
}

/* A coroutine's first frame: its return address was put there by hand and is the
 * start of a function (makecontext() does so), which no call comes before. */
static bool at_coroutine_end(const struct walk *w)
{
	struct rule rule = { .kind = RULE_NONE };
	struct cfi_module m;

	if (w->exact || !cfi_find_module(w->pc, &m))
		return false;
	cfi_rule(&m, w->pc, &rule);
	return rule.kind != RULE_NONE && !follows_call(w->pc);
}

/* Code without unwind information: its frame pointer, if it looks like one. */
static enum walk_result leave_by_frame_pointer(struct thread *t, struct walk *w, struct step *step)
{
	uint64_t frame = w->rbp, pc, rbp;

	if (at_stack_end(t, w) || at_coroutine_end(w)) {
		step->kind = RULE_END;
		return WALK_END;
	}
	step->uses_rbp = 1;
	step->rbp_slot = frame;
	if (frame < w->sp || !span_holds(&t->span, w->sp, frame) ||
	    !span_holds(&t->span, w->sp, frame + 8))
		return WALK_TRUNCATED;
	rbp = walk_load(frame);
	pc = walk_load(frame + 8);
	if ((rbp && rbp <= frame) || pc < 4096 || !follows_call(pc))
		return WALK_TRUNCATED;
	*w = (struct walk){ .pc = pc, .sp = frame + 16, .rbp = rbp };
	return WALK_ON;
}

COLD enum walk_result walk_rare(struct thread *t, struct walk *w, const struct rule_way *rule,
				struct step *step)
{
	step->kind = rule->kind;
	step->uses_rbp = rule->cfa_rbp;
	step->rbp_slot = 0;
	step->cfa_slot = 0;
	switch (rule->kind) {
	case RULE_PLAIN:
		return leave_plain(t, w, rule, step);
	case RULE_DRAP:
		return leave_realigned(t, w, rule, step);
	case RULE_SIGNAL:
		return leave_signal(t, w, step);
	case RULE_END:
		return WALK_END;
	case RULE_COMPLEX:
		return WALK_FULL;
	default:
		return leave_by_frame_pointer(t, w, step);
	}
}
