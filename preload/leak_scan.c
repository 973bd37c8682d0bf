/* SPDX-License-Identifier: MIT */
/* leak_scan.c - from the block table to rows; see leak_scan.h.  Floor: leaks. */
#include "leak_scan.h"

#include <errno.h>

#include "arena.h"
#include "blocks.h"
#include "ignored.h"
#include "leak_mark.h"
#include "record.h"
#include "shadow.h"
#include "shadow_walk.h"
#include "sys.h"

struct sum {
	uint64_t count, bytes;
};

struct scan {
	const struct leak_task *task;
	struct leak_maps maps;
	const struct leak_map *at; /* the mapping of the last block asked for */
	struct leak_blocks blocks;
	struct leak_roots roots;
	struct leak_marking marking;
	uint32_t nodes;
	uint32_t *module_flags; /* enum leak_map_flags, by module id */
	struct sum *sums;	/* MP_LEAKS a node */
};

/* Nearly all blocks are in the mapping of the one before. */
static inline bool is_mapped(struct scan *scan, uintptr_t from, uintptr_t to)
{
	if (!scan->at || from < scan->at->start || from >= scan->at->end)
		scan->at = leak_maps_find(&scan->maps, from);
	while (scan->at && scan->at->flags & LEAK_READ && to > scan->at->end) {
		const struct leak_map *next = scan->at + 1;

		if (next == scan->maps.v + scan->maps.n || next->start != scan->at->end)
			return false;
		scan->at = next;
	}
	return scan->at && (scan->at->flags & LEAK_READ);
}

static bool enter(void *ctx, uintptr_t p, uint32_t node)
{
	struct scan *scan = ctx;
	bool mapped = is_mapped(scan, p - 16, p + 16);

	if (mapped && node && node < scan->nodes)
		leak_blocks_add(&scan->blocks, p);
	return mapped;
}

static size_t size_of(void *ctx, uintptr_t p)
{
	uint32_t node;
	size_t size;

	(void)ctx;
	return shadow_look(p, &node, &size) ? size : 0;
}

/* The table has leaves where something is mapped. */
static void enter_all(struct scan *scan)
{
	uintptr_t done = 0;

	for (size_t i = 0; i < scan->maps.n; i++) {
		uintptr_t from = scan->maps.v[i].start, to = scan->maps.v[i].end;

		if (from < done)
			from = done;
		if (from >= to)
			continue;
		shadow_walk(from, to, enter, scan);
		done = ((to - 1) | (((uintptr_t)1 << SHADOW_LEAF_BITS) - 1)) + 1;
	}
	shadow_walk_odd(enter, scan);
	leak_blocks_done(&scan->blocks, size_of, scan);
}

static uint32_t flags_of(const struct scan *scan, uint32_t node)
{
	uint32_t module = FRAME_MODULE(state_nodes(scan->task->s)[node].frame);

	return node < scan->nodes && module <= scan->task->s->modules ? scan->module_flags[module]
								      : 0;
}

static bool is_runtime(const void *ctx, uint32_t node)
{
	return flags_of(ctx, node) & LEAK_RUNTIME;
}

static bool is_loader(const void *ctx, uint32_t node)
{
	return flags_of(ctx, node) & LEAK_LOADER;
}

static int name_modules(struct scan *scan)
{
	const struct state *s = scan->task->s;
	const struct module_record *records = state_modules(s);

	scan->module_flags = arena_map((s->modules + 1) * sizeof(*scan->module_flags),
				       ARENA_OUTPUT);
	if (!scan->module_flags)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->modules; i++) {
		const char *path = state_text(s, records[i].path);

		scan->module_flags[i + 1] = leak_flags_of_name(path, path + rt_strlen(path));
	}
	return 0;
}

static void mark_ignored(void *ctx, uintptr_t p)
{
	leak_mark_ignored(ctx, p);
}

static int mark(struct scan *scan)
{
	const struct leak_task *task = scan->task;
	int err = leak_roots_find(&scan->roots, &scan->maps, &scan->blocks, task->threads,
				  task->n_threads, task->wishes);

	if (err)
		return err;
	scan->marking = (struct leak_marking){
		.blocks = &scan->blocks,
		.maps = &scan->maps,
		.memcheck = task->memcheck,
		.unaligned = task->wishes->unaligned,
		.is_runtime = is_runtime,
		.is_loader = is_loader,
		.ctx = scan,
	};
	err = leak_marking_init(&scan->marking);
	if (err)
		return err;
	ignored_each(mark_ignored, &scan->marking);
	leak_mark_roots(&scan->marking, &scan->roots);
	leak_mark_lost(&scan->marking);
	task->result->scanned = scan->marking.scanned;
	task->result->no_stack = scan->roots.no_stack;
	return scan->marking.full ? -ENOMEM : 0;
}

static int sum_up(struct scan *scan)
{
	const struct leak_blocks *blocks = &scan->blocks;
	uintptr_t granule = (uintptr_t)1 << blocks->shift;

	scan->sums = arena_map((size_t)scan->nodes * MP_LEAKS * sizeof(*scan->sums), ARENA_OUTPUT);
	if (!scan->sums)
		return -ENOMEM;
	for (uintptr_t p = blocks->low; p < blocks->high; p += granule) {
		uint32_t node;
		size_t size;

		p = leak_blocks_after(blocks, p, blocks->high);
		if (p < blocks->high && shadow_look(p, &node, &size)) {
			struct sum *sum =
				&scan->sums[(size_t)node * MP_LEAKS + leak_class_of(blocks, p)];

			sum->count++;
			sum->bytes += size;
		}
	}
	return 0;
}

static int put_rows(const struct scan *scan)
{
	struct leak_result *result = scan->task->result;

	for (size_t i = 0; i < (size_t)scan->nodes * MP_LEAKS; i++) {
		if (!scan->sums[i].count)
			continue;
		if (result->n_rows == result->room)
			return -ENOMEM;
		result->rows[result->n_rows++] = (struct mp_row_leak_row){
			.stack = i / MP_LEAKS,
			.class = i % MP_LEAKS,
			.count = scan->sums[i].count,
			.bytes = scan->sums[i].bytes,
			.kind = i / MP_LEAKS < record_inherited_nodes ? MP_INHERITED : MP_HEAP,
		};
	}
	return 0;
}

void leak_scan(const struct leak_task *task)
{
	struct scan scan = { .task = task, .nodes = task->s->nodes };
	int64_t live = task->s->live;
	int err;

	/* The program may have used up its descriptors; the copy needs none of them. */
	sys_close(0);
	err = leak_maps_read(&scan.maps);
	if (!err)
		err = leak_blocks_init(&scan.blocks, blocks_glibc ? 4 : 3,
				       live > 0 ? (uint64_t)live : 0);
	if (!err)
		err = name_modules(&scan);
	if (!err) {
		enter_all(&scan);
		err = scan.blocks.full ? -ENOMEM : mark(&scan);
	}
	if (!err)
		err = sum_up(&scan);
	if (!err)
		err = put_rows(&scan);
	task->result->error = err;
	__atomic_store_n(&task->result->done, !err, __ATOMIC_RELEASE);
}
