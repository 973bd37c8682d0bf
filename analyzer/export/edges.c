/* SPDX-License-Identifier: MIT */
/* edges.c - the graph of functions and calls. */
#include "export/edges.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/xalloc.h"

static uint32_t function_of(struct edges *e, const struct frame *frame)
{
	size_t i = export_name_of(&e->names, frame);

	while (e->n_functions <= i) {
		XGROW(e->functions, e->n_functions, e->a_functions);
		e->functions[e->n_functions++] = (struct edges_function){ .seen = SIZE_MAX };
	}
	return (uint32_t)i;
}

static void **slot_of(struct edges *e, char what, uint32_t from, uint32_t line, uint32_t to)
{
	char key[48];

	snprintf(key, sizeof(key), "%c%" PRIx32 ".%" PRIx32 ".%" PRIx32, what, from, line, to);
	return strmap_at(&e->index, key);
}

static void count_self(struct edges *e, uint32_t function, uint32_t line, const struct counts *c)
{
	void **slot = slot_of(e, 'l', function, line, 0);

	if (!*slot) {
		XGROW(e->lines, e->n_lines, e->a_lines);
		e->lines[e->n_lines++] = (struct edges_line){ .function = function, .line = line };
		*slot = (void *)(uintptr_t)e->n_lines;
	}
	counts_add(&e->lines[(uintptr_t)*slot - 1].self, c);
	counts_add(&e->functions[function].self, c);
}

static void count_call(struct edges *e, uint32_t from, uint32_t line, uint32_t to,
		       const struct counts *c, size_t stack)
{
	void **slot = slot_of(e, 'c', from, line, to);
	struct edges_call *call;

	if (!*slot) {
		XGROW(e->calls, e->n_calls, e->a_calls);
		e->calls[e->n_calls++] = (struct edges_call){
			.from = from, .line = line, .to = to, .seen = SIZE_MAX
		};
		*slot = (void *)(uintptr_t)e->n_calls;
	}
	call = &e->calls[(uintptr_t)*slot - 1];
	if (call->seen == stack)
		return;
	call->seen = stack;
	counts_add(&call->counts, c);
}

static void count_stack(struct edges *e, const struct export_frames *frames, const struct counts *c,
			size_t stack)
{
	uint32_t callee = 0;

	for (size_t i = 0; i < frames->n; i++) {
		const struct frame *f = frames->v[i].frame;
		uint32_t function = function_of(e, f);

		if (!i)
			count_self(e, function, f->line, c);
		else
			count_call(e, function, f->line, callee, c, stack);
		if (e->functions[function].seen != stack)
			counts_add(&e->functions[function].total, c);
		e->functions[function].seen = stack;
		callee = function;
	}
}

static int compare_lines(const void *left, const void *right)
{
	const struct edges_line *a = left, *b = right;

	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static int compare_calls(const void *left, const void *right)
{
	const struct edges_call *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

void edges_init(struct edges *e, const struct model *model, struct symbols *symbols,
		enum mp_kind kind)
{
	struct export_frames frames = { .n = 0 };
	struct export_stacks stacks;

	*e = (struct edges){ .n_lines = 0 };
	export_stacks_init(&stacks, model, kind);
	for (size_t i = 0; i < stacks.n; i++) {
		export_frames_of(&frames, model, symbols, stacks.v[i].stack);
		count_stack(e, &frames, &stacks.v[i].counts, i);
		counts_add(&e->total, &stacks.v[i].counts);
	}
	if (e->n_lines)
		qsort(e->lines, e->n_lines, sizeof(*e->lines), compare_lines);
	if (e->n_calls)
		qsort(e->calls, e->n_calls, sizeof(*e->calls), compare_calls);
	strmap_release(&e->index);
	export_stacks_release(&stacks);
	free(frames.v);
}

void edges_release(struct edges *e)
{
	export_names_release(&e->names);
	free(e->functions);
	free(e->lines);
	free(e->calls);
	*e = (struct edges){ .lines = NULL };
}
