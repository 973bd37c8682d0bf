/* SPDX-License-Identifier: MIT */
/* capture_full.c - walk by full interpretation; see capture_full.h.  Floor: unwind. */
#include "capture_full.h"

#include "arch/x86_64/cfi.h"
#include "span.h"

/* What a full step may read: the stack from where the walk is. */
struct reach {
	struct thread *t;
	uint64_t sp;
};

static bool read_stack(void *ctx, uint64_t addr, uint64_t *value)
{
	struct reach *reach = ctx;

	if (!span_holds(&reach->t->span, reach->sp, addr))
		return false;
	*value = *(const uint64_t *)(uintptr_t)addr;
	return true;
}

COLD bool capture_full(struct thread *t, const struct origin *from, uint32_t *n)
{
	struct cfi_regs regs;
	struct reach reach = { .t = t };
	bool exact = true, recording = false;
	uint32_t len = 0;
	int step;

	cfi_regs_here(&regs);
	span_locate(t, regs.r[CFI_RSP]);
	do {
		uint64_t pc = regs.r[CFI_RIP];

		if (!recording && pc == from->pc && regs.r[CFI_RSP] == from->sp)
			recording = true;
		if (recording) {
			if (len == t->memo.depth) {
				step = -1;
				break;
			}
			t->walk[len++].frame = rules_frame_of(&t->rules, t->state,
							      exact ? pc | RULES_EXACT : pc);
		}
		reach.sp = regs.r[CFI_RSP];
		step = cfi_step(&regs, &exact, read_stack, &reach);
		/* A signal frame may lead to another stack. */
		if (step > 0 && (regs.r[CFI_RSP] < t->span.low || regs.r[CFI_RSP] >= t->span.high))
			span_locate(t, regs.r[CFI_RSP]);
	} while (step > 0);
	*n = len;
	return step == 0 && recording;
}
