/* SPDX-License-Identifier: MIT */
/* mend.c - see mend.h.  Trusts nothing in the copy, writes nowhere else. */
#include "offline/mend.h"

#include <stdbool.h>
#include <stdlib.h>

#include <memprof/trace.h>

#include "drain.h"

/* Depth of the deepest stack that the drain can write. */
#define DEEPEST (DRAIN_CHAIN - 16)
#define UNKNOWN 0
#define BUSY UINT32_MAX

struct mending {
	struct state *s;
	uint32_t pass;
	uint64_t mended;
};

/* The number of entries that fit, or that there are. */
static void limit(struct mending *m, uint32_t *count, enum region region, uint64_t size)
{
	uint64_t room = m->s->regions[region].capacity / size;

	if (*count <= room)
		return;
	*count = (uint32_t)room;
	m->mended++;
}

static void mend_counts(struct mending *m)
{
	struct state *s = m->s;
	uint32_t blocks = s->blocks;

	/* Grown before the room is reserved: too high by one string is no damage. */
	if (s->text > s->regions[REGION_TEXT].capacity)
		s->text = (uint32_t)s->regions[REGION_TEXT].capacity;
	limit(m, &s->nodes, REGION_NODES, sizeof(struct node));
	limit(m, &s->nodes, REGION_MARKS, sizeof(uint16_t));
	limit(m, &blocks, REGION_OWNERS, sizeof(struct block_owner));
	limit(m, &blocks, REGION_CELLS, CELL_BLOCK * sizeof(struct cell));
	limit(m, &blocks, REGION_INFOS, CELL_BLOCK * sizeof(struct cell_info));
	s->blocks = blocks < UINT32_MAX / CELL_BLOCK ? blocks : UINT32_MAX / CELL_BLOCK;
	limit(m, &s->threads, REGION_THREADS, sizeof(struct thread_record));
	limit(m, &s->modules, REGION_MODULES, sizeof(struct module_record));
	limit(m, &s->sizes, REGION_SIZES, sizeof(struct size_entry));
	limit(m, &s->zones, REGION_ZONES, sizeof(struct zone));
	limit(m, &s->sums, REGION_SUMS, sizeof(struct zone_sum));
	limit(m, &s->octaves, REGION_OCTAVES, sizeof(struct zone_octave));
	if (s->modules > UINT16_MAX)
		s->modules = UINT16_MAX;
	if (s->nodes > (uint32_t)1 << NODE_BITS)
		s->nodes = (uint32_t)1 << NODE_BITS;
	if (s->nodes < NODE_FIRST)
		s->nodes = NODE_FIRST;
}

/* Forget the mark of a pass whose lines are not in the trace. */
static void unmark(const struct mending *m, uint32_t *mark)
{
	if (*mark > m->pass)
		*mark = 0;
}

/* A node's mark says less: those of the passes that began since count. */
static void unmark_node(const struct mending *m, uint16_t *mark)
{
	uint32_t since = m->s->drain_pass > m->pass ? m->s->drain_pass - m->pass : 0;
	uint32_t after = (*mark + (uint32_t)UINT16_MAX - MARK_OF(m->pass + 1)) % UINT16_MAX;

	if (*mark && (!m->pass || after < since))
		*mark = 0;
}

static void mend_modules(struct mending *m)
{
	struct module_record *modules = state_modules(m->s);

	for (uint32_t i = 0; i < m->s->modules; i++) {
		struct module_record *module = &modules[i];

		unmark(m, &module->drained);
		unmark(m, &module->unload_drained);
		if (module->path >= m->s->text) {
			module->path = 0;
			m->mended++;
		}
		if (module->build_id_len > sizeof(module->build_id)) {
			module->build_id_len = 0;
			m->mended++;
		}
	}
}

/* Cut the node off from what makes no sense above it. */
static void cut(struct mending *m, uint32_t id)
{
	state_nodes(m->s)[id].parent = NODE_TRUNCATED;
	m->mended++;
}

/* Make sure the way from `id` outward ends, and not too late. */
static void mend_stack(struct mending *m, uint32_t id, uint32_t *depth, uint32_t *way)
{
	struct node *nodes = state_nodes(m->s);
	uint32_t n = 0, deep;

	while (id && depth[id] == UNKNOWN) {
		uint32_t parent = nodes[id].parent;

		depth[id] = BUSY;
		way[n++] = id;
		if (parent >= m->s->nodes || depth[parent] == BUSY || n == DEEPEST) {
			cut(m, id);
			parent = NODE_TRUNCATED;
		}
		id = parent;
	}
	deep = depth[id];
	while (n) {
		id = way[--n];
		if (++deep > DEEPEST) {
			cut(m, id);
			deep = depth[NODE_TRUNCATED] + 1;
		}
		depth[id] = deep;
	}
}

static bool mend_nodes(struct mending *m)
{
	struct node *nodes = state_nodes(m->s);
	uint16_t *marks = state_marks(m->s);
	uint32_t *depth = calloc(m->s->nodes, sizeof(*depth));
	uint32_t *way = malloc(DEEPEST * sizeof(*way));
	bool memory = depth && way;

	for (uint32_t id = 0; memory && id < NODE_FIRST; id++) {
		nodes[id].parent = NODE_ROOT;
		depth[id] = id != NODE_ROOT;
	}
	for (uint32_t id = 0; memory && id < m->s->nodes; id++) {
		struct node *node = &nodes[id];

		unmark_node(m, &marks[id]);
		/* Handed out and not used yet: memory that was never touched. */
		if (!node->frame && !node->parent)
			continue;
		if (FRAME_MODULE(node->frame) > m->s->modules) {
			node->frame &= FRAME_EXACT | (FRAME_EXACT - 1);
			m->mended++;
		}
		mend_stack(m, id, depth, way);
	}
	free(depth);
	free(way);
	return memory;
}

/* A count of events or bytes that a process could reach. */
static bool sane(int64_t value)
{
	return value >= -(int64_t)MP_NUMBER_MAX && value <= (int64_t)MP_NUMBER_MAX;
}

static bool sane_counts(v2 counts)
{
	return counts[0] >= 0 && counts[1] >= 0 && sane(counts[0]) && sane(counts[1]);
}

/* Killed while an ended thread was summed up: finish the cell under way. */
static void mend_move(struct mending *m)
{
	struct state *s = m->s;

	if (s->moving.valid && s->moving.from < s->blocks * CELL_BLOCK &&
	    s->moving.to < s->blocks * CELL_BLOCK)
		state_move(s);
	s->moving.valid = 0;
}

static void mend_cell(struct mending *m, uint32_t i)
{
	struct cell *c = &state_cells(m->s)[i];
	struct cell_info *info = &state_infos(m->s)[i];

	if (!sane_counts(c->alloc) || !sane_counts(c->free)) {
		*c = (struct cell){ .alloc = { 0 } };
		m->mended++;
	}
	if (!sane(c->peak[1])) {
		c->peak[1] = 0;
		m->mended++;
	}
	if (!sane_counts(c->temp) || c->temp[0] > c->free[0] ||
	    c->temp[1] > c->free[0] - c->temp[0]) {
		c->temp = (v2){ 0 };
		m->mended++;
	}
	if (!info->node || info->node >= m->s->nodes) {
		info->node = NODE_OTHER;
		m->mended++;
	}
	if (info->kind >= MP_KINDS) {
		info->kind = MP_HEAP;
		m->mended++;
	}
}

/* The rows of a thread whose end is in the trace are there, too.  All others
 * are written once more: running totals do not mind. */
static void mend_cells(struct mending *m, const struct thread_record *record, uint32_t block)
{
	uint32_t first = block * CELL_BLOCK, n = drain_cells_in(record, block);
	struct cell_info *infos = state_infos(m->s);
	struct cell *cells = state_cells(m->s);

	for (uint32_t i = first; i < first + n; i++) {
		if (record->state == THREAD_FINAL && !infos[i].node) {
			/* Summed up already. */
			cells[i] = (struct cell){ .alloc = { 0 } };
			infos[i].node = NODE_OTHER;
		}
		mend_cell(m, i);
		infos[i].drained = 0;
		if (record->state >= THREAD_FINAL)
			infos[i].drained = (uint64_t)(cells[i].alloc[0] + cells[i].free[0]);
	}
	for (uint32_t i = first + n; i < first + CELL_BLOCK; i++)
		if (infos[i].node)
			infos[i].node = 0;
}

/* Follow the thread's blocks of cells; `seen` has a byte for each block. */
static void mend_blocks(struct mending *m, uint32_t thread, bool *seen)
{
	struct thread_record *record = &state_threads(m->s)[thread];
	struct block_owner *owners = state_owners(m->s);
	uint32_t *link = &record->first_block;

	while (*link) {
		uint32_t block = *link - 1;

		if (block >= m->s->blocks || seen[block]) {
			*link = 0;
			m->mended++;
			return;
		}
		seen[block] = true;
		owners[block].thread = thread;
		mend_cells(m, record, block);
		link = &owners[block].previous;
	}
}

static void mend_record(struct mending *m, struct thread_record *record)
{
	if (record->state > THREAD_GRAVE) {
		record->state = THREAD_ALIVE;
		m->mended++;
	}
	if (record->state == THREAD_FINAL && record->final_drained > m->pass)
		record->state = THREAD_ENDED;
	/* Killed while its name changed. */
	if (record->name_version & 1)
		record->name_version++;
	if (!record->first_named || record->first_named > m->pass)
		record->drained_version = 0;
	else if (record->last_named > m->pass)
		record->drained_version = 1;
	if (record->name_version == 0)
		record->name_version = 2;
}

static bool mend_threads(struct mending *m)
{
	struct cell_info *infos = state_infos(m->s);
	struct block_owner *owners = state_owners(m->s);
	bool *seen = calloc((size_t)m->s->blocks + 1, sizeof(*seen));

	if (!seen)
		return false;
	mend_move(m);
	for (uint32_t i = 0; i < m->s->threads; i++) {
		mend_record(m, &state_threads(m->s)[i]);
		mend_blocks(m, i, seen);
	}
	/* Killed before the block was its thread's: nothing was counted in it. */
	for (uint32_t b = 0; b < m->s->blocks; b++) {
		if (seen[b])
			continue;
		if (owners[b].thread)
			owners[b].thread = 0;
		for (uint32_t i = b * CELL_BLOCK; i < (b + 1) * CELL_BLOCK; i++)
			if (infos[i].node)
				infos[i].node = 0;
	}
	if (!m->s->threads)
		m->s->blocks = 0;
	free(seen);
	return true;
}

/* All are written once more: running totals do not mind. */
static void mend_sizes(struct mending *m)
{
	struct size_entry *entries = state_sizes(m->s);

	for (uint32_t i = 0; i < m->s->sizes; i++) {
		struct size_entry *e = &entries[i];

		e->drained = 0;
		if (!e->node)
			continue;
		if (e->node >= m->s->nodes || e->class > 64 || e->allocs > MP_NUMBER_MAX ||
		    e->bytes > MP_NUMBER_MAX || e->usable > MP_NUMBER_MAX) {
			e->node = 0;
			m->mended++;
		}
	}
}

static void mend_sum(struct mending *m, struct zone_sum *sum)
{
	sum->drained = sum->timed = 0;
	if (!sane_counts(sum->calls) || !sane_counts(sum->times) || !sane_counts(sum->alloc) ||
	    !sane_counts(sum->free) || !sane(sum->peak) || sum->zone >= m->s->zones) {
		*sum = (struct zone_sum){ .zone = ZONE_ROOT };
		m->mended++;
	}
	for (int i = 0; i < ZONE_OCTAVES; i++)
		if (sum->octaves[i] > m->s->octaves) {
			sum->octaves[i] = 0;
			m->mended++;
		}
}

/* A zone's parent is older than it is, so every way outward ends. */
static void mend_zones(struct mending *m)
{
	struct zone *zones = state_zones(m->s);
	struct zone_sum *sums = state_sums(m->s);
	uint64_t waiting = m->s->moments - m->s->moments_done;

	for (uint32_t i = ZONE_FIRST; i < m->s->zones; i++) {
		unmark(m, &zones[i].drained);
		if (zones[i].parent < i && zones[i].name < m->s->text)
			continue;
		zones[i].parent = ZONE_ROOT;
		zones[i].name = 0;
		m->mended++;
	}
	for (uint32_t i = 0; i < m->s->sums; i++) {
		mend_sum(m, &sums[i]);
		if (sums[i].previous > m->s->sums) {
			sums[i].previous = 0;
			m->mended++;
		}
	}
	if (waiting > MOMENTS ||
	    m->s->regions[REGION_MOMENTS].capacity < MOMENTS * sizeof(struct moment)) {
		m->mended += waiting > 0;
		m->s->moments_done = m->s->moments;
	}
	for (uint64_t i = m->s->moments_done; i < m->s->moments; i++) {
		struct moment *moment = state_moment(m->s, i);

		unmark(m, &moment->pass);
		if (moment->long_name >= m->s->text)
			moment->long_name = 0;
		moment->name[sizeof(moment->name) - 1] = '\0';
	}
}

/* Bytes that were live at the end, from the cells: the shared total lags behind
 * by what threads hold back, and by the event that the kill cut short. */
static int64_t live_bytes(const struct state *s)
{
	const struct cell_info *infos = state_infos(s);
	const struct cell *cells = state_cells(s);
	uint64_t live = 0;

	for (uint32_t i = 0; i < s->blocks * CELL_BLOCK; i++)
		if (infos[i].node && infos[i].kind == MP_HEAP)
			live += (uint64_t)(cells[i].alloc[1] - cells[i].free[1]);
	return sane((int64_t)live) ? (int64_t)live : 0;
}

static void mend_peak(struct mending *m)
{
	struct state *s = m->s;
	int64_t live = live_bytes(s);

	if (s->peak_bytes < 0 || !sane(s->peak_bytes)) {
		s->peak_bytes = 0;
		m->mended++;
	}
	/* Killed on the way up: what is live is the peak. */
	if (live > s->peak_bytes || (live == s->peak_bytes && s->peak_drained != (uint64_t)live)) {
		s->peak_bytes = live;
		s->at_peak = 1;
	}
	/* Its line may not be in the trace: once more does no harm. */
	s->peak_drained = 0;
}

int64_t mend(struct state *s, uint32_t pass)
{
	struct mending m = { .s = s, .pass = pass };

	mend_counts(&m);
	mend_modules(&m);
	if (!mend_nodes(&m) || !mend_threads(&m))
		return -1;
	mend_sizes(&m);
	mend_zones(&m);
	mend_peak(&m);
	s->drain_pass = pass;
	return (int64_t)(m.mended < INT64_MAX ? m.mended : INT64_MAX);
}
