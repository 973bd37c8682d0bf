/* SPDX-License-Identifier: MIT */
/* diff.c - what changed between two traces, or two points of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/building.h"
#include "cmds/command.h"
#include "cmds/increase.h"
#include "cmds/reading.h"
#include "doc/compare.h"
#include "model/model.h"
#include "render/renderer.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* Then a struct common, then what the report's own options fill. */
struct diff_args {
	const char *report, *limit;
	bool per_site;
	struct common common;
};

static const struct opt diff_options[] = {
	{ .name = "report",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct diff_args, report),
	  .arg = "NAME",
	  .def = "top",
	  .help = "compare this report of both; its own options are taken, too" },
	{ .name = "fail-on-increase",
	  .type = OPT_TEXT,
	  .offset = offsetof(struct diff_args, limit),
	  .arg = "SIZE|PERCENT",
	  .help = "exit with status 1 when live or peak memory grew by more: 1MiB, 5%, 0" },
	{ .name = "per-site",
	  .type = OPT_FLAG,
	  .offset = offsetof(struct diff_args, per_site),
	  .help = "hold every row against that limit instead of the totals" },
	{ .type = OPT_END },
};

static const char *const diff_examples[] = {
	"memprof diff old.jsonl new.jsonl",
	"memprof diff trace.jsonl@warm trace.jsonl@end --group-by function",
	"memprof diff old.jsonl new.jsonl --sort allocations --format markdown",
	"memprof diff main.jsonl branch.jsonl --fail-on-increase 5%",
	NULL,
};

/* The report whose options the words were parsed with. */
static const struct report *parsed_for;

/* The report that the words name, by what --report may be cut to as well; the default
 * where they name none that exists. */
static const struct report *named_report(int argc, char **argv)
{
	const struct report *report = NULL;

	for (int i = 0; i < argc && strcmp(argv[i], "--"); i++) {
		size_t len = strcspn(argv[i], "=");

		if (len < 3 || strncmp("--report", argv[i], len))
			continue;
		if (argv[i][len])
			report = report_find(argv[i] + len + 1);
		else if (i + 1 < argc)
			report = report_find(argv[i + 1]);
	}
	return report ? report : report_find(diff_options[0].def);
}

/* "flame|info|…", for completion. */
static const char *report_names(void)
{
	static char names[512];
	size_t len = 0;

	for (size_t i = 0; !i || (reports[i] && len < sizeof(names)); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? "|" : "",
					reports[i]->name);
	return names;
}

static struct opt *make_options(int argc, char **argv, size_t *args_size)
{
	const size_t mine = sizeof(diff_options) / sizeof(*diff_options) - 1;
	const struct report *report = named_report(argc, argv);
	struct opt *theirs = building_options(report, offsetof(struct diff_args, common)), *all;
	size_t n = 1;

	parsed_for = report;
	while (theirs[n - 1].type)
		n++;
	all = xcalloc(mine + n, sizeof(*all));
	memcpy(all, diff_options, mine * sizeof(*all));
	for (size_t i = 0; i < mine; i++)
		if (all[i].offset == offsetof(struct diff_args, report))
			all[i].hint = report_names();
	memcpy(all + mine, theirs, n * sizeof(*all));
	free(theirs);
	*args_size = sizeof(struct diff_args) + report->args_size;
	return all;
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool is_other_run(const struct model *a, const struct model *b)
{
	return !a->has_header || !b->has_header || a->header.pid != b->header.pid ||
	       a->header.start != b->header.start || !same(a->header.run, b->header.run) ||
	       !same(a->header.epoch, b->header.epoch);
}

/* Is a module of the same name another file, or may it be? */
static bool is_other_build(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->n_modules; i++)
		for (size_t k = 0; k < b->n_modules; k++) {
			const struct model_module *x = &a->modules[i], *y = &b->modules[k];

			if (!strcmp(path_last(x->path), path_last(y->path)) && x->path[0] == '/' &&
			    !same(x->build_id, y->build_id))
				return true;
		}
	return false;
}

/*
 * The column to order by where none is asked for.  Peaks belong to whole runs:
 * between points of one it is what lives there that differs.
 */
static const char *default_size(const struct model *old, const struct model *new,
				const struct doc *doc)
{
	const struct doc_table *table = doc->main_table ? doc_find_table(doc, doc->main_table)
							: NULL;
	bool whole = is_other_run(old, new) && old->point.kind == POINT_END && !old->point.from &&
		     new->point.kind == POINT_END && !new->point.from;

	if (!table || doc_find_column(table, "live_bytes") < 0)
		return NULL;
	return whole ? table->size : "live_bytes";
}

/* What stands behind "memprof REPORT: " in a title. */
static const char *subject(const struct doc *doc)
{
	const char *colon = doc->title ? strstr(doc->title, ": ") : NULL;

	return colon ? colon + 2 : doc->report;
}

static void add_titles(const struct doc *old, const struct doc *new, const struct compared *c,
		       struct doc *out)
{
	struct strbuf text = STRBUF_INIT;

	out->title = doc_textf(out, "memprof diff: %s", subject(new));
	strbuf_addf(&text, "against %s", subject(old));
	if (c->size) {
		strbuf_addf(&text, "; %zu of %zu rows changed", c->changed, c->rows);
		if (c->fresh || c->gone)
			strbuf_addf(&text, " (%zu new, %zu gone)", c->fresh, c->gone);
		strbuf_addf(&text, ", by change of %s", c->size);
	}
	out->subtitle = doc_text(out, text.buf);
	strbuf_release(&text);
	if (c->by_order)
		doc_add_note(out, LEVEL_INFO, "matched-by-function",
			     "%zu row%s taken for the same because function and order of lines "
			     "agree: the builds differ there",
			     c->by_order, c->by_order == 1 ? " was" : "s were");
}

struct sides {
	struct model models[2];
	struct doc docs[2];
};

static int build_both(const struct diff_args *args, const struct report *report,
		      struct sides *sides, char **traces)
{
	const struct reading reading = { .family = args->common.family };
	int status = EXIT_FINE;

	for (int i = 0; i < 2 && !status; i++) {
		struct building what = { .model = &sides->models[i],
					 .sort = args->common.sort,
					 .source = true };

		status = reading_load_with(&sides->models[i], traces[i], &reading);
		if (!status && reading_is_trace(args->common.output, &sides->models[i]))
			status = EXIT_USAGE;
		if (!status)
			status = building_doc(report, &args->common, &what, &sides->docs[i]);
	}
	return status;
}

static int compare_and_write(const struct diff_args *args, const struct limit *limit,
			     struct sides *sides, const struct renderer *renderer)
{
	const struct doc *old = &sides->docs[0], *new = &sides->docs[1];
	const struct compare_how how = {
		.n = building_rows(report_find(args->report), &args->common, renderer),
		.all = !renderer->for_people,
		.parts = !args->common.cumulative,
		.size = args->common.sort ? args->common.sort
					  : default_size(&sides->models[0], &sides->models[1], new),
		.rules = { is_other_run(&sides->models[0], &sides->models[1]),
			   is_other_build(&sides->models[0], &sides->models[1]) },
	};
	struct diag diag = DIAG_INIT;
	struct compared compared;
	struct doc doc;
	bool grew = false;
	int status = EXIT_FINE;

	doc_init(&doc, "diff");
	if (doc_compare(old, new, &how, &doc, &compared, &diag)) {
		complain_diag(&diag);
		status = EXIT_USAGE;
	} else {
		add_titles(old, new, &compared, &doc);
		grew = limit && increase_check(limit, old, new, &how, &doc);
		status = building_write(&doc, &args->common, renderer);
		if (grew && (!renderer->for_people || args->common.output))
			complain("%s", doc.notes[doc.n_notes - 1].text);
	}
	doc_release(&doc);
	diag_release(&diag);
	return status ? status : grew ? EXIT_FINDINGS : EXIT_FINE;
}

static int diff_run(const void *own, int n, char **traces)
{
	const struct diff_args *args = own;
	const struct report *report = report_find(args->report);
	const struct renderer *renderer = building_renderer(&args->common);
	struct limit limit = { .per_site = args->per_site };
	struct sides sides = { .models = { { .path = NULL } } };
	int status;

	(void)n;
	if (!report) {
		complain("no report '%s': 'memprof --help' lists the commands", args->report);
		return EXIT_USAGE;
	}
	if (report != parsed_for) {
		complain("which report, %s or %s? Say it once, as --report=NAME", report->name,
			 parsed_for->name);
		return EXIT_USAGE;
	}
	if (args->limit && !increase_parse(args->limit, &limit)) {
		complain("--fail-on-increase wants a size such as 1MiB or a share such as 5%%, not "
			 "'%s'",
			 args->limit);
		return EXIT_USAGE;
	}
	if (args->per_site && !args->limit) {
		complain("--per-site goes with --fail-on-increase");
		return EXIT_USAGE;
	}
	doc_init(&sides.docs[0], report->name);
	doc_init(&sides.docs[1], report->name);
	status = build_both(args, report, &sides, traces);
	if (!status)
		status = compare_and_write(args, args->limit ? &limit : NULL, &sides, renderer);
	for (int i = 0; i < 2; i++) {
		doc_release(&sides.docs[i]);
		model_release(&sides.models[i]);
	}
	return status;
}

const struct command cmd_diff = {
	.name = "diff",
	.summary = "what changed between two traces, or two points of one",
	.operands = "OLD[@POINT] NEW[@POINT]",
	.description =
		"Compares a report of two traces, two points of one trace, or two runs of a "
		"program, and shows what grew and what shrank: the largest change first, then the "
		"larger size, then the larger change of the count. Rows of two builds are matched "
		"by function and text of the line, then by lines that moved together, by file and "
		"line, and by function. Two whole runs are ordered by what they held at their "
		"peaks, points of one by what lives there; --sort takes any column of the report. "
		"JSON and CSV carry each number X and its X_diff, and rows without a change too.",
	.make_options = make_options,
	.min_operands = 2,
	.max_operands = 2,
	.examples = diff_examples,
	.run = diff_run,
};
