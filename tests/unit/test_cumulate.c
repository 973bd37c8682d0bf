/* SPDX-License-Identifier: MIT */
/*
 * test_cumulate.c - cumulative counts of made-up trees of calls, with recursion,
 * inlined frames, allocators at the inner end and cut stacks, against each stack
 * walked by itself; and of a tree that is deep and has many stacks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
