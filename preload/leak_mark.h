/* SPDX-License-Identifier: MIT */
/*
 * leak_mark.h - follow pointers from the roots through the blocks.  Floor: leaks.
 *
 * Only whole words at aligned addresses are pointers.  With lsan's rules a pointer
 * anywhere into a block holds it.  With memcheck's one into its middle possibly
 * does, and so does every pointer in a block that is possibly held itself.
 */
#ifndef PRELOAD_LEAK_MARK_H
#define PRELOAD_LEAK_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <memprof/trace.h>

#include "leak_blocks.h"
#include "leak_maps.h"
#include "leak_pages.h"
#include "leak_roots.h"

/* Words that wait to be looked at. */
#define LEAK_WORDS 32
/* Parts of the heap that blocks are put in order of. */
#define LEAK_PLACES 4096

struct leak_word {
	uintptr_t word;
	uintptr_t from; /* the block it is in; 0: a root */
};

struct leak_marking {
	struct leak_blocks *blocks;
	const struct leak_maps *maps;
	bool memcheck;	/* its rules; else lsan's */
	bool unaligned; /* pointers at any address */
	/* Is this node the site of a block of the C or C++ runtime; of the loader? */
	bool (*is_runtime)(const void *ctx, uint32_t node);
	bool (*is_loader)(const void *ctx, uint32_t node);
	const void *ctx;

	bool by_runtime;    /* what is found now is held by the runtime's roots */
	bool whole;	    /* look through untouched pages, too */
	uintptr_t leader;   /* the lost block from which others are being looked for */
	uintptr_t *pending; /* blocks still to be looked through */
	uintptr_t *batch;   /* and those of them that are next */
	size_t n_pending, n_batch, room;
	uint32_t places[LEAK_PLACES]; /* to sort them */
	struct leak_word words[LEAK_WORDS];
	unsigned int first_word, n_words;
	struct leak_pages pages;
	uint64_t scanned; /* bytes */
	bool full;	  /* there was no memory */
};

int leak_marking_init(struct leak_marking *m);
void leak_marking_release(struct leak_marking *m);

/* The block that starts at `p` is held by whoever asked the recorder for it. */
void leak_mark_ignored(struct leak_marking *m, uintptr_t p);

/* From all roots: first the program's, then the runtime's. */
void leak_mark_roots(struct leak_marking *m, const struct leak_roots *roots);

/* Among those that nothing holds: which only others of them point to. */
void leak_mark_lost(struct leak_marking *m);

/* The class of a block, by its start, after all that. */
enum mp_leak leak_class_of(const struct leak_blocks *blocks, uintptr_t p);

#endif
