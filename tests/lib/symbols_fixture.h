/* SPDX-License-Identifier: MIT */
/* symbols_fixture.h - a model of one module, for tests of symbols. */
#ifndef TESTS_SYMBOLS_FIXTURE_H
#define TESTS_SYMBOLS_FIXTURE_H

#include <stdint.h>
#include <stdlib.h>

#include "model/model.h"
#include "model/symbols.h"

#define FIXTURE_NODES 20000

struct fixture {
	struct model model;
	struct model_module module;
	struct symbols *symbols;
};

static inline void fixture_open(struct fixture *f, const char *path, const char *build_id,
				const struct symbols_options *options)
{
	*f = (struct fixture){
		.module = { .id = 1, .path = (char *)path, .build_id = (char *)build_id },
	};
	f->model.modules = &f->module;
	f->model.n_modules = 1;
	f->model.nodes = calloc(FIXTURE_NODES, sizeof(*f->model.nodes));
	f->model.n_nodes = 1;
	f->symbols = symbols_new(&f->model, options);
}

static inline void fixture_close(struct fixture *f)
{
	symbols_free(f->symbols);
	free(f->model.nodes);
}

/* Frames at an address of the file. */
static inline const struct frame *fixture_frames(struct fixture *f, uint64_t offset,
						 enum frame_kind kind, size_t *n)
{
	uint32_t node = (uint32_t)f->model.n_nodes++;

	if (node >= FIXTURE_NODES)
		abort();
	f->model.nodes[node] = (struct model_node){
		.module = 1,
		.offset = offset,
		.kind = (uint8_t)kind,
		.known = true,
	};
	return symbols_frames(f->symbols, node, n);
}

#endif
