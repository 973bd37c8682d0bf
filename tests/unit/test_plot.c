/* SPDX-License-Identifier: MIT */
/* test_plot.c - scales, fewer points that look the same, slopes, and the order of regions. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "plot/picture.h"
#include "plot/plot.h"
#include "plot/reduce.h"
#include "plot/ticks.h"
#include "reports/curve.h"
#include "reports/region_stats.h"
#include "reports/timeline.h"
#include "reports/timeline_sum.h"
#include "reports/window.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"

#define MIB 1048576.0
#define S 1e9

/* All labels with blanks between. */
static const char *words(const struct ticks *ticks)
{
	static char text[1000];
	size_t n = 0;

	text[0] = 0;
	for (int i = 0; i < ticks->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? " | " : "",
				      ticks->v[i].label);
	return text;
}

static const char *linear(double low, double high, enum doc_unit unit, int most)
{
	static struct ticks ticks;

	ticks_linear(&ticks, low, high, unit, most);
	return words(&ticks);
}

static const char *times(double low, double high, int most)
{
	static struct ticks ticks;

	ticks_time(&ticks, low, high, most);
	return words(&ticks);
}

Test(plot, bytes_are_labelled_in_round_binary_units)
{
	cr_expect_str_eq(linear(0, 160 * MIB, UNIT_BYTES, 4), "0 | 50 MiB | 100 MiB | 150 MiB");
	cr_expect_str_eq(linear(0, 1.5 * 1024 * MIB, UNIT_BYTES, 4),
			 "0 | 0.5 GiB | 1 GiB | 1.5 GiB");
	cr_expect_str_eq(linear(0, 3, UNIT_BYTES, 8), "0 | 1 B | 2 B | 3 B");
	cr_expect_str_eq(linear(-20 * MIB, 20 * MIB, UNIT_BYTES, 4),
			 "-20 MiB | -10 MiB | 0 | 10 MiB | 20 MiB");
	cr_expect_str_eq(linear(0, 2500000, UNIT_COUNT, 3), "0 | 1 M | 2 M");
	cr_expect_str_eq(linear(5, 5, UNIT_BYTES, 3), "");
}

Test(plot, a_tick_is_where_its_label_says)
{
	struct ticks ticks;

	ticks_linear(&ticks, 0, 160 * MIB, UNIT_BYTES, 4);
	cr_expect_float_eq(ticks.v[1].value, 50 * MIB, 1e-6);
	ticks_log(&ticks, 1 * MIB, 300 * MIB, UNIT_BYTES, 5);
	cr_expect_str_eq(words(&ticks), "1 MiB | 4 MiB | 16 MiB | 64 MiB | 256 MiB");
	cr_expect_float_eq(ticks.v[4].value, 256 * MIB, 1e-6);
}

Test(plot, times_are_labelled_by_clock_and_calendar)
{
	cr_expect_str_eq(times(0, 2 * S, 4), "0 | 0.5 s | 1 s | 1.5 s | 2 s");
	cr_expect_str_eq(times(0, 900e6, 3), "0 | 500 ms");
	cr_expect_str_eq(times(100 * S, 130 * S, 3), "100 s | 110 s | 120 s | 130 s");
	cr_expect_str_eq(times(0, 600 * S, 4), "0 | 5 min | 10 min");
	cr_expect_str_eq(times(0, 240 * S, 8), "0 | 0:30 min | 1:00 min | 1:30 min | 2:00 min | "
					       "2:30 min | 3:00 min | 3:30 min | 4:00 min");
	cr_expect_str_eq(times(0, 24 * 3600 * S, 4), "0 | 6 h | 12 h | 18 h | 24 h");
	cr_expect_str_eq(times(0, 60 * 3600 * S, 6), "0 | 12:00 | 1 d | 12:00 | 2 d | 12:00");
	cr_expect_str_eq(times(5, 5, 3), "");
}

static struct doc_series *series(struct doc *doc, const char *name, size_t n,
				 int64_t (*value)(size_t i))
{
	struct doc_series *s = doc_add_series(doc, name, name, UNIT_BYTES);

	for (size_t i = 0; i < n; i++)
		doc_add_point(s, i * 1000, value(i));
	return s;
}

static int64_t spiky(size_t i)
{
	return i == 77777 ? 1000000 : i == 55555 ? -500 : (int64_t)(i % 10);
}

static int64_t line(size_t i)
{
	return 500 + 3 * (int64_t)i;
}

static int64_t seven(size_t i)
{
	(void)i;
	return 7;
}

Test(plot, a_hundred_thousand_points_become_few_and_keep_every_spike)
{
	struct doc doc;
	struct doc_point *v;
	bool high = false, low = false;
	size_t n;

	doc_init(&doc, "t");
	n = reduce_line(series(&doc, "a", 100000, spiky), 0, 100000000, 200, &v);
	cr_expect_leq(n, 4 * 201);
	for (size_t i = 0; i < n; i++) {
		high |= v[i].value == 1000000 && v[i].t == 77777000;
		low |= v[i].value == -500 && v[i].t == 55555000;
		cr_expect(!i || v[i].t >= v[i - 1].t);
	}
	cr_expect(high);
	cr_expect(low);
	free(v);
	doc_release(&doc);
}

Test(plot, a_window_has_the_points_next_to_it)
{
	struct doc doc;
	struct doc_point *v;
	size_t n;

	doc_init(&doc, "t");
	n = reduce_line(series(&doc, "a", 100, line), 10500, 20500, 50, &v);
	cr_assert_eq(n, 12);
	cr_expect_eq(v[0].t, 10000);
	cr_expect_eq(v[11].t, 21000);
	free(v);
	doc_release(&doc);
}

Test(plot, areas_are_taken_where_their_sum_is_highest)
{
	const struct doc_series *v[2];
	double t[10], values[20];
	struct doc doc;

	doc_init(&doc, "t");
	v[0] = series(&doc, "a", 100000, spiky);
	v[1] = series(&doc, "b", 100000, seven);
	reduce_stack(v, 2, 0, 100000000, 10, t, values);
	cr_expect_float_eq(t[7], 77777000, 0.5);
	cr_expect_float_eq(values[7 * 2], 1000000, 0.5);
	cr_expect_float_eq(values[7 * 2 + 1], 7, 1e-9);
	doc_release(&doc);
}

Test(plot, a_slope_is_that_of_least_squares)
{
	struct doc doc;
	struct drawn curve = { .series = NULL };
	struct doc_series *s;

	doc_init(&doc, "t");
	curve.series = series(&doc, "a", 1000, line);
	slope_find(&curve, 0, UINT64_MAX);
	cr_expect_float_eq(curve.slope, 3.0 / 1000, 1e-12);
	cr_expect_float_eq(curve.offset, 500, 1e-6);
	/* numpy.polyfit([0, 1, 2, 3], [1, 3, 2, 5], 1) is [1.1, 1.1] */
	s = doc_add_series(&doc, "b", "b", UNIT_BYTES);
	doc_add_point(s, 0, 1);
	doc_add_point(s, 1, 3);
	doc_add_point(s, 2, 2);
	doc_add_point(s, 3, 5);
	curve.series = s;
	slope_find(&curve, 0, UINT64_MAX);
	cr_expect_float_eq(curve.slope, 1.1, 1e-12);
	cr_expect_float_eq(curve.offset, 1.1, 1e-12);
	doc_release(&doc);
}

Test(plot, curves_are_sorted_cut_and_met_at_the_edges)
{
	struct curve_points p = { .v = NULL };
	const struct timeline window = { .from = 15, .to = 35, .shift = 100 };
	struct doc doc;
	struct doc_series *s;

	doc_init(&doc, "t");
	s = doc_add_series(&doc, "a", "a", UNIT_BYTES);
	curve_add(&p, 10, 100);
	curve_add(&p, 30, 300);
	curve_add(&p, 40, 200);
	curve_add(&p, 20, 200);
	curve_finish(&p, &window, s);
	cr_assert_eq(s->n_points, 4);
	cr_expect_eq(s->points[0].t, 115);
	cr_expect_eq(s->points[0].value, 150);
	cr_expect_eq(s->points[1].t, 120);
	cr_expect_eq(s->points[3].t, 135);
	cr_expect_eq(s->points[3].value, 250);
	curve_release(&p);
	doc_release(&doc);
}

Test(plot, processes_add_up_while_they_live)
{
	const struct doc_series *v[2];
	struct doc doc;
	struct doc_series *a, *b, *sum;

	doc_init(&doc, "t");
	a = doc_add_series(&doc, "a", "a", UNIT_BYTES);
	b = doc_add_series(&doc, "b", "b", UNIT_BYTES);
	sum = doc_add_series(&doc, "sum", "sum", UNIT_BYTES);
	doc_add_point(a, 0, 100);
	doc_add_point(a, 100, 200);
	doc_add_point(b, 50, 1000);
	doc_add_point(b, 60, 1000);
	v[0] = a;
	v[1] = b;
	timeline_sum(v, 2, sum);
	cr_expect_eq(curve_at(sum->points, sum->n_points, 49), 149);
	cr_expect_eq(curve_at(sum->points, sum->n_points, 50), 1150);
	cr_expect_eq(curve_at(sum->points, sum->n_points, 60), 1160);
	cr_expect_eq(curve_at(sum->points, sum->n_points, 61), 161);
	cr_expect_eq(curve_at(sum->points, sum->n_points, 100), 200);
	doc_release(&doc);
}

Test(plot, durations_fall_into_the_buckets_of_the_format)
{
	const uint64_t some[] = { 0, 1, 15, 16, 17, 31, 32, 1000, 123456789, UINT64_C(1) << 62 };

	cr_expect_eq(region_bucket(10000000), 323);
	cr_expect_eq(region_bucket(600), 98);
	cr_expect_eq(region_bucket(15), 15);
	cr_expect_eq(region_bucket(16), 16);
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		unsigned int b = region_bucket(some[i]);

		cr_expect_leq(region_bucket_start(b), some[i]);
		cr_expect_gt(region_bucket_start(b + 1), some[i]);
	}
}

Test(plot, windows_take_seconds_and_units)
{
	uint64_t from = 0, to = 0;
	struct diag diag = DIAG_INIT;

	cr_expect_eq(window_parse("1.5,20", &from, &to, &diag), 0);
	cr_expect_eq(from, 1500000000);
	cr_expect_eq(to, 20000000000);
	to = 0;
	cr_expect_eq(window_parse("250ms,", &from, &to, &diag), 0);
	cr_expect_eq(from, 250000000);
	cr_expect_eq(to, 0);
	cr_expect_neq(window_parse("3", &from, &to, &diag), 0);
	cr_expect_neq(window_parse("3,x", &from, &to, &diag), 0);
	cr_expect_neq(window_parse("3,2", &from, &to, &diag), 0);
	diag_release(&diag);
}

/* Every format of one small doc. */
static size_t written(enum plot_format format, const char *start)
{
	const struct plot_options how = { .width = 400, .height = 200, .dpi = 72, .slope = true };
	struct doc doc;
	struct sink sink;
	size_t n;

	doc_init(&doc, "t");
	doc.title = doc_text(&doc, "title");
	series(&doc, "heap", 50, line);
	doc_add_moment(&doc, (struct doc_moment){ .kind = "mark", .name = "half", .t = 25000 });
	doc_add_span(&doc, (struct doc_span){ .name = "work", .from = 1000, .to = 30000 });
	sink_to_memory(&sink);
	cr_expect_eq(plot_write(&doc, &how, format, &sink), 0);
	n = sink.buf.len;
	cr_expect_gt(n, strlen(start));
	cr_expect(!memcmp(sink.buf.buf, start, strlen(start)));
	sink_close(&sink);
	doc_release(&doc);
	return n;
}

Test(plot, every_format_begins_as_it_must)
{
	written(PLOT_SVG, "<?xml");
	written(PLOT_PNG, "\x89PNG\r\n");
	written(PLOT_PDF, "%PDF-");
	written(PLOT_SIXEL, "\033P0;1q\"1;1;400;200#0;2;");
	written(PLOT_KITTY, "\033_Gf=100,a=T,m=1;iVBORw0KGgo");
	written(PLOT_ITERM, "\033]1337;File=inline=1;size=");
}
