/* SPDX-License-Identifier: MIT */
/* units.c - bytes, counts and times as people read and write them. */
#include "util/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "util/strbuf.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

void units_add_bytes(struct strbuf *out, uint64_t bytes)
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t i = 0;
	double v = (double)bytes / 1024;

	if (bytes < 1024) {
		strbuf_addf(out, "%" PRIu64 " B", bytes);
		return;
	}
	/* what would round up to 1024 is one of the next unit */
	for (; v >= 1023.5 && i + 1 < ARRAY_SIZE(names); i++)
		v /= 1024;
	strbuf_addf(out, "%.*f %s", v < 99.95 ? 1 : 0, v, names[i]);
}

void units_add_count(struct strbuf *out, uint64_t n)
{
	char digits[24];
	int len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while (n /= 10);
	for (int i = len - 1; i >= 0; i--) {
		strbuf_addch(out, digits[i]);
		if (i && i % 3 == 0)
			strbuf_addch(out, ',');
	}
}

static void add_two(struct strbuf *out, uint64_t ns, uint64_t big, const char *big_name,
		    uint64_t small, const char *small_name)
{
	uint64_t n = ns / small + (ns % small >= small / 2);

	strbuf_addf(out, "%" PRIu64 " %s %02" PRIu64 " %s", n / (big / small), big_name,
		    n % (big / small), small_name);
}

void units_add_ns(struct strbuf *out, uint64_t ns)
{
	static const struct {
		double unit;
		const char *name;
	} steps[] = { { 1e3, "us" }, { 1e6, "ms" }, { 1e9, "s" } };
	const uint64_t s = UINT64_C(1000000000), min = 60 * s, h = 60 * min, d = 24 * h;

	if (ns < 1000) {
		strbuf_addf(out, "%" PRIu64 " ns", ns);
	} else if (ns >= d - min / 2) {
		add_two(out, ns, d, "d", h, "h");
	} else if (ns >= h - s / 2) {
		add_two(out, ns, h, "h", min, "min");
	} else if (ns >= 2 * min - s / 2) {
		add_two(out, ns, min, "min", s, "s");
	} else {
		size_t i = 0;

		while (i + 1 < ARRAY_SIZE(steps) && (double)ns / steps[i].unit >= 999.5)
			i++;

		double v = (double)ns / steps[i].unit;

		strbuf_addf(out, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, steps[i].name);
	}
}

void units_add_signed(struct strbuf *out, int64_t n, void (*add)(struct strbuf *out, uint64_t n))
{
	if (n < 0)
		strbuf_addch(out, '-');
	add(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void units_add_percent(struct strbuf *out, double percent)
{
	strbuf_addf(out, "%.1f%%", percent);
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* Decimal digits with at most one point, times the unit's factor, exactly. */
static int parse(const char *text, const struct unit *units, size_t n_units, uint64_t *result)
{
	unsigned __int128 whole = 0, part = 0, scale = 1;
	const char *p = text;
	bool digits = false;
	char name[8];
	size_t len;

	for (; isdigit((unsigned char)*p); p++, digits = true)
		if ((whole = whole * 10 + (unsigned int)(*p - '0')) > UINT64_MAX)
			return -ERANGE;
	if (*p == '.') {
		for (p++; isdigit((unsigned char)*p); p++, digits = true) {
			if (scale >= UINT64_C(1000000000000000000))
				continue;
			part = part * 10 + (unsigned int)(*p - '0');
			scale *= 10;
		}
	}
	if (!digits)
		return -EINVAL;
	while (*p == ' ')
		p++;
	len = strlen(p);
	if (len >= sizeof(name))
		return -EINVAL;
	memcpy(name, p, len + 1);
	for (size_t i = 0; i < n_units; i++) {
		if (strcasecmp(name, units[i].name))
			continue;

		unsigned __int128 v = whole * units[i].factor + part * units[i].factor / scale;

		if (v > UINT64_MAX)
			return -ERANGE;
		*result = (uint64_t)v;
		return 0;
	}
	return -EINVAL;
}

int units_parse_size(const char *text, uint64_t *bytes)
{
#define BINARY(letter, shift)                       \
	{ letter, UINT64_C(1) << (shift) },         \
	{                                           \
		letter "iB", UINT64_C(1) << (shift) \
	}
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		BINARY("K", 10),
		BINARY("M", 20),
		BINARY("G", 30),
		BINARY("T", 40),
		BINARY("P", 50),
		BINARY("E", 60),
		{ "KB", UINT64_C(1000) },
		{ "MB", UINT64_C(1000000) },
		{ "GB", UINT64_C(1000000000) },
		{ "TB", UINT64_C(1000000000000) },
		{ "PB", UINT64_C(1000000000000000) },
		{ "EB", UINT64_C(1000000000000000000) },
	};
#undef BINARY

	return parse(text, units, ARRAY_SIZE(units), bytes);
}

int units_parse_time(const char *text, uint64_t *ns)
{
	static const struct unit units[] = {
		{ "ns", 1 },
		{ "us", UINT64_C(1000) },
		{ "ms", UINT64_C(1000000) },
		{ "s", UINT64_C(1000000000) },
		{ "min", UINT64_C(60000000000) },
		{ "h", UINT64_C(3600000000000) },
		{ "d", UINT64_C(86400000000000) },
	};

	return parse(text, units, ARRAY_SIZE(units), ns);
}

int units_parse_number(const char *text, uint64_t *n)
{
	static const struct unit units[] = { { "", 1 } };

	/* no fractions, no spaces */
	if (strspn(text, "0123456789") != strlen(text))
		return -EINVAL;
	return parse(text, units, 1, n);
}
