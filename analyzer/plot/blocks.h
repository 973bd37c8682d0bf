/* SPDX-License-Identifier: MIT */
/* blocks.h - a picture in characters on its way; private to blocks*.c. */
#ifndef ANALYZER_PLOT_BLOCKS_H
#define ANALYZER_PLOT_BLOCKS_H

#include <stddef.h>

#include "doc/doc.h"
#include "plot/plot.h"

struct sink;

struct blocks {
	const struct doc *doc;
	const struct plot_options *options;
	const struct term *term;
	const struct doc_series **curves; /* of one unit */
	size_t n, *order;		  /* the first is in front */
	uint64_t from, to;
	bool stacked, log;
	int rows, width, axis; /* of the curves; columns of the numbers before them */
	double high, *values;
};

/* The column of a time. */
int blocks_column(const struct blocks *b, double t);

/* The title, and what is drawn how. */
void blocks_put_head(const struct blocks *b, struct sink *out);

/* Below the axis: marks where they were, spans with their times, the peak. */
void blocks_put_moments(const struct blocks *b, struct sink *out);

#endif
