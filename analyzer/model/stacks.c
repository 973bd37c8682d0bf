/* SPDX-License-Identifier: MIT */
/*
 * stacks.c - modules and the trie of stacks.  Ids come from the file and are
 * not to be trusted: they size an array, and parents may form a ring.
 */
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "util/diag.h"
#include "util/xalloc.h"

/*
 * Nodes a trace may have without giving stack lines for them, and how thinly
 * ids may be spread: recorders number densely, so more is a damaged file.
 */
enum { NODES_FREE = 1 << 20, NODES_SPREAD = 64 };

static struct model_module *module_of(struct builder *b, uint64_t id, uint32_t *index)
{
	struct model *m = b->model;
	bool fresh;
	uint64_t *slot = map_at(&b->modules, id, &fresh);

	if (fresh) {
		XGROW(m->modules, m->n_modules, b->modules_alloc);
		m->modules[m->n_modules++] = (struct model_module){
			.id = (uint32_t)id,
			.path = xstrdup("[unknown]"),
			.unloaded = UINT64_MAX,
		};
		*slot = m->n_modules;
	}
	*index = (uint32_t)*slot;
	return &m->modules[*slot - 1];
}

void build_module(struct builder *b, const struct event *event)
{
	const struct mp_module *line = &event->module_line;
	uint32_t index;

	if (line->id == 0 || line->id > UINT32_MAX) {
		build_bad(b, event->line, "module id %llu is out of range",
			  (unsigned long long)line->id);
		return;
	}

	struct model_module *module = module_of(b, line->id, &index);

	free(module->path);
	free(module->build_id);
	module->path = xstrdup(line->path);
	module->build_id = *line->build_id ? xstrdup(line->build_id) : NULL;
	module->bias = line->bias;
	module->start = line->start;
	module->end = line->end;
	module->loaded = line->t;
}

void build_unload(struct builder *b, const struct event *event)
{
	const uint64_t *index = map_get(&b->modules, event->unload_line.id);

	if (!index)
		build_bad(b, event->line, "module %llu was never loaded",
			  (unsigned long long)event->unload_line.id);
	else
		b->model->modules[*index - 1].unloaded = event->t;
}

bool build_reach(struct builder *b, uint64_t id)
{
	struct model *m = b->model;

	if (id < m->n_nodes)
		return true;
	if (id >= NODES_FREE + b->n_known * NODES_SPREAD || id >= UINT32_MAX)
		return false;
	if (id >= b->nodes_alloc) {
		size_t want = id + id / 2 + 1024;

		m->nodes = xreallocarray(m->nodes, want, sizeof(*m->nodes));
		memset(m->nodes + b->nodes_alloc, 0, (want - b->nodes_alloc) * sizeof(*m->nodes));
		b->nodes_alloc = want;
	}
	m->n_nodes = id + 1;
	return true;
}

static enum frame_kind frame_kind(struct builder *b, const char *word)
{
	if (!*word)
		return FRAME_CALL;
	if (!strcmp(word, "exact"))
		return FRAME_EXACT;
	if (!strcmp(word, "truncated"))
		return FRAME_TRUNCATED;
	b->model->unknown_keys++;
	return FRAME_CALL;
}

void build_stack(struct builder *b, const struct event *event)
{
	const struct mp_stack *line = &event->stack_line;
	struct model_node node = {
		.parent = (uint32_t)line->parent,
		.offset = line->offset,
		.known = true,
	};

	if (line->id == 0 || !build_reach(b, line->id) || !build_reach(b, line->parent)) {
		build_bad(b, event->line, "stack %llu (parent %llu) is out of range",
			  (unsigned long long)line->id, (unsigned long long)line->parent);
		return;
	}
	if (line->module > UINT32_MAX) {
		build_bad(b, event->line, "module id %llu is out of range",
			  (unsigned long long)line->module);
		return;
	}
	if (line->module)
		module_of(b, line->module, &node.module);
	node.kind = frame_kind(b, line->kind);

	struct model_node *at = &b->model->nodes[line->id];

	if (!at->known) {
		*at = node;
		b->n_known++;
	} else if (at->parent != node.parent || at->module != node.module ||
		   at->offset != node.offset) {
		build_bad(b, event->line, "stack %llu is there already, as another one",
			  (unsigned long long)line->id);
	}
}

enum { WALK_NEW, WALK_NOW, WALK_DONE };

void build_stacks_done(struct builder *b)
{
	struct model *m = b->model;
	unsigned char *state;

	build_reach(b, 0);
	m->nodes[0] = (struct model_node){ .known = true };
	state = xcalloc(m->n_nodes, 1);
	state[0] = WALK_DONE;
	for (uint32_t i = 1; i < m->n_nodes; i++) {
		uint32_t n = i, end;

		while (state[n] == WALK_NEW) {
			state[n] = WALK_NOW;
			n = m->nodes[n].parent;
		}
		end = state[n] == WALK_NOW ? n : 0;
		for (n = i; state[n] == WALK_NOW; n = m->nodes[n].parent)
			state[n] = WALK_DONE;
		if (end) {
			diag_add(b->diag, DIAG_WARNING, m->path, 0,
				 "stack %u is among its own callers: cut there", end);
			m->bad_lines++;
			m->nodes[end].parent = 0;
		}
	}
	free(state);
}
