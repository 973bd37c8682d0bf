/* SPDX-License-Identifier: MIT */
/* inheritance.c - note live blocks at a fork; see inheritance.h.  Floor: record. */
#include "inheritance.h"

#include "arena.h"

/* Live counts by stack node: {count, bytes}. */
static v2 *live;
static uint32_t nodes;
static uint64_t bytes;

static size_t note_size(void)
{
	return (size_t)nodes * sizeof(*live);
}

void inheritance_take(const struct state *s)
{
	const struct cell_info *infos = state_infos(s);
	const struct cell *cells = state_cells(s);
	uint32_t n = __atomic_load_n(&s->blocks, __ATOMIC_ACQUIRE) * CELL_BLOCK;

	nodes = __atomic_load_n(&s->nodes, __ATOMIC_ACQUIRE);
	live = arena_map(note_size());
	for (uint32_t i = 0; live && i < n; i++)
		if (infos[i].node && infos[i].node < nodes && infos[i].kind != MP_MMAP)
			live[infos[i].node] += cells[i].alloc - cells[i].free;
}

void inheritance_forget(void)
{
	arena_unmap(live, note_size());
	live = NULL;
}

bool inheritance_taken(void)
{
	return live != NULL;
}

uint64_t inheritance_bytes(void)
{
	return bytes;
}

void inheritance_enter(struct thread *t)
{
	bytes = 0;
	for (uint32_t node = 1; node < nodes; node++) {
		if (live[node][0] <= 0)
			continue;
		counters_cell(t, MP_INHERITED, node)->alloc += live[node];
		bytes += (uint64_t)live[node][1];
	}
	inheritance_forget();
}
