/* SPDX-License-Identifier: MIT */
/* stacks.c - stacks, frames and numbers for exporters. */
#include "export/stacks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/path.h"
#include "util/strbuf.h"
#include "util/utf8.h"
#include "util/xalloc.h"

const struct export_measure export_measures[MEASURES] = {
	[MEASURE_LIVE_BYTES] = { "live_bytes", "bytes live", true, measure_live_bytes },
	[MEASURE_LIVE_COUNT] = { "live_count", "blocks live", false, measure_live_count },
	[MEASURE_PEAK_BYTES] = { "peak_bytes", "bytes held at the peak", true, measure_peak_bytes },
	[MEASURE_PEAK_COUNT] = { "peak_count", "blocks held at the peak", false,
				 measure_peak_count },
	[MEASURE_ALLOCATED_BYTES] = { "allocated_bytes", "bytes allocated", true,
				      measure_allocated_bytes },
	[MEASURE_ALLOCATIONS] = { "allocations", "allocations", false, measure_allocations },
	[MEASURE_TEMPORARY] = { "temporary_allocations", "allocations freed at once", false,
				measure_temporary },
};

const struct export_measure *export_measure_find(const char *key)
{
	for (int i = 0; i < MEASURES; i++)
		if (!strcmp(export_measures[i].key, key))
			return &export_measures[i];
	return NULL;
}

static int by_stack(const void *left, const void *right)
{
	const struct model_site *a = left, *b = right;

	return a->stack < b->stack ? -1 : a->stack > b->stack;
}

void export_stacks_init(struct export_stacks *stacks, const struct model *model, enum mp_kind kind)
{
	stacks->v = model_merge_sites(model, kind, &stacks->n);
	if (stacks->n)
		qsort(stacks->v, stacks->n, sizeof(*stacks->v), by_stack);
}

void export_stacks_release(struct export_stacks *stacks)
{
	free(stacks->v);
	*stacks = (struct export_stacks){ .v = NULL };
}

void export_frames_of(struct export_frames *frames, const struct model *model,
		      struct symbols *symbols, uint32_t node)
{
	frames->n = 0;
	for (; node; node = model->nodes[node].parent) {
		size_t n;
		const struct frame *v = symbols_frames(symbols, node, &n);

		for (size_t i = 0; i < n; i++) {
			XGROW(frames->v, frames->n, frames->alloc);
			frames->v[frames->n++] = (struct export_frame){ &v[i], node };
		}
	}
}

void export_add_name(struct strbuf *out, const struct frame *frame)
{
	if (frame->function) {
		utf8_add_clean(out, frame->function);
		return;
	}
	if (frame->module) {
		utf8_add_clean(out, path_last(frame->module));
		strbuf_addch(out, '+');
	}
	strbuf_addf(out, "0x%" PRIx64, frame->offset);
}

uint64_t export_address(const struct model *model, uint32_t node)
{
	const struct model_node *n = &model->nodes[node];
	uint64_t address = n->offset;

	if (n->module && n->module <= model->n_modules)
		address += model->modules[n->module - 1].bias;
	return n->kind == FRAME_CALL && address ? address - 1 : address;
}
