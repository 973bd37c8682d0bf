/* SPDX-License-Identifier: MIT */
/* ticks.c - where an axis is labelled; see ticks.h. */
#include "plot/ticks.h"

#include <math.h>
#include <stdio.h>

#define NS_S 1e9
#define NS_MIN (60 * NS_S)
#define NS_H (60 * NS_MIN)
#define NS_D (24 * NS_H)

/* The unit that numbers up to `high` are told in. */
static double unit_of(enum doc_unit unit, double high, const char **name)
{
	static const char *const bytes[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	static const char *const counts[] = { "", "k", "M", "G", "T", "P" };
	double base = unit == UNIT_BYTES ? 1024 : 1000, factor = 1;
	int i = 0;

	*name = unit == UNIT_PERCENT ? "%" : "";
	if (unit != UNIT_BYTES && unit != UNIT_COUNT)
		return unit == UNIT_NONE ? 1000 : 1; /* series of no unit hold thousandths */
	for (; i < 5 && high >= base * factor; i++)
		factor *= base;
	*name = unit == UNIT_BYTES ? bytes[i] : counts[i];
	return factor;
}

/* The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`. */
static double round_step(double least)
{
	static const double steps[] = { 1, 2, 2.5, 5 };
	double power = pow(10, floor(log10(least)));

	for (int i = 0; i < 4; i++)
		if (steps[i] * power >= least * (1 - 1e-9))
			return steps[i] * power;
	return 10 * power;
}

static struct tick *next(struct ticks *ticks, double value)
{
	struct tick *t = &ticks->v[ticks->n++];

	t->value = value;
	return t;
}

static void label(struct tick *t, double shown, const char *unit)
{
	const char *space = *unit && *unit != '%' ? " " : "";

	snprintf(t->label, sizeof(t->label), "%.6g%s%s", shown, space, unit);
}

static int bounded(int most)
{
	return most < 2 ? 2 : most > TICKS_MOST - 2 ? TICKS_MOST - 2 : most;
}

void ticks_linear(struct ticks *ticks, double low, double high, enum doc_unit unit, int most)
{
	double factor, step;
	const char *name;

	ticks->n = 0;
	if (!(high > low))
		return;
	factor = unit_of(unit, high > -low ? high : -low, &name);
	step = round_step((high - low) / factor / bounded(most));
	/* nothing is between two bytes, or two blocks */
	if (factor == 1 && step < 1)
		step = 1;
	for (double i = ceil(low / factor / step - 1e-9);
	     i * step * factor <= high * (1 + 1e-9) && ticks->n < TICKS_MOST; i++)
		label(next(ticks, i * step * factor), i == 0 ? 0 : i * step,
		      i == 0 && unit != UNIT_PERCENT ? "" : name);
}

void ticks_log(struct ticks *ticks, double low, double high, enum doc_unit unit, int most)
{
	double base = unit == UNIT_BYTES ? 2 : 10, step = 1, first, last;

	ticks->n = 0;
	if (!(high > low) || !(low > 0))
		return;
	first = ceil(log(low) / log(base) - 1e-9);
	last = floor(log(high) / log(base) + 1e-9);
	/* of bytes 1, 2, 4, ... or 1, 4, 16, ... or 1, 32, 1024, ... */
	while ((last - first) / step + 1 > bounded(most))
		step = unit != UNIT_BYTES ? step + 1 : step == 1 ? 2 : step == 2 ? 5 : step * 2;
	for (double i = ceil(first / step) * step; i <= last && ticks->n < TICKS_MOST; i += step) {
		double value = pow(base, i), factor;
		const char *name;

		factor = unit_of(unit, value, &name);
		label(next(ticks, value), value / factor, name);
	}
}

/* Below a second as in ticks_linear(), above it by clock and calendar. */
static double time_step(double least)
{
	static const double steps[] = {
		NS_S,	    2 * NS_S,	5 * NS_S,    10 * NS_S,	  15 * NS_S,   30 * NS_S, NS_MIN,
		2 * NS_MIN, 5 * NS_MIN, 10 * NS_MIN, 15 * NS_MIN, 30 * NS_MIN, NS_H,	  2 * NS_H,
		3 * NS_H,   6 * NS_H,	12 * NS_H,   NS_D,	  2 * NS_D,    7 * NS_D,
	};

	if (least <= NS_S / 2) {
		double step = round_step(least);

		return step < 1 ? 1 : step;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (steps[i] >= least)
			return steps[i];
	return round_step(least / NS_D) * NS_D;
}

static void label_time(struct tick *t, double step, double high)
{
	double v = t->value + 0.5, d = floor(v / NS_D), h = floor(v / NS_H), m = floor(v / NS_MIN),
	       s = floor(v / NS_S);
	bool days = high > 2 * NS_D;
	char *out = t->label;

	if (t->value == 0)
		snprintf(out, TICK_LABEL, "0");
	else if (high < 1e3)
		snprintf(out, TICK_LABEL, "%.6g ns", t->value);
	else if (high < 1e6)
		snprintf(out, TICK_LABEL, "%.6g us", t->value / 1e3);
	else if (high < NS_S)
		snprintf(out, TICK_LABEL, "%.6g ms", t->value / 1e6);
	else if (high < 3 * NS_MIN)
		snprintf(out, TICK_LABEL, "%.6g s", t->value / NS_S);
	else if (step < NS_MIN)
		snprintf(out, TICK_LABEL, "%g:%02g min", m, s - m * 60);
	else if (high < 3 * NS_H && step < NS_H)
		snprintf(out, TICK_LABEL, "%g min", m);
	else if (days && h - d * 24 == 0)
		snprintf(out, TICK_LABEL, "%g d", d);
	else if (step >= NS_H)
		snprintf(out, TICK_LABEL, days ? "%g:00" : "%g h", days ? h - d * 24 : h);
	else
		snprintf(out, TICK_LABEL, "%g:%02g h", h, m - h * 60);
}

void ticks_time(struct ticks *ticks, double low, double high, int most)
{
	double step;

	ticks->n = 0;
	if (!(high > low))
		return;
	step = time_step((high - low) / bounded(most));
	for (double i = ceil(low / step - 1e-9);
	     i * step <= high * (1 + 1e-12) && ticks->n < TICKS_MOST; i++)
		label_time(next(ticks, i * step), step, high);
}
