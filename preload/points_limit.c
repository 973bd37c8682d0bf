/* SPDX-License-Identifier: MIT */
/* points_limit.c - limits that the program sets itself; see points.h.  Floor: record. */
#include "points_limit.h"

#include "arena.h"
#include "drain.h"
#include "output.h"
#include "peak.h"
#include "points.h"
#include "rt.h"

/* Live bytes of each stack when the case began; NULL when none is open. */
static int64_t *base;
static size_t base_len;
static uint32_t base_nodes;

/* Add up what stacks below `nodes` hold, over all threads. */
static void sum_up(const struct state *s, int64_t *sums, uint32_t nodes)
{
	const struct block_owner *owners = state_owners(s);
	const struct cell_info *infos = state_infos(s);
	uint32_t blocks = __atomic_load_n(&s->blocks, __ATOMIC_ACQUIRE);

	for (uint32_t b = 0; b < blocks; b++) {
		const struct thread_record *record = &state_threads(s)[owners[b].thread];
		uint32_t first = b * CELL_BLOCK, n = drain_cells_in(record, b);

		for (uint32_t i = first; i < first + n; i++) {
			const struct cell *c = &state_cells(s)[i];

			if (infos[i].node && infos[i].node < nodes && infos[i].kind == MP_HEAP)
				sums[infos[i].node] += c->alloc[1] - c->free[1];
		}
	}
}

void points_limit_start(struct state *s)
{
	points_limit_stop();
	base_nodes = __atomic_load_n(&s->nodes, __ATOMIC_ACQUIRE);
	base_len = base_nodes * sizeof(*base);
	base = arena_map(base_len, ARENA_OUTPUT);
	if (base)
		sum_up(s, base, base_nodes);
}

void points_limit_stop(void)
{
	arena_unmap(base, base_len);
	base = NULL;
}

static void put_limit(struct drain *d, void *ctx)
{
	struct mp_limit *limit = ctx;

	limit->t = d->t;
	limit->suite = points_suite();
	limit->name = points_case();
	if (limit->stack)
		drain_stack(d, (uint32_t)limit->stack);
	mp_encode_limit(d->out, limit);
}

static bool tell(struct thread *t, const char *what, uint64_t value, uint64_t most, uint32_t stack)
{
	struct mp_limit limit = {
		.tid = t->tid,
		.what = what,
		.limit = most,
		.value = value,
		.broken = value > most,
		.stack = value > most ? stack : 0,
	};

	output_point(t->state, put_limit, &limit);
	return limit.broken;
}

bool points_limit_memory(struct thread *t, uint64_t limit)
{
	enum peak_window window = peak_window_is_open(PEAK_CASE) ? PEAK_CASE : PEAK_PROGRAM;
	uint64_t highest = peak_window_highest(t->state, window), live = points_case_live();

	/* What lived before is not the case's doing. */
	return tell(t, "memory", highest > live ? highest - live : 0, limit, 0);
}

bool points_limit_leaks(struct thread *t, uint64_t limit)
{
	struct state *s = t->state;
	uint32_t nodes = __atomic_load_n(&s->nodes, __ATOMIC_ACQUIRE), worst = 0;
	size_t len = nodes * sizeof(int64_t);
	int64_t *sums = arena_map(len, ARENA_OUTPUT), most = 0;

	if (!sums)
		return false;
	sum_up(s, sums, nodes);
	for (uint32_t node = 1; node < nodes; node++) {
		int64_t grown = sums[node] - (base && node < base_nodes ? base[node] : 0);

		if (grown > most) {
			most = grown;
			worst = node;
		}
	}
	arena_unmap(sums, len);
	return tell(t, "leaks", (uint64_t)most, limit, worst);
}

bool points_no_alloc(struct thread *t, uint64_t since)
{
	uint64_t n = (uint64_t)t->record->heap_alloc[0] - since;

	return n && tell(t, "no-alloc", n, 0, t->last_node);
}
