/* SPDX-License-Identifier: MIT */
/* span.c - find the bounds of the stack in use; see span.h.  Floor: unwind. */
#include "span.h"

#include "sys.h"

#define PAGE 4096

/* No walk goes further than this on a stack of unknown bounds. */
#define PROBE_LIMIT ((uintptr_t)256 << 20)

COLD void span_locate(struct thread *t, uintptr_t sp)
{
	uintptr_t low, high;

	if (sp >= t->own.low && sp < t->own.high) {
		t->span = t->own;
	} else if (sys_signal_stack(&low, &high) && sp >= low && sp < high) {
		t->span = (struct span){ .low = low, .high = high };
	} else {
		/* The page of sp is in use; what lies above must be asked for. */
		t->span = (struct span){
			.low = sp & ~(uintptr_t)(PAGE - 1),
			.high = (sp & ~(uintptr_t)(PAGE - 1)) + PAGE,
			.probing = true,
		};
	}
}

COLD bool span_extend(struct span *span, uintptr_t addr)
{
	if (!span->probing || addr - span->low > PROBE_LIMIT)
		return false;
	while (span->high < addr + 8) {
		if (!sys_readable((const void *)span->high))
			return false;
		span->high += PAGE;
	}
	return true;
}
