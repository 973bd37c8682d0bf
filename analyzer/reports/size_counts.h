/* SPDX-License-Identifier: MIT */
/* size_counts.h - blocks summed up by size class and place; for sizes. */
#ifndef ANALYZER_REPORTS_SIZE_COUNTS_H
#define ANALYZER_REPORTS_SIZE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/group.h"

struct doc;
struct strbuf;

/* Class 0 is 0 bytes, class c holds 2^(c-1) to 2^c - 1 bytes. */
#define SIZE_CLASSES 65

struct size_counts {
	uint64_t allocs, bytes, usable; /* usable equals bytes where it was not recorded */
};

struct size_site {
	uint32_t group; /* index in the table's groups */
	struct size_counts total;
};

struct size_table {
	struct groups groups;
	bool recorded; /* by single blocks; else by the average of each stack */
	bool at_peak;  /* blocks live at the peak, not all that were allocated */
	struct size_counts total, classes[SIZE_CLASSES];
	int lowest, highest;	 /* classes that were met; highest < lowest when none */
	struct size_site *sites; /* in no order; those with blocks */
	size_t n_sites;
	struct size_counts *cells; /* of groups and classes that were met */
	struct map index;	   /* group * SIZE_CLASSES + class -> cell + 1 */
	size_t n_cells, a_cells;
};

/* `recorded`: use model->sizes, which are not known of the peak. */
void size_table_build(struct size_table *table, const struct model *model, struct symbols *symbols,
		      enum group_by by, bool allocator_frames, const struct filters *filters,
		      bool recorded);
void size_table_release(struct size_table *table);

/* The counts of one class of a site, or NULL. */
const struct size_counts *size_site_class(const struct size_table *table,
					  const struct size_site *site, int class);

/* The class most of its blocks are of. */
int size_site_usual(const struct size_table *table, const struct size_site *site);

uint64_t size_class_least(int class);
uint64_t size_class_most(int class);

int size_class_of(uint64_t bytes);

/* "0 B", "1 B", "8-15 B", "2-4 KiB"; owned by the doc. */
void size_class_add(struct strbuf *out, int class);
const char *size_class_label(struct doc *doc, int class);

#endif
