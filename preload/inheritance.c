/* SPDX-License-Identifier: MIT */
/* inheritance.c - note live blocks at a fork; see inheritance.h.  Floor: record. */
#include "inheritance.h"

#include "arena.h"

/* Live counts by stack node. */
struct note {
	uint32_t nodes;
	v2 live[]; /* {count, bytes} */
};

/* Several threads may fork at once: each has its own, and its child's only
 * thread finds it in the same place. */
static __thread struct note *note __attribute__((tls_model("initial-exec")));

static size_t note_size(uint32_t nodes)
{
	return sizeof(struct note) + (size_t)nodes * sizeof(v2);
}

void inheritance_take(const struct state *s)
{
	const struct cell_info *infos = state_infos(s);
	const struct cell *cells = state_cells(s);
	uint32_t n = __atomic_load_n(&s->blocks, __ATOMIC_ACQUIRE) * CELL_BLOCK;
	uint32_t nodes = __atomic_load_n(&s->nodes, __ATOMIC_ACQUIRE);

	inheritance_forget();
	note = arena_map(note_size(nodes), ARENA_OUTPUT);
	if (!note)
		return;
	note->nodes = nodes;
	for (uint32_t i = 0; i < n; i++) {
		/* Another thread may give the cell away meanwhile. */
		uint32_t node = __atomic_load_n(&infos[i].node, __ATOMIC_RELAXED);

		if (node && node < nodes && infos[i].kind != MP_MMAP)
			note->live[node] += *(const volatile v2 *)&cells[i].alloc -
					    *(const volatile v2 *)&cells[i].free;
	}
}

void inheritance_forget(void)
{
	if (note)
		arena_unmap(note, note_size(note->nodes));
	note = NULL;
}

bool inheritance_taken(void)
{
	return note != NULL;
}

uint64_t inheritance_enter(struct thread *t)
{
	uint64_t bytes = 0;

	for (uint32_t node = 1; node < note->nodes; node++) {
		if (note->live[node][0] <= 0)
			continue;
		counters_cell(t, MP_INHERITED, node)->alloc += note->live[node];
		bytes += (uint64_t)note->live[node][1];
	}
	inheritance_forget();
	return bytes;
}
