/* SPDX-License-Identifier: MIT */
/*
 * text_flame.c - a doc's tree as blocks for a terminal: a row a level, roots on
 * top, each block below its caller and as wide as its part of the whole.
 */
#include <stdlib.h>

#include "render/branches.h"
#include "render/shorten.h"
#include "render/text_tree.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define LEAST 2	      /* columns of a block */
#define NAMED 5	      /* columns from which on a block shows its name */
#define SHARE_FROM 24 /* ... and its part of the whole behind it */
#define NAME_MOST 60

struct block {
	double start; /* of all the roots have */
	double used;  /* by blocks on top of it so far */
	int column, width;
};

struct flame {
	const struct doc_tree *tree;
	const struct term *term;
	struct branches branches;
	struct block *blocks; /* one a branch */
	size_t levels;
};

/* Where the blocks are; those that are negative, as parts of threads can be, get no room. */
static void place(struct flame *f)
{
	double all = 0, used = 0;

	for (size_t i = 0; i < f->branches.n; i++) {
		const struct branch *b = &f->branches.v[i];

		if (b->parent == NO_BRANCH && f->tree->nodes[b->first].total > 0)
			all += (double)f->tree->nodes[b->first].total;
	}
	for (size_t i = 0; i < f->branches.n; i++) {
		const struct branch *b = &f->branches.v[i];
		struct block *block = &f->blocks[i];
		struct block *below = b->parent == NO_BRANCH ? NULL : &f->blocks[b->parent];
		double *at = below ? &below->used : &used, size, width = f->term->width;

		size = all > 0 ? (double)f->tree->nodes[b->first].total / all : 0;
		size = size > 0 ? size : 0;
		block->start = (below ? below->start : 0) + *at;
		*at += size;
		block->column = (int)(block->start * width + 0.5);
		block->width = (int)((block->start + size) * width + 0.5) - block->column;
		if (block->width > 0 && b->level >= f->levels)
			f->levels = b->level + 1;
	}
}

static void add_name(const struct flame *f, size_t node, int width, struct strbuf *out)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, f->tree->nodes[node].frame.function);
	shorten_function(out, clean.buf, width, f->term->utf8);
	strbuf_release(&clean);
}

/* The first and the last of a chain, or the one that says more where only one fits. */
static void add_ends(const struct flame *f, const struct branch *b, int width, struct strbuf *out)
{
	const char *arrow = f->term->utf8 ? " \xe2\x80\xba " : " > ";
	const char *dots = b->n < 3 ? "" : f->term->utf8 ? "\xe2\x80\xa6 \xe2\x80\xba " : ".. > ";
	int room = width - 3 - utf8_width(dots);

	if (b->n == 1 || room < 4 * NAMED) {
		add_name(f, f->tree->upward ? b->first : b->last, width, out);
		return;
	}
	add_name(f, b->first, room / 2, out);
	strbuf_addf(out, "%s%s", arrow, dots);
	add_name(f, b->last, width - utf8_width(out->buf), out);
}

/* All names of a chain where there is room. */
static void add_names(const struct flame *f, const struct branch *b, int width, struct strbuf *out)
{
	const char *arrow = f->term->utf8 ? " \xe2\x80\xba " : " > ";
	size_t *path = xreallocarray(NULL, b->n, sizeof(*path));

	for (size_t i = b->n, node = b->last; i--; node = f->tree->nodes[node].parent)
		path[i] = node;
	for (size_t i = 0; i < b->n && utf8_width(out->buf) <= width; i++) {
		strbuf_addstr(out, i ? arrow : "");
		add_name(f, path[i], NAME_MOST, out);
	}
	if (utf8_width(out->buf) > width) {
		strbuf_clear(out);
		add_ends(f, b, width, out);
	}
	free(path);
}

static void add_label(const struct flame *f, const struct branch *b, int width, struct strbuf *out)
{
	const struct doc_node *node = &f->tree->nodes[b->first];
	struct strbuf share = STRBUF_INIT;
	int pad;

	if (width >= SHARE_FROM && f->branches.all) {
		strbuf_addch(&share, ' ');
		units_add_percent(&share, 100.0 * (double)node->total / (double)f->branches.all);
		width -= utf8_width(share.buf);
	}
	add_names(f, b, width, out);
	pad = width - utf8_width(out->buf);
	strbuf_addchars(out, ' ', pad > 0 ? (size_t)pad : 0);
	strbuf_addbuf(out, &share);
	strbuf_release(&share);
}

static void put_block(const struct flame *f, size_t i, size_t nth, struct sink *out)
{
	static const enum term_style styles[] = { STYLE_BLOCK_A, STYLE_BLOCK_B, STYLE_BLOCK_C };
	const struct branch *b = &f->branches.v[i];
	int width = f->blocks[i].width - 1;
	struct strbuf label = STRBUF_INIT;

	if (width >= NAMED)
		add_label(f, b, width, &label);
	else
		strbuf_addchars(&label, ' ', (size_t)width);
	sink_printf(out, "%s%s%s%s", term_style(f->term, styles[nth % 3]),
		    f->term->utf8 ? "\xe2\x94\x82" : "|", label.buf,
		    term_style(f->term, STYLE_NONE));
	strbuf_release(&label);
}

/* What would be narrower than LEAST columns is left out, callees and all. */
static int64_t smallest(const struct doc_tree *tree, int width)
{
	int64_t all = 0, narrow;

	for (size_t i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].parent == DOC_NO_PARENT && tree->nodes[i].total > 0)
			all += tree->nodes[i].total;
	narrow = all / (width > 0 ? width : 1) * LEAST;
	return narrow > tree->least ? narrow : tree->least;
}

void text_flame(const struct doc_tree *tree, const struct term *term, struct sink *out)
{
	struct flame f = { .tree = tree, .term = term };

	branches_init(&f.branches, tree, smallest(tree, term->width));
	f.blocks = xcalloc(f.branches.n + 1, sizeof(*f.blocks));
	place(&f);
	for (size_t level = 0; level < f.levels; level++) {
		size_t nth = level;
		int column = 0;

		for (size_t i = 0; i < f.branches.n; i++) {
			const struct block *block = &f.blocks[i];

			if (f.branches.v[i].level != level || block->width < 1)
				continue;
			sink_printf(out, "%*s", block->column - column, "");
			put_block(&f, i, nth++, out);
			column = block->column + block->width;
		}
		sink_putc(out, '\n');
	}
	if (!f.levels)
		sink_puts(out, "  nothing to draw: no part is more than 0\n");
	free(f.blocks);
	branches_release(&f.branches);
}
