/* SPDX-License-Identifier: MIT */
/*
 * fuzz_words.c - small grammars of the command line, a line each: sizes, times, numbers, limits
 * of diff, cases by name.  A number that was read and is written is read as the same.
 */
#include <stdbool.h>

#include "cmds/case_filter.h"
#include "cmds/increase.h"
#include "fuzz.h"
#include "trace/first_line.h"
#include "util/strbuf.h"
#include "util/units.h"

static void numbers(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	uint64_t n = 0, again;
	char digits[32];

	if (!units_parse_number(text, &n)) {
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
		fuzz_expect(!units_parse_number(digits, &again) && again == n);
	}
	if (!units_parse_size(text, &n)) {
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
		fuzz_expect(!units_parse_size(digits, &again) && again == n);
		units_add_bytes(&out, n);
		fuzz_expect(!units_parse_size(out.buf, &again) || n > UINT64_MAX / 2);
		units_add_signed(&out, (int64_t)n, units_add_bytes);
	}
	if (!units_parse_time(text, &n)) {
		units_add_ns(&out, n);
		units_add_count(&out, n);
	}
	strbuf_release(&out);
}

static void limits(const char *text)
{
	struct limit limit = { .per_site = false };

	if (increase_parse(text, &limit) && limit.relative)
		fuzz_expect(limit.percent >= 0 && limit.percent < 1e300);
}

static void cases(const char *text)
{
	struct case_info info = { .suite = (char *)"suite",
				  .name = (char *)text,
				  .file = (char *)"a.c",
				  .skip = (char *)"",
				  .skip_profiler = (char *)text,
				  .accept_profiler = (char *)"" };
	struct case_list list = { .path = (char *)"/a", .v = &info, .n = 1 };
	struct case_filter filter;

	case_filter_init(&filter, text);
	case_filter_takes(&filter, &info);
	free(case_filter_wrong(&filter, &list));
	free(case_filter_skips(&info, "memory"));
	case_filter_release(&filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		numbers(line);
		limits(line);
		cases(line);
		first_line_epoch(line);
	}
	free(text);
	return 0;
}
