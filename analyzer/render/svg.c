/* SPDX-License-Identifier: MIT */
/*
 * svg.c - a doc's tree as a flame graph: one file that shows itself in any
 * browser, with search and zoom inside, and nothing loaded from elsewhere.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "plot/plot.h"
#include "render/layout.h"
#include "render/renderer.h"
#include "render/shorten.h"
#include "render/svg.h"
#include "util/cxxname.h"
#include "util/path.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/units.h"
#include "util/xalloc.h"

#define WIDTH 1200
#define SIDE 10 /* left and right of the blocks */
#define TOP 96	/* titles, legend, the line of the block under the mouse */
#define BOTTOM 10
#define LABEL_LEAST 4
#define LEGEND 8

/*
 * Light enough for dark text, and far enough apart; functions of a module are
 * somewhere between its two.  The last is everybody else's.
 */
static const uint8_t palette[LEGEND + 1][2][3] = {
	{ { 0xf2, 0x8f, 0x5c }, { 0xf9, 0xcd, 0x75 } },
	{ { 0x7f, 0xb9, 0xe6 }, { 0xb0, 0xdd, 0xf0 } },
	{ { 0x93, 0xcb, 0x7f }, { 0xc3, 0xe3, 0xa4 } },
	{ { 0xc3, 0xa4, 0xde }, { 0xdd, 0xc9, 0xee } },
	{ { 0xee, 0x87, 0x92 }, { 0xf7, 0xb8, 0xb5 } },
	{ { 0x6f, 0xcd, 0xb8 }, { 0xa5, 0xe3, 0xd2 } },
	{ { 0xcd, 0xb3, 0x88 }, { 0xe3, 0xd3, 0xb4 } },
	{ { 0xd7, 0xc8, 0x4f }, { 0xec, 0xe1, 0x8d } },
	{ { 0xcc, 0xd0, 0xd6 }, { 0xdf, 0xe2, 0xe6 } },
};

/* A module, and what it holds itself. */
struct share {
	const char *module;
	int64_t self;
};

struct picture {
	const struct doc_tree *tree;
	struct sink *out;
	int width, levels;
	double all;
	double *x;    /* of each node, a part of the whole; */
	double *used; /* ... and what its children take so far */
	int *level;
	struct share shares[LEGEND + 1];
	size_t n_shares;
};

static double size_of(const struct picture *p, size_t i)
{
	int64_t total = p->tree->nodes[i].total;

	return total > 0 && p->all > 0 ? (double)total / p->all : 0;
}

/* Nodes side by side from the left; what is negative takes no room. */
static void place(struct picture *p)
{
	const struct doc_tree *tree = p->tree;
	double used = 0;

	for (size_t i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].parent == DOC_NO_PARENT && tree->nodes[i].total > 0)
			p->all += (double)tree->nodes[i].total;
	for (size_t i = 0; i < tree->n_nodes; i++) {
		size_t parent = tree->nodes[i].parent;
		double *at = parent == DOC_NO_PARENT ? &used : &p->used[parent];

		p->x[i] = (parent == DOC_NO_PARENT ? 0 : p->x[parent]) + *at;
		*at += size_of(p, i);
		p->level[i] = parent == DOC_NO_PARENT ? 1 : p->level[parent] + 1;
		if (size_of(p, i) > 0 && p->level[i] >= p->levels)
			p->levels = p->level[i] + 1;
	}
}

static int by_self(const void *left, const void *right)
{
	const struct share *a = *(const struct share *const *)left;
	const struct share *b = *(const struct share *const *)right;

	if (a->self != b->self)
		return a->self < b->self ? 1 : -1;
	return strcmp(a->module, b->module);
}

/* The modules that hold most have a colour of their own. */
static void find_shares(struct picture *p)
{
	struct strmap modules = STRMAP_INIT;
	const struct strmap_entry *e;
	struct share **list;
	size_t pos = 0, n = 0;

	for (size_t i = 0; i < p->tree->n_nodes; i++) {
		const struct doc_node *node = &p->tree->nodes[i];
		void **slot;

		if (!node->frame.module)
			continue;
		slot = strmap_at(&modules, node->frame.module);
		if (!*slot) {
			*slot = xcalloc(1, sizeof(struct share));
			((struct share *)*slot)->module = node->frame.module;
		}
		((struct share *)*slot)->self += node->self;
	}
	list = xcalloc(modules.n + 1, sizeof(struct share *));
	while ((e = strmap_next(&modules, &pos)))
		list[n++] = e->value;
	qsort(list, n, sizeof(struct share *), by_self);
	for (size_t i = 0; i < n; i++) {
		if (i < LEGEND)
			p->shares[p->n_shares++] = *list[i];
		free(list[i]);
	}
	free(list);
	strmap_release(&modules);
}

static size_t color_of(const struct picture *p, const char *module)
{
	for (size_t i = 0; module && i < p->n_shares; i++)
		if (!strcmp(p->shares[i].module, module))
			return i;
	return LEGEND;
}

/* The same function has the same colour in every picture. */
static void put_color(struct picture *p, const struct doc_node *node)
{
	const uint8_t(*ends)[3] = palette[color_of(p, node->frame.module)];
	const char *name = node->frame.function ? node->frame.function : "";
	int mix = (int)(strmap_hash(name, strlen(name)) % 101), rgb[3];

	for (int i = 0; i < 3; i++)
		rgb[i] = (ends[0][i] * (100 - mix) + ends[1][i] * mix) / 100;
	sink_printf(p->out, "#%02x%02x%02x", (unsigned int)rgb[0], (unsigned int)rgb[1],
		    (unsigned int)rgb[2]);
}

static void add_amount(const struct picture *p, struct strbuf *sb, int64_t amount)
{
	const struct doc_cell cell = CELL_I(amount);

	layout_cell(sb, &cell, p->tree->unit);
}

/* Lines of a tooltip, each escaped by itself. */
static void put_tooltip(struct picture *p, const struct doc_node *node, const char *name)
{
	struct strbuf line = STRBUF_INIT;

	sink_puts(p->out, "<title>");
	svg_put_text(p->out, name);
	if (node->frame.file)
		strbuf_addf(&line, "%s", node->frame.file);
	if (node->frame.file && node->frame.line)
		strbuf_addf(&line, ":%" PRIu32, node->frame.line);
	if (node->frame.module)
		strbuf_addf(&line, "%s%s", line.len ? "  in " : "", node->frame.module);
	if (line.len) {
		sink_puts(p->out, "&#10;");
		svg_put_text(p->out, line.buf);
	}
	strbuf_clear(&line);
	add_amount(p, &line, node->total);
	strbuf_addstr(&line, ", ");
	units_add_percent(&line, p->all > 0 ? 100.0 * (double)node->total / p->all : 0);
	if (node->self && node->self != node->total) {
		strbuf_addstr(&line, "; itself ");
		add_amount(p, &line, node->self);
	}
	sink_puts(p->out, "&#10;");
	svg_put_text(p->out, line.buf);
	sink_puts(p->out, "</title>");
	strbuf_release(&line);
}

/* A block; the script finds all it needs in its attributes. */
static void put_block(struct picture *p, const struct doc_node *node, double x, double w, int level)
{
	const char *function = node->frame.function ? cxx_name_start(node->frame.function) : "??";
	bool flame = p->tree->form != TREE_ICICLE;
	int row = flame ? p->levels - 1 - level : level;
	double inner = p->width - 2 * SIDE, left = SIDE + x * inner;
	int chars = (int)((w * inner - 6) / SVG_CHAR_WIDTH), top = TOP + row * SVG_ROW;
	struct strbuf label = STRBUF_INIT;

	if (chars >= LABEL_LEAST && node->hidden)
		shorten_right(&label, function, chars, true);
	else if (chars >= LABEL_LEAST)
		shorten_function(&label, function, chars, true);
	sink_printf(p->out,
		    "<g class=\"f%s\" data-x=\"%.9f\" data-w=\"%.9f\" data-d=\"%d\" data-n=\"",
		    node->hidden ? " rest" : "", x, w, level);
	svg_put_text(p->out, function);
	sink_puts(p->out, "\">");
	put_tooltip(p, node, function);
	sink_printf(p->out,
		    "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" rx=\"2\" fill=\"", left,
		    top, w * inner, SVG_ROW - 1);
	put_color(p, node);
	sink_printf(p->out, "\"/><text x=\"%.2f\" y=\"%d\">", left + 4, top + SVG_ROW - 5);
	svg_put_text(p->out, label.buf);
	sink_puts(p->out, "</text></g>\n");
	strbuf_release(&label);
}

/* The colours, largest first, as far as they fit. */
static void put_legend(struct picture *p)
{
	double x = SIDE;

	for (size_t i = 0; i < p->n_shares; i++) {
		const char *name = path_last(p->shares[i].module);
		double w = 16 + SVG_CHAR_WIDTH * (double)strlen(name) + 16;

		if (x + w > p->width - SIDE)
			break;
		sink_printf(p->out,
			    "<rect x=\"%.1f\" y=\"54\" width=\"11\" height=\"11\" rx=\"2\" "
			    "fill=\"#%02x%02x%02x\"/><text x=\"%.1f\" y=\"64\" class=\"quiet\">",
			    x, palette[i][0][0], palette[i][0][1], palette[i][0][2], x + 16);
		svg_put_text(p->out, name);
		sink_puts(p->out, "</text>\n");
		x += w;
	}
}

static void put_head(struct picture *p, const struct doc *doc, int height)
{
	sink_printf(p->out,
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		    "viewBox=\"0 0 %d %d\" data-chars=\"%.1f\" data-fixed=\"%d\" "
		    "data-up=\"%d\">\n<title>",
		    p->width, height, p->width, height, SVG_CHAR_WIDTH, p->tree->width > 0,
		    p->tree->form != TREE_ICICLE);
	svg_put_text(p->out, doc->title ? doc->title : doc->report);
	sink_puts(p->out, "</title>\n");
	svg_put_style(p->out);
	sink_puts(p->out, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
}

/* Last, so that it lies above the blocks when the script keeps it in view. */
static void put_bar(struct picture *p, const struct doc *doc)
{
	sink_printf(p->out,
		    "<g id=\"bar\"><rect class=\"ground\" width=\"100%%\" height=\"%d\"/>\n",
		    TOP - 2);
	sink_printf(p->out, "<text x=\"%d\" y=\"24\" class=\"title\">", SIDE);
	svg_put_text(p->out, doc->title ? doc->title : doc->report);
	sink_printf(p->out, "</text>\n<text x=\"%d\" y=\"43\" class=\"quiet\">", SIDE);
	svg_put_text(p->out, doc->subtitle ? doc->subtitle : "");
	sink_puts(p->out, "</text>\n");
	put_legend(p);
	sink_printf(
		p->out,
		"<text id=\"detail\" x=\"%d\" y=\"86\"></text>\n"
		"<text id=\"query\" x=\"%d\" y=\"43\" class=\"button end off\">search</text>\n"
		"<text id=\"reset\" x=\"%d\" y=\"64\" class=\"button end off\">show all</text>\n"
		"</g>\n",
		SIDE, p->width - SIDE, p->width - SIDE);
}

static void draw(struct picture *p, const struct doc *doc)
{
	const struct doc_node whole = { .frame.function = "all", .total = (int64_t)p->all };
	int height = TOP + p->levels * SVG_ROW + BOTTOM;

	put_head(p, doc, height);
	put_block(p, &whole, 0, 1, 0);
	for (size_t i = 0; i < p->tree->n_nodes; i++)
		if (size_of(p, i) > 0)
			put_block(p, &p->tree->nodes[i], p->x[i], size_of(p, i), p->level[i]);
	put_bar(p, doc);
	svg_put_script(p->out);
	sink_puts(p->out, "</svg>\n");
}

/* 14 by 6 inches, as memprof plot draws them. */
static const struct plot_options curves = { .width = 1008, .height = 432, .dpi = 72 };

static void write_svg(const struct doc *doc, const struct term *term, struct sink *out)
{
	struct picture p = { .out = out, .levels = 1 };

	(void)term;
	if (!doc->n_trees) {
		plot_write(doc, &curves, PLOT_SVG, out);
		return;
	}
	p.tree = doc->trees[0];
	p.width = p.tree->width ? p.tree->width : WIDTH;
	p.x = xcalloc(p.tree->n_nodes + 1, sizeof(*p.x));
	p.used = xcalloc(p.tree->n_nodes + 1, sizeof(*p.used));
	p.level = xcalloc(p.tree->n_nodes + 1, sizeof(*p.level));
	place(&p);
	find_shares(&p);
	draw(&p, doc);
	free(p.x);
	free(p.used);
	free(p.level);
}

static bool has_picture(const struct doc *doc)
{
	return doc->n_trees > 0 || plot_has_curves(doc);
}

const struct renderer render_svg = {
	.name = "svg",
	.summary = "a tree as a flame graph for browsers, or curves",
	.fits = has_picture,
	.write = write_svg,
};
