/* SPDX-License-Identifier: MIT */
/* measure.c - see measure.h. */
#include "model/measure.h"

int64_t measure_live_bytes(const struct counts *c)
{
	return counts_live_bytes(c);
}

int64_t measure_live_count(const struct counts *c)
{
	return counts_live(c);
}

int64_t measure_peak_bytes(const struct counts *c)
{
	return c->peak_bytes;
}

int64_t measure_peak_count(const struct counts *c)
{
	return c->peak_count;
}

int64_t measure_allocated_bytes(const struct counts *c)
{
	return (int64_t)c->bytes;
}

int64_t measure_allocations(const struct counts *c)
{
	return (int64_t)c->allocs;
}

int64_t measure_temporary(const struct counts *c)
{
	return (int64_t)c->temp0;
}

enum measure measure_default(const struct model *model, enum mp_kind kind)
{
	struct counts all = model_total(model, kind);

	if (point_is_range(&model->point))
		return counts_live_bytes(&all) || !all.bytes || point_is_net_only(&model->point)
			       ? MEASURE_LIVE_BYTES
			       : MEASURE_ALLOCATED_BYTES;
	if (model->point.kind == POINT_END && all.peak_bytes > 0)
		return MEASURE_PEAK_BYTES;
	return counts_live_bytes(&all) > 0 || model->point.kind == POINT_PEAK
		       ? MEASURE_LIVE_BYTES
		       : MEASURE_ALLOCATED_BYTES;
}
