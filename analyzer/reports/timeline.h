/* SPDX-License-Identifier: MIT */
/*
 * timeline.h - what a trace says over time, as series, moments and spans of a
 * doc: shared by the reports and pictures of time.
 */
#ifndef ANALYZER_REPORTS_TIMELINE_H
#define ANALYZER_REPORTS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/group.h"

struct doc;
struct doc_series;
struct model;
struct symbols;

/* Of which run, and which part of it; zeroed it is all of the only one. */
struct timeline {
	const struct model *model;
	const char *key;   /* before the names of series when there are several runs; or NULL */
	const char *run;   /* the run's name for people; or NULL */
	uint64_t from, to; /* the window, ns of the model's clock; to 0: no end */
	struct symbols *symbols; /* names regions that are functions; or NULL */
	uint64_t shift;		 /* ns to add to the model's times */
	bool few;		 /* only heap, rss and mapped: the rest is of no use */
};

/*
 * The curves of the process: memory, totals, and rates between samples.  Those
 * that stay at zero are left out, but for heap and rss.  The heap goes through its
 * exact peak, the resident set through spikes between samples.
 */
void timeline_add_curves(const struct timeline *line, struct doc *doc);

/* What each thread allocated less what it freed: the `n` largest as areas, the rest as one. */
void timeline_add_threads(const struct timeline *line, size_t n, struct doc *doc);

/*
 * What sites held, summed up by BY_LINE, BY_FUNCTION, BY_FILE or BY_MODULE: the
 * `n` largest as areas, the rest as one; the model was loaded with MODEL_HISTORY.
 */
void timeline_add_sites(const struct timeline *line, struct symbols *symbols, enum group_by by,
			size_t n, struct doc *doc);

/* Values the program keeps track of, a series each; thousandths, as series hold integers. */
void timeline_add_counters(const struct timeline *line, struct doc *doc);

/* Marks, snapshots, forks, exec, and the peak of the heap. */
void timeline_add_moments(const struct timeline *line, struct doc *doc);

/* Regions and cases. */
void timeline_add_spans(const struct timeline *line, struct doc *doc);

/* Add a series to the doc under the run's name. */
struct doc_series *timeline_add_series(const struct timeline *line, struct doc *doc,
				       const char *name, const char *title, int unit);

/* How long the trace goes, in ns. */
uint64_t timeline_end(const struct model *model);

#endif
