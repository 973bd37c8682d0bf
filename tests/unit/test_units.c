/* SPDX-License-Identifier: MIT */
/* test_units.c - bytes, counts and times as people read and write them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>

#include "util/strbuf.h"
#include "util/units.h"

#define SECOND UINT64_C(1000000000)

struct shown {
	uint64_t n;
	const char *text;
};

static void check(void (*add)(struct strbuf *out, uint64_t n), const struct shown *rows, size_t n)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		strbuf_clear(&sb);
		add(&sb, rows[i].n);
		cr_expect_str_eq(sb.buf, rows[i].text, "%" PRIu64 ": '%s', want '%s'", rows[i].n,
				 sb.buf, rows[i].text);
	}
	strbuf_release(&sb);
}

#define CHECK(add, rows) check(add, rows, sizeof(rows) / sizeof(*(rows)))

Test(units, bytes)
{
	static const struct shown rows[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 102348, "99.9 KiB" },
		{ 102400, "100 KiB" },
		{ 1024 * 1023, "1023 KiB" },
		{ 1024 * 1024 - 1, "1.0 MiB" },
		{ UINT64_C(3) << 29, "1.5 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};

	CHECK(units_add_bytes, rows);
}

Test(units, counts)
{
	static const struct shown rows[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 1234567, "1,234,567" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};

	CHECK(units_add_count, rows);
}

Test(units, times)
{
	static const struct shown rows[] = {
		{ 0, "0 ns" },
		{ 999, "999 ns" },
		{ 1500, "1.50 us" },
		{ 12500000, "12.5 ms" },
		{ 999600000, "1.00 s" },
		{ 3250000000, "3.25 s" },
		{ 119 * SECOND, "119 s" },
		{ 125 * SECOND, "2 min 05 s" },
		{ 3600 * SECOND - 1, "1 h 00 min" },
		{ 3720 * SECOND, "1 h 02 min" },
		{ 100 * 3600 * SECOND, "4 d 04 h" },
	};

	CHECK(units_add_ns, rows);
}

Test(units, signs_and_percents)
{
	struct strbuf sb = STRBUF_INIT;

	units_add_signed(&sb, -1536, units_add_bytes);
	strbuf_addch(&sb, ' ');
	units_add_signed(&sb, INT64_MIN, units_add_count);
	strbuf_addch(&sb, ' ');
	units_add_percent(&sb, 12.34);
	cr_assert_str_eq(sb.buf, "-1.5 KiB -9,223,372,036,854,775,808 12.3%");
	strbuf_release(&sb);
}

struct parsed {
	const char *text;
	int err;
	uint64_t n;
};

static void check_parse(int (*parse)(const char *text, uint64_t *n), const struct parsed *rows,
			size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t got = 0;

		cr_expect_eq(parse(rows[i].text, &got), rows[i].err, "'%s'", rows[i].text);
		cr_expect_eq(got, rows[i].n, "'%s' is %" PRIu64, rows[i].text, got);
	}
}

#define CHECK_PARSE(parse, rows) check_parse(parse, rows, sizeof(rows) / sizeof(*(rows)))

Test(units, sizes_are_read_exactly)
{
	static const struct parsed rows[] = {
		{ "4096", 0, 4096 },
		{ "64K", 0, 65536 },
		{ "64 KiB", 0, 65536 },
		{ "1.5MiB", 0, 1572864 },
		{ "0.1K", 0, 102 },
		{ "2 kB", 0, 2000 },
		{ "15.5 EiB", 0, UINT64_C(31) << 59 },
		{ "18 EB", 0, UINT64_C(18000000000000000000) },
		{ "16E", -ERANGE, 0 },
		{ ".5G", 0, 536870912 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "16384P", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1X", -EINVAL, 0 },
		{ "1K ", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
	};

	CHECK_PARSE(units_parse_size, rows);
}

Test(units, times_and_numbers_are_read)
{
	static const struct parsed times[] = {
		{ "250ms", 0, 250000000 }, { "10s", 0, 10 * SECOND }, { "1.5 min", 0, 90 * SECOND },
		{ "5us", 0, 5000 },	   { "7", -EINVAL, 0 },	      { "7 years", -EINVAL, 0 },
	};
	static const struct parsed numbers[] = {
		{ "0", 0, 0 },	      { "17", 0, 17 },	  { "1.5", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 }, { "", -EINVAL, 0 },
	};

	CHECK_PARSE(units_parse_time, times);
	CHECK_PARSE(units_parse_number, numbers);
}
