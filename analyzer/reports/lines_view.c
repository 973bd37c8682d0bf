/* SPDX-License-Identifier: MIT */
/* lines_view.c - groups of lines by function or file. */
#include "reports/lines_view.h"

#include <stdlib.h>
#include <string.h>

#include "model/symbols.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

static struct view *view_of(struct views *views, struct strmap *index, const char *function,
			    const char *file)
{
	struct strbuf key = STRBUF_INIT;
	void **slot;

	strbuf_addf(&key, "%s\1%s", function ? function : "", file);
	slot = strmap_at(index, key.buf);
	strbuf_release(&key);
	if (!*slot) {
		XGROW(views->v, views->n, views->alloc);
		views->v[views->n++] = (struct view){ .function = function, .file = file };
		*slot = (void *)(uintptr_t)views->n;
	}
	return &views->v[(uintptr_t)*slot - 1];
}

static void add_line(struct view *view, const struct group *g)
{
	counts_add(&view->sum, &g->counts);
	if (g->declared && (!view->declared || g->declared < view->declared))
		view->declared = g->declared;
	for (size_t i = view->n; i-- > 0;)
		if (view->lines[i].line == g->line) {
			counts_add(&view->lines[i].counts, &g->counts);
			return;
		}
	XGROW(view->lines, view->n, view->alloc);
	view->lines[view->n++] = (struct view_line){ .line = g->line, .counts = g->counts };
}

static int by_line(const void *left, const void *right)
{
	const struct view_line *a = left, *b = right;

	return a->line < b->line ? -1 : a->line > b->line;
}

static int by_size(const void *left, const void *right, void *get_arg)
{
	int64_t (*const *get)(const struct counts *c) = get_arg;
	const struct view *a = left, *b = right;
	int64_t x = (*get)(&a->sum), y = (*get)(&b->sum);
	int order;

	if (x != y)
		return x < y ? 1 : -1;
	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes < b->sum.bytes ? 1 : -1;
	order = strcmp(a->file, b->file);
	return order ? order
		     : strcmp(a->function ? a->function : "", b->function ? b->function : "");
}

static void release_from(struct views *views, size_t from)
{
	for (size_t i = from; i < views->n; i++)
		free(views->v[i].lines);
	views->n = from;
}

/* src/parse.c is the end of /home/me/src/parse.c, whatever globs there are in it. */
static bool names_file(const char *operand, const char *file)
{
	struct filter filter = { .on = FILTER_FILE };
	const struct filters filters = { .v = &filter, .n = 1 };
	const struct frame frame = { .file = file };
	struct strbuf tail = STRBUF_INIT;
	bool yes;

	strbuf_addf(&tail, "%s%s", operand[0] != '/' && strchr(operand, '/') ? "*/" : "", operand);
	filter.glob = tail.buf;
	yes = filters_pass(&filters, &frame, NULL, NULL);
	strbuf_release(&tail);
	return yes;
}

static bool names_function(const char *operand, const char *function)
{
	struct filter filter = { .on = FILTER_FUNCTION, .glob = operand };
	const struct filters filters = { .v = &filter, .n = 1 };
	const struct frame frame = { .function = function };

	return filters_pass(&filters, &frame, NULL, NULL);
}

/* Returns whether anything has the name. */
static bool add_named(struct views *views, struct strmap *index, const struct groups *groups,
		      const char *operand, bool files, bool whole)
{
	bool any = false;

	for (size_t i = 0; i < groups->n; i++) {
		const struct group *g = &groups->v[i];

		if (!g->file || !g->line)
			continue;
		if (!(files ? names_file(operand, g->file) : names_function(operand, g->function)))
			continue;
		add_line(view_of(views, index, files || whole ? NULL : g->function, g->file), g);
		any = true;
	}
	return any;
}

static void add_all(struct views *views, struct strmap *index, const struct groups *groups,
		    bool whole)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct group *g = &groups->v[i];

		counts_add(&views->all, &g->counts);
		if (g->file && g->line) {
			add_line(view_of(views, index, whole ? NULL : g->function, g->file), g);
			continue;
		}
		views->nameless++;
		counts_add(&views->of_nameless, &g->counts);
	}
}

void views_build(struct views *views, const struct groups *groups, const char *const *operands,
		 uint64_t most, bool whole, int64_t (*get)(const struct counts *c))
{
	*views = (struct views){ .v = NULL };
	for (const char *const *o = operands; o && *o; o++) {
		struct strmap index = STRMAP_INIT;
		size_t before = views->n;

		if (!add_named(views, &index, groups, *o, true, whole) &&
		    !add_named(views, &index, groups, *o, false, whole) && !views->missing)
			views->missing = *o;
		if (views->n > before)
			qsort_r(views->v + before, views->n - before, sizeof(*views->v), by_size,
				&get);
		strmap_release(&index);
	}
	if (!operands || !*operands) {
		struct strmap index = STRMAP_INIT;

		add_all(views, &index, groups, whole);
		strmap_release(&index);
		if (views->n)
			qsort_r(views->v, views->n, sizeof(*views->v), by_size, &get);
		if (most && views->n > most)
			release_from(views, (size_t)most);
	}
	for (size_t i = 0; i < views->n; i++)
		qsort(views->v[i].lines, views->v[i].n, sizeof(*views->v[i].lines), by_line);
}

void views_release(struct views *views)
{
	release_from(views, 0);
	free(views->v);
	*views = (struct views){ .v = NULL };
}
