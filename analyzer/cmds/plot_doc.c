/* SPDX-License-Identifier: MIT */
/* plot_doc.c - one or several traces to the doc that memprof plot draws. */
#include "cmds/plot_doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/about.h"
#include "reports/timeline.h"
#include "reports/timeline_sum.h"
#include "trace/first_line.h"
#include "util/diag.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

static bool same(const char *a, const char *b)
{
	return a && b && *a && !strcmp(a, b);
}

bool plot_doc_is_family(const struct model *models, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!models[i].has_header || !same(models[i].header.run, models[0].header.run) ||
		    (i && models[i].header.pid == models[0].header.pid &&
		     same(models[i].header.epoch, models[0].header.epoch)))
			return false;
	return n > 1;
}

/* A process by its program and number, a run by the name of its file. */
static const char *label(const struct plot_doc *what, size_t i, bool family, struct doc *doc)
{
	const struct model *m = &what->models[i];
	const char *name = path_last(what->operands[i]), *end = strstr(name, ".jsonl");

	if (family)
		return doc_textf(doc, "%s (%" PRIu64 ")", path_last(m->header.exe), m->header.pid);
	if (!strncmp(name, "memprof.", 8))
		name += 8;
	return end && end > name ? doc_textf(doc, "%.*s%s", (int)(end - name), name,
					     strchr(name, '@') ? strchr(name, '@') : "")
				 : doc_text(doc, name);
}

/* "heap" of "r2.heap". */
static const char *kind_of(const struct doc_series *s)
{
	const char *dot = s->run ? strchr(s->name, '.') : NULL;

	return dot ? dot + 1 : s->name;
}

static bool is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (!strncmp(p, name, n) && (!p[n] || p[n] == ','))
			return true;
	return false;
}

/* Only what was asked for is for people; all else stays for programs. */
static int choose_curves(struct doc *doc, const char *list, struct diag *diag)
{
	struct strbuf have = STRBUF_INIT;
	char *copy = xstrdup(list), *rest = copy, *name;
	int err = 0;

	for (size_t i = 0; i < doc->n_series; i++) {
		struct doc_series *s = doc->series[i];

		if (s->form == SERIES_AREA)
			continue;
		s->flags = is_listed(list, kind_of(s)) ? 0 : COLUMN_FOR_MACHINES;
		if (!strstr(have.buf, kind_of(s)))
			strbuf_addf(&have, "%s%s", have.len ? ", " : "", kind_of(s));
	}
	while (!err && (name = strsep(&rest, ","))) {
		bool found = false;

		for (size_t i = 0; i < doc->n_series; i++)
			found |= !strcmp(kind_of(doc->series[i]), name);
		if (!found && *name)
			err = diag_error(diag, -EINVAL, "there is no curve '%s': there are %s",
					 name, have.len ? have.buf : "none");
	}
	strbuf_release(&have);
	free(copy);
	return err;
}

static int group_of(const char *word)
{
	static const struct {
		const char *word;
		enum group_by by;
	} all[] = {
		{ "line", BY_LINE },
		{ "function", BY_FUNCTION },
		{ "file", BY_FILE },
		{ "module", BY_MODULE },
	};

	for (size_t i = 0; word && i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(word, all[i].word))
			return (int)all[i].by;
	return -1;
}

static void add_areas(const struct plot_doc *what, const struct timeline *line, struct doc *doc)
{
	if (!strcmp(what->group_by, "thread"))
		timeline_add_threads(line, (size_t)what->areas, doc);
	else
		timeline_add_sites(line, line->symbols, (enum group_by)group_of(what->group_by),
				   (size_t)what->areas, doc);
}

/* All of the only trace. */
static void add_single(const struct plot_doc *what, struct doc *doc)
{
	const struct symbols_options where = { .sysroot = what->sysroot,
					       .debug_path = what->debug_path };
	const struct timeline line = {
		.model = what->models,
		.symbols = symbols_new(what->models, &where),
		.from = what->from,
		.to = what->to,
		.few = !what->curves,
	};
	struct strbuf title = STRBUF_INIT;

	about_trace(line.model, doc);
	about_program(line.model, &title);
	strbuf_addstr(&title, ", ");
	units_add_ns(&title, timeline_end(line.model));
	doc->title = doc_text(doc, title.buf);
	strbuf_release(&title);
	if (what->group_by)
		add_areas(what, &line, doc);
	timeline_add_curves(&line, doc);
	if (what->curves)
		timeline_add_counters(&line, doc);
	timeline_add_moments(&line, doc);
	timeline_add_spans(&line, doc);
	symbols_free(line.symbols);
}

static uint64_t epoch_of(const struct model *model)
{
	return model->has_header ? first_line_epoch(model->header.epoch) : 0;
}

/* Series of every process, in time with each other where they are of one run. */
static void add_many(const struct plot_doc *what, bool family, struct doc *doc)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < what->n && family; i++)
		if (epoch_of(&what->models[i]) < first)
			first = epoch_of(&what->models[i]);
	for (size_t i = 0; i < what->n; i++) {
		struct timeline line = {
			.model = &what->models[i],
			.key = doc_textf(doc, "r%zu", i + 1),
			.run = label(what, i, family, doc),
			.few = !what->curves,
		};

		if (family)
			line.shift = epoch_of(line.model) - first;
		line.from = what->from > line.shift ? what->from - line.shift : 0;
		line.to = what->to > line.shift ? what->to - line.shift : 0;
		if (what->to && !line.to)
			continue;
		timeline_add_curves(&line, doc);
		timeline_add_moments(&line, doc);
		timeline_add_spans(&line, doc);
	}
}

static int64_t highest(const struct doc_series *s)
{
	int64_t most = 0;

	for (size_t i = 0; i < s->n_points; i++)
		if (s->points[i].value > most)
			most = s->points[i].value;
	return most;
}

/* What one process after the other held at most: those of a family by size. */
static int by_highest(const void *left, const void *right)
{
	const struct doc_series *a = *(const struct doc_series *const *)left;
	const struct doc_series *b = *(const struct doc_series *const *)right;
	int64_t most_a = highest(a), most_b = highest(b);

	return most_a != most_b ? (most_a < most_b ? 1 : -1) : strcmp(a->name, b->name);
}

/* One kind of curve of all processes: added up, or on top of each other. */
static int stack_up(const struct plot_doc *what, const char *kind, bool sum, struct doc *doc,
		    struct diag *diag)
{
	const struct doc_series **all = xcalloc(doc->n_series + 1, sizeof(*all));
	size_t n = 0, shown = 0;
	struct doc_series *total;
	const char *title = NULL;

	for (size_t i = 0; i < doc->n_series; i++) {
		doc->series[i]->flags = COLUMN_FOR_MACHINES;
		if (!strcmp(kind_of(doc->series[i]), kind)) {
			title = doc->series[i]->title;
			all[n++] = doc->series[i];
		}
	}
	if (!n) {
		free(all);
		return diag_error(diag, -EINVAL, "the traces have no curve '%s'", kind);
	}
	qsort(all, n, sizeof(*all), by_highest);
	for (; !sum && shown < n && (shown < what->areas || n == shown + 1); shown++) {
		struct doc_series *s = (struct doc_series *)all[shown];

		s->flags = 0;
		s->form = SERIES_AREA;
		s->title = s->run;
		s->run = NULL;
	}
	if (shown < n) {
		total = doc_add_series(doc, sum ? kind : "process:other",
				       sum ? doc_textf(doc, "%s of %zu processes", title, n)
					   : doc_textf(doc, "%zu other", n - shown),
				       all[0]->unit);
		total->form = sum ? SERIES_LINE : SERIES_AREA;
		timeline_sum(all + shown, n - shown, total);
	}
	free(all);
	return 0;
}

#define MOST_RUNS 12 /* whose curves can be told apart */

/* Of very many runs the largest, and a word on the others. */
static void keep_largest(struct doc *doc, struct strbuf *title)
{
	const struct doc_series **all = xcalloc(doc->n_series + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < doc->n_series; i++)
		if (!(doc->series[i]->flags & COLUMN_FOR_MACHINES))
			all[n++] = doc->series[i];
	qsort(all, n, sizeof(*all), by_highest);
	for (size_t i = MOST_RUNS; i < n; i++)
		((struct doc_series *)all[i])->flags = COLUMN_FOR_MACHINES;
	if (n > MOST_RUNS)
		strbuf_addf(title, ", the %d largest", MOST_RUNS);
	free(all);
}

/* Moments and spans of many are noise; marks alone are worth a line. */
static void thin_out(const struct plot_doc *what, bool family, struct doc *doc)
{
	size_t n = 0;

	for (size_t i = 0; i < doc->n_moments; i++) {
		const char *kind = doc->moments[i].kind;
		bool keep = !strcmp(kind, "peak") ? !family
						  : family && (!strcmp(kind, "mark") ||
							       !strcmp(kind, "snapshot"));

		if (keep)
			doc->moments[n++] = doc->moments[i];
	}
	doc->n_moments = n;
	if (!family && what->n > 1)
		doc->n_spans = 0;
}

static int build_many(const struct plot_doc *what, struct doc *doc, struct diag *diag)
{
	bool family = plot_doc_is_family(what->models, what->n);
	const char *kind = what->curves && !strchr(what->curves, ',') ? what->curves : "rss";
	struct strbuf title = STRBUF_INIT;
	int err;

	if (what->group_by && strcmp(what->group_by, "process"))
		return diag_error(
			diag, -EINVAL,
			"--group-by %s wants one trace; several are told apart by process",
			what->group_by);
	add_many(what, family, doc);
	thin_out(what, family, doc);
	if (!what->curves || !strcmp(kind, "rss"))
		strbuf_addstr(&title, "resident set of ");
	if (family)
		strbuf_addf(&title, "%zu processes of %s", what->n,
			    path_last(what->models[0].header.exe));
	else
		strbuf_addf(&title, "%zu runs", what->n);
	if (what->sum || (family && !what->each) || what->group_by) {
		err = stack_up(what, kind, what->sum, doc, diag);
	} else {
		err = choose_curves(doc, what->curves ? what->curves : "rss", diag);
		keep_largest(doc, &title);
	}
	doc->title = doc_text(doc, title.buf);
	strbuf_release(&title);
	return err;
}

int plot_doc_build(const struct plot_doc *what, struct doc *doc, struct diag *diag)
{
	bool single = what->n == 1;
	const char *curves = what->curves;

	if (single && what->group_by && !strcmp(what->group_by, "process"))
		return diag_error(diag, -EINVAL, "--group-by process wants several traces");
	doc->from = what->from;
	doc->to = what->to;
	if (!single)
		return build_many(what, doc, diag);
	add_single(what, doc);
	if (!curves && what->group_by) {
		for (size_t i = 0; i < doc->n_series; i++)
			if (doc->series[i]->form != SERIES_AREA &&
			    strcmp(doc->series[i]->name, "heap"))
				doc->series[i]->flags = COLUMN_FOR_MACHINES;
		return 0;
	}
	if (curves)
		return choose_curves(doc, curves, diag);
	for (size_t i = 0; i < doc->n_series; i++)
		if (!is_listed("heap,rss,mapped", doc->series[i]->name))
			doc->series[i]->flags = COLUMN_FOR_MACHINES;
	return 0;
}
