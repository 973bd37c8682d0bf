/* SPDX-License-Identifier: MIT */
/* top_keys.h - the columns of numbers that sites have, and what they can be sorted by. */
#ifndef ANALYZER_REPORTS_TOP_KEYS_H
#define ANALYZER_REPORTS_TOP_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "doc/doc.h"
#include "model/measure.h"

struct top_sort_key {
	const char *key;   /* of the column */
	const char *title; /* above it */
	const char *words; /* in "by ..." */
	enum doc_unit unit;
	int priority;
	int64_t (*get)(const struct counts *c);
	const char *count;  /* the column that counts what this one measures; or NULL */
	bool of_peak;	    /* not known of a range */
	bool of_events;	    /* not known of a range that begins or ends at the peak */
	const char *growth; /* its words of a range; NULL: the same */
};

/* By enum measure, which is the order of the table's columns. */
extern const struct top_sort_key top_sort_keys[MEASURES];

/* Is the column known at that point? */
bool top_is_known(int column, const struct point *point);

#endif
