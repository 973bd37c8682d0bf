/* SPDX-License-Identifier: MIT */
/*
 * test_cumulate.c - cumulative counts of reports and the graph of calls of exporters, of
 * made-up trees of calls with recursion, inlined frames, allocators at the inner end
 * and cut stacks, against each stack walked by itself; and of a tree that is deep and
 * has many stacks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/edges.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/group.h"

#define ADDRESSES 12

/* Two addresses have an inlined frame, one of them of the function itself. */
static const struct frame frames[ADDRESSES][2] = {
	{ { .function = "malloc_wrapper" } },
	{ { .function = "xmalloc" } },
	{ { .function = "a" } },
	{ { .function = "b" } },
	{ { .function = "c" } },
	{ { .function = "d" } },
	{ { .function = "a", .is_inline = true }, { .function = "b" } },
	{ { .function = "c", .is_inline = true }, { .function = "c" } },
	{ { .function = "xmalloc", .is_inline = true }, { .function = "d" } },
	{ { .function = "a" } },
	{ { .function = "e" } },
	{ { .function = "e", .is_inline = true }, { .function = "a" } },
};

static struct model model;

const struct frame *symbols_frames(struct symbols *symbols, uint32_t node, size_t *n)
{
	const struct frame *found = frames[model.nodes[node].offset];

	(void)symbols;
	*n = found[1].function ? 2 : 1;
	return found;
}

static unsigned int seed;

static unsigned int below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void make_model(size_t n_nodes, size_t n_sites)
{
	model = (struct model){
		.nodes = calloc(n_nodes, sizeof(*model.nodes)),
		.n_nodes = n_nodes,
		.sites = calloc(n_sites, sizeof(*model.sites)),
		.n_sites = n_sites,
	};
	model.nodes[0].known = true;
	for (uint32_t i = 1; i < n_nodes; i++)
		model.nodes[i] = (struct model_node){
			.parent = i < 3	     ? 0
				  : below(3) ? i - 1
					     : below(i),
			.offset = below(ADDRESSES),
			.kind = i < 3 && below(2) ? FRAME_TRUNCATED : 0,
			.known = true,
		};
	for (size_t i = 0; i < n_sites; i++)
		model.sites[i] = (struct model_site){
			.stack = below((unsigned int)n_nodes),
			.kind = MP_HEAP,
			.counts = { .allocs = below(9), .bytes = below(1000), .freed = below(500) },
		};
}

static void free_model(void)
{
	free(model.nodes);
	free(model.sites);
}

static const char *function_of(const struct place *place, size_t i)
{
	return place->frames[i].function;
}

/* What the function gets of one stack: all that is allocated there, or nothing. */
static bool is_on(struct places *places, uint32_t node, const char *function)
{
	size_t i;
	const struct place *place = places_start(places, &node, &i);

	for (; place && model.nodes[node].kind != FRAME_TRUNCATED; i = 0) {
		for (; i < place->n; i++)
			if (!strcmp(function_of(place, i), function))
				return true;
		node = model.nodes[node].parent;
		place = places_of(places, node);
	}
	return false;
}

static void compare(enum group_by by, bool allocator_frames)
{
	const struct filters none = { .n = 0 };
	struct groups groups;
	struct places places;

	groups_build(&groups, &model, NULL, MP_HEAP, by, true, allocator_frames, &none);
	places_init(&places, &model, NULL, allocator_frames);
	for (size_t g = 0; g < groups.n; g++) {
		const struct group *group = &groups.v[g];
		struct counts want = { 0 };

		if (!group->function)
			continue; /* a site that has no stack */
		for (size_t i = 0; i < model.n_sites; i++)
			if (is_on(&places, model.sites[i].stack, group->function))
				counts_add(&want, &model.sites[i].counts);
		cr_expect_eq(memcmp(&group->counts, &want, sizeof(want)), 0,
			     "%s: %llu bytes, not %llu", group->function,
			     (unsigned long long)group->counts.bytes,
			     (unsigned long long)want.bytes);
	}
	cr_expect_geq(groups.n, 4u);
	places_release(&places);
	groups_release(&groups);
}

Test(cumulate, as_each_stack_by_itself)
{
	for (seed = 1; seed < 200; seed++) {
		unsigned int at = seed;

		make_model(2 + at, 3 * at + 10);
		if (at > 30) {
			compare(BY_FUNCTION, false);
			compare(BY_FUNCTION, true);
		}
		free_model();
		seed = at;
	}
}

/* The names of all frames of a stack, innermost first, up to `room`. */
static size_t names_of(uint32_t node, const char **names, size_t room)
{
	size_t n = 0;

	for (; node; node = model.nodes[node].parent) {
		size_t n_frames;
		const struct frame *v = symbols_frames(NULL, node, &n_frames);

		for (size_t i = 0; i < n_frames && n < room; i++)
			names[n++] = v[i].function;
	}
	return n;
}

/* What stacks have on which `from` calls `to`; or `to` is, when there is no `from`. */
static uint64_t bytes_over(const char *from, const char *to)
{
	uint64_t sum = 0;

	for (size_t s = 0; s < model.n_sites; s++) {
		const char *names[1000];
		size_t n = names_of(model.sites[s].stack, names, 1000);
		bool is_on = false;

		for (size_t i = 0; i < n; i++)
			is_on |= !strcmp(names[i], to) &&
				 (!from || (i + 1 < n && !strcmp(names[i + 1], from)));
		sum += is_on ? model.sites[s].counts.bytes : 0;
	}
	return sum;
}

static void compare_edges(void)
{
	uint64_t self = 0, all = 0;
	struct edges e;

	edges_init(&e, &model, NULL, MP_HEAP);
	for (size_t i = 0; i < e.names.n; i++)
		cr_expect_eq(e.functions[i].total.bytes, bytes_over(NULL, e.names.v[i].name), "%s",
			     e.names.v[i].name);
	for (size_t i = 0; i < e.n_calls; i++)
		cr_expect_eq(
			e.calls[i].counts.bytes,
			bytes_over(e.names.v[e.calls[i].from].name, e.names.v[e.calls[i].to].name),
			"%s to %s", e.names.v[e.calls[i].from].name, e.names.v[e.calls[i].to].name);
	for (size_t i = 0; i < e.n_lines; i++)
		self += e.lines[i].self.bytes;
	for (size_t s = 0; s < model.n_sites; s++)
		all += model.sites[s].stack ? model.sites[s].counts.bytes : 0;
	cr_expect_eq(self, all);
	cr_expect(e.names.n >= 4 && e.n_calls >= 4);
	edges_release(&e);
}

Test(cumulate, calls_as_each_stack_by_itself)
{
	for (seed = 1; seed < 60; seed++) {
		unsigned int at = seed;

		make_model(30 + 3 * at, 2 * at + 10);
		compare_edges();
		free_model();
		seed = at;
	}
}

/* 100,000 stacks of 100,000 frames: each by itself would take minutes. */
Test(cumulate, deep_and_many, .timeout = 60)
{
	const struct filters none = { .n = 0 };
	const size_t depth = 100000;
	struct groups groups;

	make_model(depth + 1, depth);
	for (uint32_t i = 1; i <= depth; i++) {
		model.nodes[i].parent = i - 1;
		model.nodes[i].kind = 0;
		model.nodes[i].offset = 2 + i % 2;
		model.sites[i - 1].stack = i;
		model.sites[i - 1].counts = (struct counts){ .allocs = 1, .bytes = 8 };
	}
	groups_build(&groups, &model, NULL, MP_HEAP, BY_FUNCTION, true, false, &none);
	cr_assert_eq(groups.n, 2u);
	for (size_t i = 0; i < groups.n; i++)
		cr_expect_eq(groups.v[i].counts.bytes,
			     8 * (strcmp(groups.v[i].function, "b") ? depth - 1 : depth), "%s",
			     groups.v[i].function);
	groups_release(&groups);
	free_model();
}
