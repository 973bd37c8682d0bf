/* SPDX-License-Identifier: MIT */
/* invalid.c - tell what is wrong with a release; see invalid.h.  Floor: record. */
#include "invalid.h"

#include <memprof/trace.h>

#include "arch/x86_64/cfi.h"
#include "blocks.h"
#include "capture.h"
#include "output.h"
#include "shadow_walk.h"

/* A program that does it all the time shall not fill its trace. */
#define MOST_TOLD 1000
/* How far back a live block is looked for that the address may lie in. */
#define MOST_BACK ((uintptr_t)4 << 20)

static uint32_t told;

/* The live block that p lies inside of: its stack, or 0. */
static uint32_t inside(uintptr_t p)
{
	uintptr_t granule = (uintptr_t)1 << shadow_shift, at = p & ~(granule - 1);

	for (uintptr_t end = at > MOST_BACK ? at - MOST_BACK : granule; at > end; at -= granule) {
		uint32_t *leaf = shadow_leaf(at), entry, node;
		uintptr_t start;
		size_t size;

		if (!leaf) {
			at &= ~(((uintptr_t)1 << SHADOW_LEAF_BITS) - 1);
			continue;
		}
		entry = __atomic_load_n(shadow_slot(leaf, at, shadow_shift), __ATOMIC_RELAXED);
		if (!entry || shadow_is_freed(entry))
			continue;
		start = shadow_start(at, entry);
		if (start < p && shadow_look(start, &node, &size))
			return p - start < size ? node : 0;
	}
	return 0;
}

/* Can no allocator have given this address out? */
static bool is_no_block(const struct thread *t, uintptr_t p)
{
	struct cfi_module m;

	return (p >= t->own.low && p < t->own.high) || (blocks_glibc && (p & 15)) || p < 4096 ||
	       cfi_find_module(p, &m);
}

void invalid_release(struct thread *t, const void *p, const char *function, const void *frame,
		     bool resize)
{
	struct mp_invalid line = {
		.tid = t->tid,
		.address = (uint64_t)(uintptr_t)p,
		.function = function,
	};
	struct origin from = origin_of(frame);
	uint32_t node;

	if (shadow_was_freed((uintptr_t)p, &node)) {
		line.what = resize ? "realloc-freed" : "double-free";
		line.alloc = node;
	} else if ((node = inside((uintptr_t)p))) {
		line.what = "interior-free";
		line.alloc = node;
	} else if (is_no_block(t, (uintptr_t)p)) {
		line.what = "invalid-free";
	} else {
		return;
	}
	if (__atomic_fetch_add(&told, 1, __ATOMIC_RELAXED) >= MOST_TOLD)
		return;
	line.stack = capture_look(t, &from).node;
	output_invalid(t->state, &line);
}
