/* SPDX-License-Identifier: MIT */
/* invalid.c - tell what is wrong with a release; see invalid.h.  Floor: record. */
#include "invalid.h"

#include <memprof/trace.h>

#include "arch/x86_64/cfi.h"
#include "blocks.h"
#include "capture.h"
#include "output.h"
#include "real.h"
#include "released.h"
#include "shadow_walk.h"

/* A program that does it all the time shall not fill its trace. */
#define MOST_TOLD 1000
/* Nor shall one place, which does it in a loop. */
#define MOST_ALIKE 10
#define TOLD_SETS 1024

static uint32_t told;

/* Can no allocator have given this address out? */
static bool is_no_block(const struct thread *t, uintptr_t p)
{
	struct cfi_module m;

	return (p >= t->own.low && p < t->own.high) || (blocks_glibc && (p & 15)) || p < 4096 ||
	       cfi_find_module(p, &m);
}

/* What was told, and how often: by kind, call and stack of the allocation. */
static struct told {
	uint64_t key; /* 0: none yet */
	uint32_t times;
} told_about[TOLD_SETS];

/* Is there more to tell of this one? */
static bool is_worth_telling(const struct mp_invalid *line)
{
	uint64_t key = line->stack << NODE_BITS ^ line->alloc, none = 0;
	struct told *about;

	key = (key + (uint64_t)(unsigned char)line->what[0]) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	about = &told_about[(key >> 40) % TOLD_SETS];

	if (__atomic_compare_exchange_n(&about->key, &none, key, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED) ||
	    none == key)
		if (__atomic_fetch_add(&about->times, 1, __ATOMIC_RELAXED) >= MOST_ALIKE)
			return false;
	return __atomic_fetch_add(&told, 1, __ATOMIC_RELAXED) < MOST_TOLD;
}

static void tell(struct thread *t, struct mp_invalid *line, const void *p, const char *function,
		 const void *frame)
{
	struct origin from = origin_of(frame);

	if (__atomic_load_n(&told, __ATOMIC_RELAXED) >= MOST_TOLD)
		return;
	line->tid = t->tid;
	line->address = (uint64_t)(uintptr_t)p;
	line->function = function;
	line->stack = capture_look(t, &from).node;
	if (is_worth_telling(line))
		output_invalid(t->state, line);
}

void invalid_mismatch(struct thread *t, const void *p, uint32_t node, const char *function,
		      const void *frame)
{
	static const char *const names[FAMILIES] = { "malloc", "operator new", "operator new[]" };
	enum family family = 0;
	struct mp_invalid line = { .what = "mismatched-free", .alloc = node };

	while (family < FAMILY_ARRAY && !(families_of(node) & 1U << family))
		family++;
	line.gave = names[family];
	if (real_cxx_paired)
		tell(t, &line, p, function, frame);
}

void invalid_release(struct thread *t, const void *p, const char *function, const void *frame,
		     bool resize)
{
	struct mp_invalid line = { .what = "invalid-free" };
	uint32_t node;
	size_t size;

	if (shadow_was_freed((uintptr_t)p, &node)) {
		line.what = resize ? "realloc-freed" : "double-free";
		line.alloc = node;
		line.freed = released_at((uintptr_t)p);
	} else if (shadow_find((uintptr_t)p, &node, &size)) {
		line.what = "interior-free";
		line.alloc = node;
	} else if (!is_no_block(t, (uintptr_t)p)) {
		return;
	}
	tell(t, &line, p, function, frame);
}
