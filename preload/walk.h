/* SPDX-License-Identifier: MIT */
/*
 * walk.h - one step of an unwind by a cached rule.  Floor: unwind.
 *
 * Every load is checked to lie on the stack the walk is on; a caller's frame
 * lies strictly above its callee's, which also ends every loop.
 */
#ifndef PRELOAD_WALK_H
#define PRELOAD_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"
#include "thread.h"

/* Registers of the walk, and whether pc is an interrupted instruction. */
struct walk {
	uint64_t pc, sp, rbp;
	bool exact;
};

enum walk_result {
	WALK_ON,
	WALK_END,	/* the outermost frame was reached */
	WALK_TRUNCATED, /* nobody can say what comes next */
	WALK_FULL,	/* only the full interpretation can */
};

static inline uint64_t walk_key(const struct walk *w)
{
	return w->exact ? w->pc | RULES_EXACT : w->pc;
}

static inline uint64_t walk_load(uint64_t addr)
{
	return *(const uint64_t *)(uintptr_t)addr;
}

/* The kinds of rule other than RULE_PLAIN. */
enum walk_result walk_rare(struct thread *t, struct walk *w, const struct rule_way *rule,
			   struct step *step);

/* Leave the frame w is in; *step notes what that depended on. */
static inline enum walk_result walk_step(struct thread *t, struct walk *w,
					 const struct rule_way *rule, struct step *step)
{
	uint64_t cfa;

	step->kind = rule->kind;
	step->uses_rbp = rule->cfa_rbp;
	step->rbp_slot = 0;
	step->cfa_slot = 0;
	if (unlikely(rule->kind != RULE_PLAIN))
		return walk_rare(t, w, rule, step);
	cfa = (rule->cfa_rbp ? w->rbp : w->sp) + (uint64_t)(int64_t)rule->cfa_off;
	if (unlikely(cfa <= w->sp || !span_holds(&t->span, w->sp, cfa - 8)))
		return WALK_TRUNCATED;
	if (rule->rbp_saved) {
		step->rbp_slot = cfa + (uint64_t)(int64_t)rule->rbp_off;
		if (unlikely(!span_holds(&t->span, w->sp, step->rbp_slot)))
			return WALK_TRUNCATED;
		w->rbp = walk_load(step->rbp_slot);
	}
	w->pc = walk_load(cfa - 8);
	w->sp = cfa;
	w->exact = false;
	return WALK_ON;
}

#endif
