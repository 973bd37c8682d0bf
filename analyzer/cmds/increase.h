/* SPDX-License-Identifier: MIT */
/* increase.h - did memory grow by more than it may?  For diff. */
#ifndef ANALYZER_CMDS_INCREASE_H
#define ANALYZER_CMDS_INCREASE_H

#include <stdbool.h>
#include <stdint.h>

struct compare_how;
struct doc;

struct limit {
	bool per_site; /* hold rows against it, not totals */
	bool relative; /* `percent` counts, else `bytes` */
	double percent;
	uint64_t bytes;
};

/* "1MiB", "4096", "5%".  Returns false when it is neither. */
bool increase_parse(const char *text, struct limit *limit);

/*
 * Compare what `old` and `new` held and say in the last note of `out` what grew,
 * or that nothing did.  Totals are the values live_bytes and peak_bytes of the
 * reports, rows go by the column `how` orders by.  Returns whether something
 * grew by more than the limit.
 */
bool increase_check(const struct limit *limit, const struct doc *old, const struct doc *new,
		    const struct compare_how *how, struct doc *out);

#endif
