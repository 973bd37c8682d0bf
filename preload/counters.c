/* SPDX-License-Identifier: MIT */
/* counters.c - hand out counter cells to threads; see thread.h.  Floor: counters. */
#include "arena.h"
#include "lock.h"
#include "sys.h"
#include "thread.h"

#define FIRST_MAP 1024

/* Room for `node` in a map; the new part is zero. */
static bool grow_map(struct cell_map *map, uint32_t node)
{
	uint32_t len = map->len ? map->len : FIRST_MAP;
	void *cells;

	while (len <= node)
		len *= 2;
	/* Its old place is gone: nobody may jump out in between. */
	quiet_begin();
	if (map->cells)
		cells = arena_grow(map->cells, map->len * sizeof(uint32_t), len * sizeof(uint32_t),
				   ARENA_COUNTERS);
	else
		cells = arena_map(len * sizeof(uint32_t), ARENA_COUNTERS);
	if (cells) {
		map->cells = cells;
		map->len = len;
	}
	quiet_end();
	return cells != NULL;
}

/* Guards the list of blocks given back. */
static struct lock lock;

static uint32_t reuse_block(struct state *s)
{
	uint32_t block;

	if (!__atomic_load_n(&s->free_block, __ATOMIC_RELAXED))
		return 0;
	lock_take(&lock, (uint32_t)sys_gettid());
	block = s->free_block;
	if (block)
		__atomic_store_n(&s->free_block, state_owners(s)[block - 1].previous,
				 __ATOMIC_RELAXED);
	lock_release(&lock);
	return block;
}

void counters_give_back(struct state *s, uint32_t block)
{
	struct cell *cells = &state_cells(s)[(size_t)block * CELL_BLOCK];
	struct cell_info *infos = &state_infos(s)[(size_t)block * CELL_BLOCK];

	for (int i = 0; i < CELL_BLOCK; i++) {
		infos[i] = (struct cell_info){ .node = 0 };
		cells[i] = (struct cell){ .alloc = { 0 } };
	}
	lock_take(&lock, (uint32_t)sys_gettid());
	state_owners(s)[block].previous = s->free_block;
	__atomic_store_n(&s->free_block, block + 1, __ATOMIC_RELAXED);
	lock_release(&lock);
}

void counters_after_fork(void)
{
	lock_init(&lock);
}

static void own_block(struct thread *t, uint32_t block)
{
	state_owners(t->state)[block] = (struct block_owner){
		.thread = t->index,
		.previous = t->record->first_block,
	};
	/* In one store: the old block would look empty in between. */
	__atomic_store_n(&t->record->cells, block + 1, __ATOMIC_RELEASE);
}

static bool add_block(struct thread *t)
{
	struct state *s = t->state;
	uint32_t reused = reuse_block(s), block = __atomic_load_n(&s->blocks, __ATOMIC_RELAXED);

	if (reused) {
		own_block(t, reused - 1);
		return true;
	}
	do {
		uint64_t cells = ((uint64_t)block + 1) * CELL_BLOCK;

		if (state_reserve(s, REGION_CELLS, cells * sizeof(struct cell)) != 0 ||
		    state_reserve(s, REGION_INFOS, cells * sizeof(struct cell_info)) != 0 ||
		    state_reserve(s, REGION_OWNERS,
				  (uint64_t)(block + 1) * sizeof(struct block_owner)) != 0)
			return false;
	} while (!__atomic_compare_exchange_n(&s->blocks, &block, block + 1, false,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	own_block(t, block);
	return true;
}

static struct cell *new_cell(struct thread *t, enum mp_kind kind, uint32_t node)
{
	struct thread_record *record = t->record;
	struct cell_map *map = &t->maps[kind];
	struct cell_info *info;
	uint32_t index;

	if (node >= map->len && !grow_map(map, node))
		return NULL;
	if ((!record->first_block || record->used == CELL_BLOCK) && !add_block(t))
		return NULL;
	index = (record->first_block - 1) * CELL_BLOCK + record->used;
	info = &state_infos(t->state)[index];
	info->kind = kind;
	info->node = node;
	/* In one store, as it is read. */
	__atomic_store_n(&record->cells, record->cells + ((uint64_t)1 << 32), __ATOMIC_RELEASE);
	map->cells[node] = (index + 1) | (kind == MP_HEAP ? families_bars(node) : 0);
	return &state_cells(t->state)[index];
}

bool counters_start(struct thread *t)
{
	return new_cell(t, MP_HEAP, NODE_OTHER) != NULL;
}

COLD struct cell *counters_add(struct thread *t, enum mp_kind kind, uint32_t node)
{
	struct cell *cell = new_cell(t, kind, node);

	if (cell)
		return cell;
	/* No memory: the event goes to the cell made by counters_start(). */
	__atomic_fetch_add(&t->state->lost_memory, 1, __ATOMIC_RELAXED);
	return &state_cells(t->state)[(t->maps[MP_HEAP].cells[NODE_OTHER] & ~FAMILY_BARS) - 1];
}
