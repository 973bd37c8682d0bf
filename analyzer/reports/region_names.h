/* SPDX-License-Identifier: MIT */
/* region_names.h - what a region is called: functions by their names in the source. */
#ifndef ANALYZER_REPORTS_REGION_NAMES_H
#define ANALYZER_REPORTS_REGION_NAMES_H

#include <stdint.h>

struct model;
struct strbuf;
struct symbols;

enum region_naming {
	REGION_WHOLE, /* as cProfile has functions: folder/file.c:12(name) */
	REGION_FILE,  /* the same without folders */
	REGION_SHORT, /* the function's name alone */
};

/*
 * Append the name of a region of the model (an index).  One that the program named
 * stays as it is; `symbols` may be NULL, then functions are their addresses.
 */
void region_name(const struct model *model, struct symbols *symbols, uint32_t region,
		 enum region_naming naming, struct strbuf *out);

#endif
