/* SPDX-License-Identifier: MIT */
/* edges.c - the graph of functions and calls. */
#include "export/edges.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/tree_walk.h"
#include "util/xalloc.h"

static uint32_t function_of(struct edges *e, const struct frame *frame)
{
	size_t i = export_name_of(&e->names, frame);

	while (e->n_functions <= i) {
		XGROW(e->functions, e->n_functions, e->a_functions);
		e->functions[e->n_functions++] = (struct edges_function){ .on_path = 0 };
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

/* The call of `to` from a line of `from`. */
static struct edges_call *call_of(struct edges *e, uint32_t from, uint32_t line, uint32_t to)
{
	void **slot = slot_of(e, 'c', from, line, to);

	if (!*slot) {
		XGROW(e->calls, e->n_calls, e->a_calls);
		e->calls[e->n_calls++] = (struct edges_call){ .from = from,
							      .line = line,
							      .to = to };
		*slot = (void *)(uintptr_t)e->n_calls;
	}
	return &e->calls[(uintptr_t)*slot - 1];
}

/* The call whose callee is frame i of a node: within it, or from its caller's node.  NULL
 * at the outermost frame of all. */
static struct edges_call *call_at(struct edges *e, uint32_t node, const struct frame *frames,
				  size_t n, size_t i)
{
	uint32_t parent = e->model->nodes[node].parent;
	const struct frame *caller = &frames[i + 1];

	if (i + 1 == n && !parent)
		return NULL;
	if (i + 1 == n)
		caller = symbols_frames(e->symbols, parent, &n);
	return call_of(e, function_of(e, caller), caller->line, function_of(e, &frames[i]));
}

static void enter(void *ctx, uint32_t node)
{
	struct edges *e = ctx;
	size_t n;
	const struct frame *frames = symbols_frames(e->symbols, node, &n);

	for (size_t i = 0; i < n; i++) {
		struct edges_call *call = call_at(e, node, frames, n, i);

		e->functions[function_of(e, &frames[i])].on_path++;
		if (call)
			call->on_path++;
	}
}

static void leave(void *ctx, uint32_t node, struct counts *sum)
{
	struct edges *e = ctx;
	uint32_t own = e->stack_at[node];
	size_t n;
	const struct frame *frames = symbols_frames(e->symbols, node, &n);

	if (own) {
		counts_add(sum, &e->stacks.v[own - 1].counts);
		count_self(e, function_of(e, frames), frames->line, &e->stacks.v[own - 1].counts);
	}
	for (size_t i = 0; i < n; i++) {
		struct edges_function *f = &e->functions[function_of(e, &frames[i])];
		struct edges_call *call = call_at(e, node, frames, n, i);

		if (!--f->on_path)
			counts_add(&f->total, sum);
		if (call && !--call->on_path)
			counts_add(&call->counts, sum);
	}
}

/* Functions are numbered in the order stacks come, from the innermost frame outwards. */
static void put_stack(struct edges *e, struct tree_walk *walk, uint32_t node)
{
	uint32_t parent;

	for (; node; node = parent) {
		size_t n;
		const struct frame *frames = symbols_frames(e->symbols, node, &n);

		for (size_t i = 0; i < n; i++)
			function_of(e, &frames[i]);
		parent = e->model->nodes[node].parent;
		if (!tree_walk_put(walk, node, parent))
			return;
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
	struct tree_walk walk;

	*e = (struct edges){ .model = model, .symbols = symbols };
	e->stack_at = xcalloc(model->n_nodes + 1, sizeof(*e->stack_at));
	export_stacks_init(&e->stacks, model, kind);
	tree_walk_init(&walk, model);
	for (size_t i = 0; i < e->stacks.n; i++) {
		put_stack(e, &walk, e->stacks.v[i].stack);
		e->stack_at[e->stacks.v[i].stack] = (uint32_t)i + 1;
		counts_add(&e->total, &e->stacks.v[i].counts);
	}
	tree_walk_go(&walk, &(struct tree_walk_steps){ enter, leave, e });
	tree_walk_release(&walk);
	if (e->n_lines)
		qsort(e->lines, e->n_lines, sizeof(*e->lines), compare_lines);
	if (e->n_calls)
		qsort(e->calls, e->n_calls, sizeof(*e->calls), compare_calls);
	strmap_release(&e->index);
	export_stacks_release(&e->stacks);
	free(e->stack_at);
}

void edges_release(struct edges *e)
{
	export_names_release(&e->names);
	free(e->functions);
	free(e->lines);
	free(e->calls);
	*e = (struct edges){ .lines = NULL };
}
