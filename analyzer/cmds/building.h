/* SPDX-License-Identifier: MIT */
/*
 * building.h - the options that all reports have, and a doc built and written
 * by them: what a report's own command and diff share.
 */
#ifndef ANALYZER_CMDS_BUILDING_H
#define ANALYZER_CMDS_BUILDING_H

#include <stdbool.h>
#include <stddef.h>

#include "util/opt.h"

struct doc;
struct model;
struct renderer;
struct report;

/* What everybody's options fill; those of the report come behind it. */
struct common {
	const char *format, *output, *n, *sort, *color, *sysroot, *debug_path, *demangle;
	bool no_pager;
	struct opt_list filters, source_dirs, path_maps;
	bool cumulative, family;
};

/* The options of `report` and everybody's for a struct common at `offset`; to be freed. */
struct opt *building_options(const struct report *report, size_t offset);

/* By --format, or what the name after -o ends in, or text. */
const struct renderer *building_renderer(const struct common *args);

/* Rows as -n says, or as many as suit the report and the renderer. */
uint64_t building_rows(const struct report *report, const struct common *args,
		       const struct renderer *renderer);

/* What a doc is built of besides a report and its options. */
struct building {
	const struct model *model;
	uint64_t n;		     /* rows; 0: all */
	const char *sort;	     /* as report_args has it */
	bool source;		     /* give rows the text of their lines */
	const char *const *operands; /* what stands behind the trace, ends with NULL; or NULL */
};

/* Fill `doc`, which is initialised.  Complains.  Returns an exit status. */
int building_doc(const struct report *report, const struct common *args,
		 const struct building *what, struct doc *doc);

/* Returns an exit status. */
int building_write(const struct doc *doc, const struct common *args,
		   const struct renderer *renderer);

#endif
