/* SPDX-License-Identifier: MIT */
/* leak_roots.c - find where pointers may lie; see leak_roots.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leak_roots.h"

#include <elf.h>
#include <errno.h>
#include <link.h>

#include "arena.h"
#include "leak_stack.h"
#include "ranges.h"
#include "shadow_walk.h"

#define FIRST_ROOM 512

/* glibc's struct pthread, which lies at the thread pointer, is smaller. */
#define CONTROL_BLOCK 4096
/* The main thread's thread-local memory lies in a mapping with more: so much of it,
 * below the thread pointer, is looked at. */
#define MOST_LOCAL ((uintptr_t)4 << 20)
/* Dynamic thread vectors do not have more entries. */
#define MOST_MODULES 65536
/* The loader's first allocations are no further from each other. */
#define LOADER_REACH 262144

static void put(struct leak_root **v, size_t *n, size_t *room, struct leak_root root, bool *full)
{
	if (*n == *room) {
		size_t more = *room ? *room * 2 : FIRST_ROOM;
		struct leak_root *p = *room ? arena_grow(*v, *room * sizeof(*p), more * sizeof(*p),
							 ARENA_OUTPUT)
					    : arena_map(more * sizeof(*p), ARENA_OUTPUT);

		if (!p) {
			*full = true;
			return;
		}
		*v = p;
		*room = more;
	}
	(*v)[(*n)++] = root;
}

/* What is left of [start, end) without the recorder's own memory. */
static void add_others(struct leak_roots *roots, uintptr_t start, uintptr_t end, bool shared,
		       bool runtime)
{
	for (size_t i = 0; i < roots->n_own && start < end; i++) {
		const struct leak_root *own = &roots->own[i];

		if (own->end <= start || own->start >= end)
			continue;
		if (own->start > start)
			put(&roots->v, &roots->n, &roots->room,
			    (struct leak_root){ start, own->start, shared, runtime, false },
			    &roots->full);
		start = own->end;
	}
	if (start < end)
		put(&roots->v, &roots->n, &roots->room,
		    (struct leak_root){ start, end, shared, runtime, false }, &roots->full);
}

/* The parts of [start, end) that are mapped, may be read, and are no files shared
 * with others. */
static void add(struct leak_roots *roots, const struct leak_maps *maps, uintptr_t start,
		uintptr_t end, bool runtime)
{
	start = (start + 7) & ~(uintptr_t)7;
	while (start < end) {
		const struct leak_map *map = leak_maps_next(maps, start);
		uintptr_t to;

		if (!map)
			return;
		if (map->start > start) {
			start = map->start;
			continue;
		}
		to = map->end < end ? map->end : end;
		if ((map->flags & LEAK_READ) &&
		    !((map->flags & LEAK_SHARED) && map->inode && !(map->flags & LEAK_MEMORY)))
			add_others(roots, start, to, map->flags & LEAK_SHARED, runtime);
		start = to;
	}
}

struct finding {
	struct leak_roots *roots;
	const struct leak_maps *maps;
};

static void add_range(void *ctx, uintptr_t start, uintptr_t end)
{
	struct finding *f = ctx;

	add(f->roots, f->maps, start, end, false);
}

/* A region the program named: all of it that can be read. */
static void add_region(void *ctx, uintptr_t start, uintptr_t end)
{
	struct finding *f = ctx;
	size_t before = f->roots->n;

	add(f->roots, f->maps, start, end, false);
	for (size_t i = before; i < f->roots->n; i++)
		f->roots->v[i].whole = true;
}

static void add_own(void *ctx, uintptr_t start, uintptr_t end)
{
	struct leak_roots *roots = ctx;

	put(&roots->own, &roots->n_own, &roots->own_room,
	    (struct leak_root){ .start = start, .end = end }, &roots->full);
}

/* Heapsort: there may be thousands, and quicksort's worst case is no case to have. */
static void sift(struct leak_root *v, size_t i, size_t n)
{
	while (2 * i + 1 < n) {
		size_t child = 2 * i + 1;
		struct leak_root swap = v[i];

		if (child + 1 < n && v[child + 1].start > v[child].start)
			child++;
		if (v[child].start <= swap.start)
			return;
		v[i] = v[child];
		v[child] = swap;
		i = child;
	}
}

static void sort(struct leak_root *v, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(v, i, n);
	for (size_t end = n; end-- > 1;) {
		struct leak_root swap = v[0];

		v[0] = v[end];
		v[end] = swap;
		sift(v, 0, end);
	}
}

/* The loaded object that begins in this mapping, if it is one: its writable
 * segments. */
static void add_object(struct leak_roots *roots, const struct leak_maps *maps,
		       const struct leak_map *map)
{
	const ElfW(Ehdr) *ehdr = (const void *)map->start;
	const ElfW(Phdr) * phdr;
	uintptr_t bias = 0, self = (uintptr_t)&leak_roots_find;
	bool based = false;

	if (!map->inode || map->offset || !(map->flags & LEAK_READ) ||
	    map->end - map->start < sizeof(*ehdr) || ehdr->e_ident[0] != ELFMAG0 ||
	    ehdr->e_ident[1] != ELFMAG1 || ehdr->e_ident[2] != ELFMAG2 ||
	    ehdr->e_ident[3] != ELFMAG3 || ehdr->e_phentsize != sizeof(*phdr) ||
	    ehdr->e_phoff > map->end - map->start ||
	    ehdr->e_phoff + (uint64_t)ehdr->e_phnum * sizeof(*phdr) > map->end - map->start)
		return;
	phdr = (const void *)(map->start + ehdr->e_phoff);
	for (int i = 0; i < ehdr->e_phnum && !based; i++)
		if (phdr[i].p_type == PT_LOAD && phdr[i].p_offset < 4096) {
			bias = map->start - (phdr[i].p_vaddr - phdr[i].p_offset);
			based = true;
		}
	/* The recorder's own variables name blocks that nothing else may. */
	for (int i = 0; i < ehdr->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD && self >= bias + phdr[i].p_vaddr &&
		    self < bias + phdr[i].p_vaddr + phdr[i].p_memsz)
			return;
	for (int i = 0; based && i < ehdr->e_phnum; i++) {
		uintptr_t start = bias + phdr[i].p_vaddr, end;
		const struct leak_map *at = leak_maps_find(maps, start);

		/* A file that was only read into memory has its segments elsewhere. */
		if (phdr[i].p_type != PT_LOAD || !(phdr[i].p_flags & PF_W) || !at ||
		    (phdr[i].p_filesz && at->inode != map->inode))
			continue;
		end = start + phdr[i].p_memsz;
		/* The loader's first allocations are in the rest of its last page. */
		if (map->flags & LEAK_LOADER)
			end = (end + 4095) & ~(uintptr_t)4095;
		add(roots, maps, start, end, map->flags & LEAK_RUNTIME);
	}
}

/* The vector by which a thread finds thread-local memory that was allocated. */
static void add_vector(struct leak_roots *roots, const struct leak_maps *maps, uintptr_t pointer)
{
	uintptr_t vector = ((const uintptr_t *)pointer)[1], entries;

	if ((vector & 7) || !leak_maps_find(maps, vector - 16) || !leak_maps_find(maps, vector))
		return;
	entries = ((const uintptr_t *)vector)[-2];
	if (entries <= MOST_MODULES)
		add(roots, maps, vector - 16, vector + (entries + 1) * 16, true);
}

/* From the thread's stack pointer up: its stack, and what the C library keeps above. */
static void add_stack(struct leak_roots *roots, const struct leak_maps *maps,
		      const struct leak_blocks *blocks, const struct leak_thread *t, uintptr_t sp)
{
	const struct leak_map *map = leak_maps_find(maps, sp);
	uintptr_t end = map->end, block = leak_blocks_before(blocks, sp);
	uint32_t node;
	size_t size;

	/* A coroutine's stack in a block, say. */
	if (block && shadow_look(block, &node, &size) && sp < block + size)
		end = block + size;
	if (t->pointer >= sp && t->pointer < end)
		end = t->pointer;
	add(roots, maps, sp, end, false);
}

/* All of the stack a thread was made with. */
static void add_whole_stack(struct leak_roots *roots, const struct leak_maps *maps,
			    const struct leak_thread *t)
{
	const struct leak_map *home = leak_maps_find(maps, t->pointer);

	for (size_t i = 0; t->main && i < maps->n; i++)
		if (maps->v[i].flags & LEAK_STACK)
			add(roots, maps, maps->v[i].start, maps->v[i].end, false);
	if (!t->main && home)
		add(roots, maps, home->start, t->pointer, false);
	if (!t->main && !home && !t->sp)
		roots->no_stack++;
}

static void add_thread(struct leak_roots *roots, const struct leak_maps *maps,
		       const struct leak_blocks *blocks, const struct leak_thread *t,
		       const struct leak_wishes *wishes)
{
	const struct leak_map *home = leak_maps_find(maps, t->pointer);
	const struct leak_map *on = leak_maps_find(maps, t->sp);

	if (on && !wishes->no_stacks)
		add_stack(roots, maps, blocks, t, t->sp);
	if (t->registers && !wishes->no_registers)
		add(roots, maps, (uintptr_t)t->registers,
		    (uintptr_t)(t->registers + LEAK_REGISTERS), false);
	/* It may run on another stack than its own, a signal handler's or a coroutine's. */
	if (!wishes->no_stacks && (!on || (t->main ? !(on->flags & LEAK_STACK) : on != home)))
		add_whole_stack(roots, maps, t);
	if (!home || wishes->no_tls)
		return;
	if (t->main)
		add(roots, maps,
		    t->pointer - home->start > MOST_LOCAL ? t->pointer - MOST_LOCAL : home->start,
		    t->pointer, false);
	add(roots, maps, t->pointer, t->pointer + CONTROL_BLOCK, true);
	add_vector(roots, maps, t->pointer);
}

/* What the loader allocated before there was a malloc lies in pages of its own;
 * the objects it loaded first are described there. */
static void add_loader(struct leak_roots *roots, const struct leak_maps *maps)
{
	const struct leak_map *last = NULL;

	for (const struct link_map *l = _r_debug.r_map; l; l = l->l_next) {
		uintptr_t at = (uintptr_t)l;
		const struct leak_map *map = leak_maps_find(maps, at);
		uintptr_t low = at - LOADER_REACH, high = at + LOADER_REACH;

		if (!map || (map->inode && !(map->flags & LEAK_LOADER)))
			return;
		if (map == last || map->inode || (map->flags & LEAK_HEAP))
			continue;
		add(roots, maps, low > map->start ? low : map->start,
		    high < map->end ? high : map->end, true);
		last = map;
	}
}

int leak_roots_find(struct leak_roots *roots, const struct leak_maps *maps,
		    const struct leak_blocks *blocks, const struct leak_thread *threads,
		    size_t n_threads, const struct leak_wishes *wishes)
{
	struct finding f = { roots, maps };

	*roots = (struct leak_roots){ 0 };
	arena_each(add_own, roots);
	sort(roots->own, roots->n_own);
	for (size_t i = 0; i < maps->n && !wishes->no_globals; i++)
		add_object(roots, maps, &maps->v[i]);
	for (size_t i = 0; i < n_threads; i++)
		add_thread(roots, maps, blocks, &threads[i], wishes);
	if (!wishes->no_regions)
		leak_regions_each(add_region, &f);
	add_loader(roots, maps);
	ranges_each(add_range, &f);
	return roots->full ? -ENOMEM : 0;
}
