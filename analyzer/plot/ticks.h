/* SPDX-License-Identifier: MIT */
/*
 * ticks.h - where an axis is labelled: round numbers in the units people use,
 * and what stands there.
 */
#ifndef ANALYZER_PLOT_TICKS_H
#define ANALYZER_PLOT_TICKS_H

#include "doc/doc.h"

#define TICKS_MOST 32
#define TICK_LABEL 40

struct tick {
	double value;
	char label[TICK_LABEL];
};

struct ticks {
	struct tick v[TICKS_MOST];
	int n;
};

/*
 * From `low` to `high`, at most `most` of them: 1, 2, 2.5 and 5 times powers of
 * ten of the unit (of bytes a binary one) that suits the largest.
 */
void ticks_linear(struct ticks *ticks, double low, double high, enum doc_unit unit, int most);

/* Powers of two (bytes) or ten from `low` to `high`, both above 0. */
void ticks_log(struct ticks *ticks, double low, double high, enum doc_unit unit, int most);

/* Times in ns from `low` to `high`. */
void ticks_time(struct ticks *ticks, double low, double high, int most);

#endif
