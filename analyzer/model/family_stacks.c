/* SPDX-License-Identifier: MIT */
/* family_stacks.c - one list of modules and one trie for all members; see family.h. */
#include <stdlib.h>
#include <string.h>

#include "model/family_parts.h"
#include "util/xalloc.h"

static uint32_t module_of(struct family *f, const struct model_module *from, int64_t shift)
{
	struct model *m = f->model;
	char *identity = xasprintf("%s\n%s", from->build_id ? from->build_id : "",
				   from->path ? from->path : "");
	void **slot = strmap_at(&f->modules, identity);
	uint64_t loaded = family_time(from->loaded, shift);
	uint64_t unloaded = family_time(from->unloaded, shift);
	struct model_module *module;

	free(identity);
	if (!*slot) {
		XGROW(m->modules, m->n_modules, f->modules_alloc);
		m->modules[m->n_modules++] = (struct model_module){
			.id = (uint32_t)m->n_modules,
			.path = xstrdup(from->path),
			.build_id = xstrdup(from->build_id),
			.bias = from->bias,
			.start = from->start,
			.end = from->end,
			.loaded = loaded,
			.unloaded = unloaded,
			.have = xstrdup(from->have),
		};
		*slot = (void *)(uintptr_t)m->n_modules;
		return (uint32_t)m->n_modules - 1;
	}
	module = &m->modules[(uintptr_t)*slot - 1];
	if (loaded < module->loaded)
		module->loaded = loaded;
	if (unloaded > module->unloaded)
		module->unloaded = unloaded;
	return (uint32_t)((uintptr_t)*slot - 1);
}

static bool same(const struct model_node *a, const struct model_node *b)
{
	return a->parent == b->parent && a->module == b->module && a->offset == b->offset &&
	       a->kind == b->kind && a->known == b->known;
}

static uint32_t add_node(struct family *f, const struct model_node *node)
{
	struct model *m = f->model;

	XGROW(m->nodes, m->n_nodes, f->nodes_alloc);
	m->nodes[m->n_nodes] = *node;
	return (uint32_t)m->n_nodes++;
}

/* The node in the family, made when it is new. */
static uint32_t node_of(struct family *f, const struct model_node *node)
{
	uint64_t hash = map_mix(map_mix(node->offset) ^
				((uint64_t)node->parent << 32 | node->module) ^
				(uint64_t)node->kind << 1 ^ node->known);
	uint64_t *head = map_at(&f->nodes, hash, NULL);
	uint32_t at;

	for (at = (uint32_t)*head; at; at = f->next[at])
		if (same(&f->model->nodes[at], node))
			return at;
	at = add_node(f, node);
	XGROW(f->next, at, f->next_alloc);
	f->next[at] = (uint32_t)*head;
	*head = at;
	return at;
}

/* The root is 0 in both. */
static void start(struct family *f)
{
	const struct model_node root = { .known = true };

	if (f->model->n_nodes)
		return;
	add_node(f, &root);
	XGROW(f->next, (size_t)0, f->next_alloc);
	f->next[0] = 0;
}

/* Translate a node after its callers: out to one that is done, and back. */
static void translate(struct family *f, const struct model *from, struct family_indexes *indexes,
		      uint32_t node, uint32_t **way, size_t *alloc)
{
	size_t n = 0;

	for (; node && !indexes->nodes[node]; node = from->nodes[node].parent) {
		XGROW(*way, n, *alloc);
		(*way)[n++] = node;
	}
	while (n--) {
		struct model_node copy = from->nodes[(*way)[n]];

		copy.parent = indexes->nodes[copy.parent];
		if (copy.module)
			copy.module = indexes->modules[copy.module - 1] + 1;
		indexes->nodes[(*way)[n]] = node_of(f, &copy);
	}
}

void family_add_stacks(struct family *f, const struct model *member, int64_t shift,
		       struct family_indexes *indexes)
{
	uint32_t *way = NULL;
	size_t alloc = 0;

	start(f);
	indexes->modules = xcalloc(member->n_modules + 1, sizeof(*indexes->modules));
	for (size_t i = 0; i < member->n_modules; i++)
		indexes->modules[i] = module_of(f, &member->modules[i], shift);
	indexes->nodes = xcalloc(member->n_nodes + 1, sizeof(*indexes->nodes));
	for (uint32_t i = 1; i < member->n_nodes; i++)
		if (member->nodes[i].known)
			translate(f, member, indexes, i, &way, &alloc);
	/* those that sites name and no line describes */
	for (size_t i = 0; i < member->n_sites; i++)
		translate(f, member, indexes, member->sites[i].stack, &way, &alloc);
	free(way);
}

void family_stacks_release(struct family *f)
{
	strmap_release(&f->modules);
	map_release(&f->nodes);
	free(f->next);
}
