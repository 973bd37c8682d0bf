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

/* Leave the frame w is in by a plain way; *step notes what that depended on.  `exact` is
 * left to the caller. */
static inline __attribute__((always_inline)) enum walk_result
walk_plain(struct thread *t, struct walk *w, uint32_t way, struct step *step)
{
	uint64_t cfa = (way & WAY_CFA_RBP ? w->rbp : w->sp) + 8 * (uint64_t)WAY_CFA(way);
	uint64_t below = 8 * (uint64_t)WAY_RBP(way), rbp_slot = 0;
	int64_t room = (int64_t)(cfa - w->sp);

	step->kind = RULE_PLAIN;
	step->uses_rbp = (way & WAY_CFA_RBP) != 0;
	/* The frame must have room for what is loaded from it. */
	if (unlikely(room < 8 || room < (int64_t)below || (cfa & 7) ||
		     (cfa > t->span.high && !span_extend(&t->span, cfa - 8))))
		return WALK_TRUNCATED;
	if (below) {
		rbp_slot = cfa - below;
		w->rbp = walk_load(rbp_slot);
	}
	step->rbp_slot = rbp_slot;
	w->pc = walk_load(cfa - 8);
	w->sp = cfa;
	return WALK_ON;
}

/* The same by any other way. */
enum walk_result walk_rare(struct thread *t, struct walk *w, const struct rule_way *rule,
			   struct step *step);

#endif
