/* SPDX-License-Identifier: MIT */
/* calltree_doc.c - a call tree as a doc. */
#include "reports/calltree_doc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "reports/about.h"
#include "reports/calltree.h"
#include "reports/report.h"
#include "reports/top_rows.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

/* The walk that fills the doc. */
struct showing {
	const struct calltree *tree;
	struct doc *doc;
	struct doc_tree *out;
	uint32_t *children; /* nodes by parent, the largest first */
	size_t *first;	    /* where those of a node begin; one more at the end */
	int64_t least;	    /* smaller ones are summed up */
	uint64_t most;	    /* children shown of a node; 0: all */
	uint64_t depth;
	bool *used; /* modules */
};

/* A node of the tree that waits to be shown, or the sum of those too small for it. */
struct waiting {
	uint32_t node;
	size_t parent; /* in the doc */
	uint64_t depth;
	size_t hidden;
	int64_t rest;
};

static int parse_percent(const char *text, double *part, struct diag *diag)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || (strcmp(end, "") && strcmp(end, "%")) || !(percent >= 0) ||
	    percent > 100)
		return diag_error(diag, -EINVAL,
				  "--min wants a percentage from 0 to 100 such as 0.5, not '%s'",
				  text);
	*part = percent / 100;
	return 0;
}

static int64_t magnitude(int64_t n)
{
	return n < 0 ? -n : n;
}

static int compare(const void *left, const void *right, void *tree)
{
	const struct calltree_node *v = ((const struct calltree *)tree)->v;
	const struct calltree_node *a = &v[*(const uint32_t *)left];
	const struct calltree_node *b = &v[*(const uint32_t *)right];
	int order;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	order = strcmp(a->frame->function ? a->frame->function : "",
		       b->frame->function ? b->frame->function : "");
	return order ? order : a < b ? -1 : 1;
}

static void sort_children(struct showing *s)
{
	const struct calltree *t = s->tree;
	size_t at = 0;

	s->children = xreallocarray(NULL, t->n, sizeof(*s->children));
	s->first = xreallocarray(NULL, t->n + 1, sizeof(*s->first));
	for (size_t i = 1; i < t->n; i++)
		s->children[i - 1] = (uint32_t)i;
	qsort_r(s->children, t->n - 1, sizeof(*s->children), compare, (void *)t);
	for (size_t i = 0; i < t->n; i++) {
		s->first[i] = at;
		while (at < t->n - 1 && t->v[s->children[at]].parent == i)
			at++;
	}
	s->first[t->n] = at;
}

static size_t show_node(struct showing *s, const struct waiting *w, bool is_last)
{
	const struct calltree_node *node = &s->tree->v[w->node];
	const struct frame *f = node->frame;

	if (node->module != UINT32_MAX)
		s->used[node->module] = true;
	return doc_add_node(
		s->doc, s->out,
		(struct doc_node){
			.frame = { .function = top_place_name(s->doc, f->function, f->module,
							      f->offset, false),
				   .file = f->file,
				   .module = f->module,
				   .line = node->line },
			.parent = w->parent,
			.self = is_last ? node->total : node->self,
			.total = node->total,
		});
}

static bool is_small(const struct showing *s, const struct calltree_node *node, size_t rank)
{
	return magnitude(node->total) < s->least || (s->most && rank >= s->most);
}

static void show_rest(struct showing *s, const struct waiting *w)
{
	doc_add_node(s->doc, s->out,
		     (struct doc_node){
			     .frame.function = doc_textf(s->doc, "(%zu smaller)", w->hidden),
			     .parent = w->parent,
			     .self = w->rest,
			     .total = w->rest,
			     .hidden = w->hidden,
		     });
}

/* In preorder, with the children of a node waiting in a stack, the largest on top. */
static void show(struct showing *s)
{
	struct waiting *stack = NULL;
	size_t n = 0, alloc = 0;

	XGROW(stack, n, alloc);
	stack[n++] = (struct waiting){ .parent = DOC_NO_PARENT };
	while (n) {
		const struct waiting w = stack[--n];
		bool is_last = s->depth && w.depth >= s->depth;
		struct waiting *rest;
		size_t at, first = s->first[w.node];

		if (w.hidden) {
			show_rest(s, &w);
			continue;
		}
		at = w.node ? show_node(s, &w, is_last) : DOC_NO_PARENT;
		if (is_last)
			continue;
		XGROW(stack, n, alloc);
		rest = &stack[n];
		*rest = (struct waiting){ .parent = at };
		for (size_t i = first; i < s->first[w.node + 1]; i++) {
			const struct calltree_node *child = &s->tree->v[s->children[i]];

			if (is_small(s, child, i - first)) {
				rest->rest += child->total;
				rest->hidden++;
			}
		}
		n += rest->hidden > 0;
		for (size_t i = s->first[w.node + 1]; i-- > first;) {
			if (is_small(s, &s->tree->v[s->children[i]], i - first))
				continue;
			XGROW(stack, n, alloc);
			stack[n++] = (struct waiting){ .node = s->children[i],
						       .parent = at,
						       .depth = w.depth + 1 };
		}
	}
	free(stack);
}

static void add_titles(const struct model *model, const struct calltree_options *options,
		       const struct top_sort_key *key, enum mp_kind kind, const struct calltree *t,
		       struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;

	about_title(model, doc);
	strbuf_addstr(&text, choose_sort_words(model, key));
	strbuf_addstr(&text, choose_kind_words(kind));
	strbuf_addstr(&text, ": ");
	if (key->unit == UNIT_BYTES)
		units_add_signed(&text, t->all, units_add_bytes);
	else
		units_add_signed(&text, t->all, units_add_count);
	strbuf_addstr(&text, options->bottom_up ? ", from where memory is allocated to the callers"
						: ", from the outermost callers down");
	doc->subtitle = doc_text(doc, text.buf);
	strbuf_release(&text);
}

static void add_values(const struct calltree_options *options, const struct top_sort_key *key,
		       const struct calltree *t, const struct doc_tree *out, struct doc *doc)
{
	doc_add_value(doc, (struct doc_value){ .key = "sort", .cell = CELL_T(key->key) });
	doc_add_value(doc, (struct doc_value){
				   .key = "direction",
				   .cell = CELL_T(options->bottom_up ? "bottom-up" : "top-down") });
	doc_add_value(doc, (struct doc_value){
				   .key = "nodes", .unit = UNIT_COUNT, .cell = CELL_U(t->n - 1) });
	doc_add_value(doc, (struct doc_value){ .key = "shown",
					       .unit = UNIT_COUNT,
					       .cell = CELL_U(out->n_nodes) });
	doc_add_value(doc, (struct doc_value){
				   .key = key->key, .unit = key->unit, .cell = CELL_I(t->all) });
}

/* The tree, its doc and the notes on both. */
static struct doc_tree *fill(const struct model *model, const struct report_args *args,
			     const struct calltree_options *options, const struct calltree *t,
			     const struct top_sort_key *key, double part, struct doc *doc)
{
	enum mp_kind kind = choose_kind(options->kind);
	struct showing s = {
		.tree = t,
		.doc = doc,
		.least = (int64_t)(part * (double)magnitude(t->all)),
		.most = args->n,
		.depth = options->depth,
		.used = xcalloc(model->n_modules + 1, sizeof(*s.used)),
	};

	about_trace(model, doc);
	add_titles(model, options, key, kind, t, doc);
	s.out = doc_add_tree(doc, "calls", key->title, key->unit);
	s.out->least = s.least;
	s.out->upward = options->bottom_up;
	s.out->empty = doc_text(doc, choose_why_empty(model, kind, args->filters.n));
	doc->main_table = s.out->name;
	sort_children(&s);
	show(&s);
	add_values(options, key, t, s.out, doc);
	about_notes(model, kind, doc);
	about_symbols(model, t->places.symbols, s.used, doc);
	free(s.children);
	free(s.first);
	free(s.used);
	return s.out;
}

int calltree_doc(const struct model *model, struct symbols *symbols, const struct report_args *args,
		 const struct calltree_options *options, struct doc *doc, struct doc_tree **tree)
{
	struct calltree_how how = { .kind = choose_kind(options->kind),
				    .bottom_up = options->bottom_up,
				    .allocator_frames = options->allocator_frames,
				    .depth = options->depth };
	int sort = choose_sort(model, how.kind, args->sort, args->diag);
	struct filters filters = { .n = 0 };
	struct calltree t;
	int err;

	if (sort < 0)
		return sort;
	if (args->cumulative)
		return diag_error(args->diag, -EINVAL,
				  "--cumulative goes with top: a tree shows what a function "
				  "allocates itself and with its callees at once");
	err = parse_percent(options->min, &how.least, args->diag);
	if (!err)
		err = filters_parse(&filters, &args->filters, args->diag);
	if (!err) {
		how.get = top_sort_keys[sort].get;
		how.filters = &filters;
		calltree_build(&t, model, symbols, &how);
		*tree = fill(model, args, options, &t, &top_sort_keys[sort], how.least, doc);
		calltree_release(&t);
	}
	filters_release(&filters);
	return err;
}
