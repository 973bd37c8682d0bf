/* SPDX-License-Identifier: MIT */
/*
 * leak_roots.h - where the search for pointers begins.  Floor: leaks.
 *
 * The writable parts of every loaded object, the stacks, thread-local memory and
 * what the program mapped itself.  Not the allocator's own memory, where what was
 * released still lies about, and not the recorder's.
 */
#ifndef PRELOAD_LEAK_ROOTS_H
#define PRELOAD_LEAK_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "leak_blocks.h"
#include "leak_maps.h"
#include "leak_wishes.h"

/* A thread, as it was found before the scan. */
struct leak_thread {
	uint32_t tid;
	bool main;		    /* of the process's first thread */
	bool running;		    /* not the caller and not waiting in the kernel */
	uintptr_t sp;		    /* its stack pointer; 0 when not known */
	const uintptr_t *registers; /* LEAK_REGISTERS of them, on its stack; or NULL */
	uintptr_t pointer;	    /* its thread pointer; 0 when not known */
};

struct leak_root {
	uintptr_t start, end;
	bool shared;  /* with other processes, which touch pages that this one did not */
	bool runtime; /* the C or C++ runtime's: what it alone holds is no leak of the program's */
	bool whole;   /* also what blocks there hold */
};

struct leak_roots {
	struct leak_root *v;
	size_t n, room;
	struct leak_root *own; /* the recorder's memory, by address */
	size_t n_own, own_room;
	bool full;	   /* there was no memory for a root */
	uint32_t no_stack; /* threads whose stack was not found */
};

/* Find them all.  0 or -ENOMEM. */
int leak_roots_find(struct leak_roots *roots, const struct leak_maps *maps,
		    const struct leak_blocks *blocks, const struct leak_thread *threads,
		    size_t n_threads, const struct leak_wishes *wishes);

#endif
