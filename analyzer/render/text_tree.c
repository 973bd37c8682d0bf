/* SPDX-License-Identifier: MIT */
/* text_tree.c - a doc's tree as rows for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "render/branches.h"
#include "render/layout.h"
#include "render/shorten.h"
#include "render/text_tree.h"
#include "util/path.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#define PERCENT_WIDTH 7
#define SELF_FROM 60 /* columns of a terminal that has room for what is self */
#define STEP 3	     /* columns of a level */
#define ARROW_WIDTH 3
#define DOTS_WIDTH 5  /* dots for names left out, and an arrow */
#define FIRST_LEAST 8 /* of the first function in a row */
#define NAME_MOST 40  /* of a function that shares its row */
#define TEXT_LEAST 24 /* what the lines must leave for names */

struct rows {
	const struct doc_tree *tree;
	const struct term *term;
	struct sink *out;
	struct branches branches;
	int total_width, self_width;
};

static void add_amount(struct strbuf *sb, const struct rows *r, int64_t amount)
{
	const struct doc_cell cell = CELL_I(amount);

	strbuf_clear(sb);
	layout_cell(sb, &cell, r->tree->unit);
}

/* Nothing is told of self where it is nothing. */
static int64_t self_of(const struct rows *r, const struct branch *b)
{
	return r->tree->nodes[b->last].self;
}

static void measure(struct rows *r)
{
	struct strbuf sb = STRBUF_INIT;

	r->total_width = utf8_width(r->tree->title);
	r->self_width = (int)strlen("self");
	for (size_t i = 0; i < r->branches.n; i++) {
		const struct branch *b = &r->branches.v[i];

		add_amount(&sb, r, r->tree->nodes[b->first].total);
		if (utf8_width(sb.buf) > r->total_width)
			r->total_width = utf8_width(sb.buf);
		add_amount(&sb, r, self_of(r, b));
		if (self_of(r, b) && utf8_width(sb.buf) > r->self_width)
			r->self_width = utf8_width(sb.buf);
	}
	if (r->term->width < SELF_FROM)
		r->self_width = 0;
	strbuf_release(&sb);
}

static void put_right(struct rows *r, const char *text, int width)
{
	sink_printf(r->out, "%*s%s", width - utf8_width(text), "", text);
}

static void put_numbers(struct rows *r, const struct branch *b)
{
	int64_t total = r->tree->nodes[b->first].total, self = self_of(r, b);
	struct strbuf sb = STRBUF_INIT;

	add_amount(&sb, r, total);
	sink_puts(r->out, "  ");
	put_right(r, sb.buf, r->total_width);
	strbuf_clear(&sb);
	units_add_percent(&sb,
			  r->branches.all ? 100.0 * (double)total / (double)r->branches.all : 0);
	put_right(r, sb.buf, PERCENT_WIDTH + 1);
	add_amount(&sb, r, self);
	if (r->self_width) {
		sink_puts(r->out, "  ");
		put_right(r, self ? sb.buf : "", r->self_width);
	}
	sink_puts(r->out, "  ");
	strbuf_release(&sb);
}

/* The lines in front of a row; returns their columns.  Where they take too much the left goes. */
static int put_lines(struct rows *r, const struct branch *b, int room)
{
	const bool utf8 = r->term->utf8;
	size_t level = b->level, most = room > STEP ? (size_t)(room / STEP) : 1, shown;
	const char **parts;

	if (!level)
		return 0;
	parts = xcalloc(level, sizeof(*parts));
	parts[level - 1] = utf8		? b->is_last ? "\xe2\x94\x94\xe2\x94\x80 "
						     : "\xe2\x94\x9c\xe2\x94\x80 "
			   : b->is_last ? "`- "
					: "|- ";
	for (size_t i = level - 1; i--;) {
		b = &r->branches.v[b->parent];
		parts[i] = b->is_last ? "   " : utf8 ? "\xe2\x94\x82  " : "|  ";
	}
	shown = level > most ? most : level;
	sink_puts(r->out, term_style(r->term, STYLE_DIM));
	if (shown < level)
		parts[level - shown] = utf8 ? "\xe2\x8b\xaf  " : ".. ";
	for (size_t i = level - shown; i < level; i++)
		sink_puts(r->out, parts[i]);
	sink_puts(r->out, term_style(r->term, STYLE_NONE));
	free(parts);
	return (int)shown * STEP;
}

static void add_name(const struct rows *r, size_t node, int width, struct strbuf *name)
{
	struct strbuf clean = STRBUF_INIT;

	strbuf_clear(name);
	utf8_add_clean(&clean, r->tree->nodes[node].frame.function);
	shorten_function(name, clean.buf, width, r->term->utf8);
	strbuf_release(&clean);
}

/*
 * The nodes of a chain before its last one: the first, and of the others those
 * next to the last as far as there is room.
 */
static void put_chain(struct rows *r, const struct branch *b, const char *first, int room)
{
	const char *arrow = r->term->utf8 ? " \xe2\x80\xba " : " > ";
	const char *dots = r->term->utf8 ? "\xe2\x80\xa6" : "..";
	struct strbuf name = STRBUF_INIT, tail = STRBUF_INIT, next = STRBUF_INIT;
	size_t node = b->last, left = b->n - 2;

	room -= utf8_width(first) + ARROW_WIDTH;
	for (; left; left--) {
		node = r->tree->nodes[node].parent;
		add_name(r, node, NAME_MOST, &name);
		if (utf8_width(name.buf) + ARROW_WIDTH > room - (left > 1 ? DOTS_WIDTH : 0))
			break;
		room -= utf8_width(name.buf) + ARROW_WIDTH;
		strbuf_clear(&next);
		strbuf_addf(&next, "%s%s%s", name.buf, arrow, tail.buf);
		strbuf_clear(&tail);
		strbuf_addbuf(&tail, &next);
	}
	sink_printf(r->out, "%s%s%s%s%s", first, arrow, left ? dots : "", left ? arrow : "",
		    tail.buf);
	strbuf_release(&name);
	strbuf_release(&tail);
	strbuf_release(&next);
}

/* In a row of several functions the last part of a path must do. */
static struct doc_frame brief(struct doc_frame frame)
{
	frame.file = path_last(frame.file);
	return frame;
}

static void put_where(struct rows *r, const struct strbuf *where)
{
	if (where->len)
		sink_printf(r->out, "  %s%s%s", term_style(r->term, STYLE_DIM), where->buf,
			    term_style(r->term, STYLE_NONE));
}

static int where_width(const struct strbuf *where)
{
	return where->len ? 2 + utf8_width(where->buf) : 0;
}

/* Callees of callees: what matters is the last one, and what it is called by. */
static void put_downward(struct rows *r, const struct branch *b, int room)
{
	struct doc_frame last = brief(r->tree->nodes[b->last].frame);
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT, first = STRBUF_INIT;
	int need = ARROW_WIDTH + (b->n > 2 ? DOTS_WIDTH : 0);

	add_name(r, b->first, room / 3 < FIRST_LEAST ? FIRST_LEAST : room / 3, &first);
	need += utf8_width(first.buf);
	shorten_frame(&last, room - need, r->term->utf8, &name, &where);
	put_chain(r, b, first.buf, room - utf8_width(name.buf) - where_width(&where));
	sink_puts(r->out, name.buf);
	put_where(r, &where);
	strbuf_release(&first);
	strbuf_release(&name);
	strbuf_release(&where);
}

/* Callers of callers: what matters is the first one, and who calls it. */
static void put_upward(struct rows *r, const struct branch *b, int room)
{
	const char *arrow = r->term->utf8 ? " \xe2\x80\xb9 " : " < ";
	const char *dots = r->term->utf8 ? "\xe2\x80\xa6" : "..";
	struct doc_frame first = brief(r->tree->nodes[b->first].frame);
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT;
	size_t *path = xreallocarray(NULL, b->n, sizeof(*path));

	for (size_t i = b->n, node = b->last; i--; node = r->tree->nodes[node].parent)
		path[i] = node;
	shorten_frame(&first, room - DOTS_WIDTH, r->term->utf8, &name, &where);
	sink_puts(r->out, name.buf);
	put_where(r, &where);
	room -= utf8_width(name.buf) + where_width(&where);
	for (size_t i = 1; i < b->n; i++) {
		add_name(r, path[i], NAME_MOST, &name);
		room -= utf8_width(name.buf) + ARROW_WIDTH;
		if (room < (i + 1 < b->n ? DOTS_WIDTH : 0)) {
			sink_printf(r->out, "%s%s", arrow, dots);
			break;
		}
		sink_printf(r->out, "%s%s", arrow, name.buf);
	}
	strbuf_release(&name);
	strbuf_release(&where);
	free(path);
}

static void put_single(struct rows *r, size_t node, int room)
{
	struct strbuf name = STRBUF_INIT, where = STRBUF_INIT;

	shorten_frame(&r->tree->nodes[node].frame, room, r->term->utf8, &name, &where);
	sink_puts(r->out, name.buf);
	put_where(r, &where);
	strbuf_release(&name);
	strbuf_release(&where);
}

static void put_branch(struct rows *r, const struct branch *b)
{
	int room = r->term->width - (2 + r->total_width + PERCENT_WIDTH + 1 + 2);

	put_numbers(r, b);
	room -= r->self_width ? r->self_width + 2 : 0;
	room -= put_lines(r, b, room - TEXT_LEAST);
	room = room < TEXT_LEAST / 2 ? TEXT_LEAST / 2 : room;
	if (b->n == 1 || room < TEXT_LEAST)
		put_single(r, r->tree->upward ? b->first : b->last, room);
	else if (r->tree->upward)
		put_upward(r, b, room);
	else
		put_downward(r, b, room);
	sink_putc(r->out, '\n');
}

void text_tree(const struct doc_tree *tree, const struct term *term, struct sink *out)
{
	struct rows r = { .tree = tree, .term = term, .out = out };

	branches_init(&r.branches, tree, tree->least);
	measure(&r);
	sink_printf(out, "%s  ", term_style(term, STYLE_BOLD));
	put_right(&r, tree->title, r.total_width);
	put_right(&r, "%", PERCENT_WIDTH + 1);
	if (r.self_width) {
		sink_puts(out, "  ");
		put_right(&r, "self", r.self_width);
	}
	sink_printf(out, "  function%s\n", term_style(term, STYLE_NONE));
	for (size_t i = 0; i < r.branches.n; i++)
		put_branch(&r, &r.branches.v[i]);
	branches_release(&r.branches);
}
