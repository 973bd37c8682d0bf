/* SPDX-License-Identifier: MIT */
/* places.c - frames of addresses, looked up once. */
#include "reports/places.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "model/model.h"
#include "util/cxxname.h"
#include "util/xalloc.h"

/* Nameless frames that may stand before a named allocator. */
#define LOOK_AHEAD 3

static const char *const allocators[] = {
#define ALLOCATOR(glob) glob,
#include "reports/allocators.def"
#undef ALLOCATOR
};

bool places_is_allocator(const char *function)
{
	function = cxx_name_start(function);
	for (size_t i = 0; i < sizeof(allocators) / sizeof(*allocators); i++)
		if (fnmatch(allocators[i], function, 0) == 0)
			return true;
	return false;
}

void places_init(struct places *places, const struct model *model, struct symbols *symbols,
		 bool allocator_frames)
{
	*places = (struct places){
		.model = model,
		.symbols = symbols,
		.allocator_frames = allocator_frames,
	};
}

void places_release(struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		free(places->list[i].groups);
	free(places->list);
	map_release(&places->by_address);
	map_release(&places->names);
}

/* Names repeat far more often than they differ. */
static bool only_allocates(struct places *places, const struct frame *frame)
{
	const char *function = frame->full ? frame->full : frame->function;
	uint64_t *known;
	bool fresh;

	if (!function || places->allocator_frames)
		return false;
	known = map_at(&places->names, (uint64_t)(uintptr_t)function, &fresh);
	if (fresh)
		*known = places_is_allocator(function);
	return *known;
}

/* Nodes of the same address share a place.  Module and kind go where no address has bits. */
static uint64_t address_key(const struct model_node *node, uint32_t id)
{
	if (!node->known)
		return map_mix(id) | UINT64_C(1) << 63;
	return node->offset ^ map_mix((uint64_t)node->module << 2 | node->kind) >> 1;
}

const struct place *places_of(struct places *places, uint32_t node)
{
	const struct model *model = places->model;
	struct place *place;
	uint64_t *index;
	bool fresh;

	if (!node || node >= model->n_nodes)
		return NULL;
	index = map_at(&places->by_address, address_key(&model->nodes[node], node), &fresh);
	if (!fresh)
		return &places->list[*index];
	*index = places->n;
	XGROW(places->list, places->n, places->alloc);
	place = &places->list[places->n++];
	*place = (struct place){ .groups = NULL };
	place->frames = symbols_frames(places->symbols, node, &place->n);
	place->groups = xreallocarray(NULL, place->n, sizeof(*place->groups));
	for (size_t i = 0; i < place->n; i++)
		place->groups[i] = PLACE_NO_GROUP;
	while (place->skip < place->n && only_allocates(places, &place->frames[place->skip]))
		place->skip++;
	return place;
}

/*
 * Is the nameless frame at `node` only on the way to a function that allocates?
 * So it is where a stripped library's own malloc is called by its named one.
 */
static bool leads_to_allocator(struct places *places, uint32_t node)
{
	const struct model_node *nodes = places->model->nodes;
	uint32_t module = nodes[node].module;

	for (int i = 0; i < LOOK_AHEAD && nodes[node].module == module; i++) {
		const struct place *place = places_of(places, node);

		if (!place || (place->skip < place->n && place->frames[place->skip].function))
			return false;
		if (place->skip)
			return true;
		node = nodes[node].parent;
	}
	return false;
}

const struct place *places_start(struct places *places, uint32_t *node, size_t *index)
{
	const struct model_node *nodes = places->model->nodes;

	for (uint32_t at = *node; at; at = nodes[at].parent) {
		const struct place *place = places_of(places, at);
		size_t skip;

		/* the mark of a cut stack is no caller */
		if (!place || (nodes[at].kind == FRAME_TRUNCATED && at != *node))
			break;
		skip = place->skip;
		if (skip == place->n)
			continue;
		/* which looks up others, and so may move this one */
		if (!place->frames[skip].function && !places->allocator_frames &&
		    leads_to_allocator(places, at))
			continue;
		*node = at;
		*index = skip;
		return places_of(places, at);
	}
	*index = 0;
	return places_of(places, *node);
}
