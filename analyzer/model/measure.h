/* SPDX-License-Identifier: MIT */
/*
 * measure.h - the numbers that say how much a stack allocated: what reports sort by and
 * exporters write.
 */
#ifndef ANALYZER_MODEL_MEASURE_H
#define ANALYZER_MODEL_MEASURE_H

#include "model/model.h"

/* In the order of columns. */
enum measure {
	MEASURE_LIVE_BYTES,
	MEASURE_LIVE_COUNT,
	MEASURE_PEAK_BYTES,
	MEASURE_PEAK_COUNT,
	MEASURE_ALLOCATED_BYTES,
	MEASURE_ALLOCATIONS,
	MEASURE_TEMPORARY,
	MEASURES
};

int64_t measure_live_bytes(const struct counts *c);
int64_t measure_live_count(const struct counts *c);
int64_t measure_peak_bytes(const struct counts *c);
int64_t measure_peak_count(const struct counts *c);
int64_t measure_allocated_bytes(const struct counts *c);
int64_t measure_allocations(const struct counts *c);
int64_t measure_temporary(const struct counts *c);

/*
 * What is asked for when nothing is said.  At the end most programs have freed
 * everything: what they held at their peak answers where memory went.  Elsewhere it
 * is what lives there.
 */
enum measure measure_default(const struct model *model, enum mp_kind kind);

#endif
