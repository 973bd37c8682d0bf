/* SPDX-License-Identifier: MIT */
/* span.c - find the bounds of the stack in use; see span.h.  Floor: unwind. */
#include "span.h"

#include "sys.h"

#define PAGE 4096

/* No walk goes further than this on a stack of unknown bounds. */
#define PROBE_LIMIT ((uintptr_t)256 << 20)

/* Pages of its own stack that a thread is asked for at once. */
#define OWN_STEP 2048

/* Is sp on the thread's own stack, that is in one piece with what is known of it? */
static bool on_own_stack(struct thread *t, uintptr_t sp)
{
	uintptr_t page = sp & ~(uintptr_t)(PAGE - 1), at = t->own.low;

	if (sp < t->own_least || sp >= t->own.high)
		return false;
	if (at > sp && at - page > (uintptr_t)OWN_STEP * PAGE)
		return false;
	while (at > sp) {
		uintptr_t next = (at - 1) & ~(uintptr_t)(PAGE - 1);

		if (!sys_readable((const void *)next)) {
			/* Nothing below belongs to it. */
			t->own_least = at;
			return false;
		}
		t->own.low = at = next;
	}
	return true;
}

bool span_has_room(struct thread *t, uintptr_t sp, size_t room)
{
	if (sp - room >= t->own.low && sp < t->own.high)
		return true;
	if (!on_own_stack(t, sp))
		return false;
	/* What was never used may not be known yet. */
	for (size_t below = 0; below < room; below += PAGE)
		if (sp - below < t->own_least || !sys_readable((const void *)(sp - below - 8)))
			return false;
	return true;
}

COLD void span_locate(struct thread *t, uintptr_t sp)
{
	uintptr_t low, high;

	if (on_own_stack(t, sp)) {
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
