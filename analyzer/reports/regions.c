/* SPDX-License-Identifier: MIT */
/* regions.c - what the program's regions took, as cProfile prints functions, and its stopwatch. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/about.h"
#include "reports/filter.h"
#include "reports/region_stats.h"
#include "reports/regions_doc.h"
#include "reports/regions_order.h"
#include "reports/report.h"
#include "util/diag.h"

struct regions_options {
	const char *by, *unit;
	bool strip, callers, callees;
};

#define OWN(field) .offset = offsetof(struct regions_options, field)

static const struct opt regions_options[] = {
	{ .letter = 'g',
	  .name = "group-by",
	  .type = OPT_WORD,
	  OWN(by),
	  .arg = "name|path|thread",
	  .def = "name",
	  .help = "a row for each name, each path of enclosing regions, or each name in each "
		  "thread" },
	{ .name = "unit",
	  .type = OPT_WORD,
	  OWN(unit),
	  .arg = "us|ms|s",
	  .help = "times in this unit (default: what suits each)" },
	{ .name = "callers",
	  .type = OPT_FLAG,
	  OWN(callers),
	  .help = "of each region those around it, too" },
	{ .name = "callees",
	  .type = OPT_FLAG,
	  OWN(callees),
	  .help = "of each region those inside it, too" },
	{ .name = "strip-dirs",
	  .type = OPT_FLAG,
	  OWN(strip),
	  .help = "no folders in names that are places of the source" },
	{ .type = OPT_END },
};

static const char *const regions_examples[] = {
	"memprof regions memprof.server.4242.jsonl",
	"memprof regions trace.jsonl --sort tottime --callers",
	"memprof regions trace.jsonl --format pstats -n 10",
	"memprof regions trace.jsonl --unit ms --group-by thread",
	NULL,
};

static enum region_by by_word(const char *word)
{
	return !strcmp(word, "path")	 ? REGION_BY_PATH
	       : !strcmp(word, "thread") ? REGION_BY_THREAD
					 : REGION_BY_NAME;
}

static void add_title(const struct model *model, const struct regions_doc *what, struct doc *doc)
{
	about_title(model, doc);
	if (what->stats->n)
		doc->subtitle = doc_textf(doc,
					  "by %s; tottime is without the regions inside, cumtime "
					  "with them",
					  regions_sort_words(what->sort));
}

static int fill(const struct model *model, struct symbols *symbols, const struct report_args *args,
		const struct regions_options *own, const struct filters *filters, struct doc *doc)
{
	struct region_stats stats;
	struct regions_doc what = {
		.model = model,
		.stats = &stats,
		.n = (size_t)args->n,
		.sort = regions_sort(args->sort, args->diag),
		.unit = own->unit,
	};

	if (what.sort < 0)
		return what.sort;
	region_stats_build(&stats, model, symbols, by_word(own->by), own->strip, filters);
	about_trace(model, doc);
	add_title(model, &what, doc);
	regions_add_marks(&what, doc);
	regions_add_table(&what, doc);
	if (own->callers)
		regions_add_links(&what, true, doc);
	if (own->callees)
		regions_add_links(&what, false, doc);
	if (stats.n && stats.from_instances)
		doc_add_note(doc, LEVEL_INFO, "from-instances",
			     "the trace has no totals of regions: calls that it names one by one "
			     "were added up");
	if (point_is_range(&model->point) || model->point.kind != POINT_END)
		doc_add_note(doc, LEVEL_INFO, "whole-run", "regions are those of the whole run");
	region_stats_release(&stats);
	return 0;
}

static int regions_build(const struct model *model, struct symbols *symbols,
			 const struct report_args *args, struct doc *doc)
{
	struct filters filters;
	int err = filters_parse(&filters, &args->filters, args->diag);

	if (!err)
		err = fill(model, symbols, args, args->own, &filters, doc);
	if (!err)
		about_notes(model, MP_HEAP, doc);
	filters_release(&filters);
	return err;
}

const struct report report_regions = {
	.name = "regions",
	.summary = "what marked regions took: calls, times, memory; and a stopwatch of the marks",
	.description =
		"Shows the regions that the program marked with memprof_begin() and memprof_end(): "
		"calls, time without (tottime) and with (cumtime) the regions inside, the median "
		"and "
		"the longest call, and what the thread allocated inside; and its marks with the "
		"time "
		"since the start and since the last one. --sort takes calls, pcalls, tottime, "
		"cumtime, name, min, median, p95, max, allocations, allocated_bytes, net_bytes or "
		"peak_bytes. --format pstats prints what Python's pstats prints.",
	.options = regions_options,
	.args_size = sizeof(struct regions_options),
	.rows = 20,
	.lacks = REPORT_CUMULATIVE,
	.examples = regions_examples,
	.build = regions_build,
};
