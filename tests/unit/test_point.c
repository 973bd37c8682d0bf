/* SPDX-License-Identifier: MIT */
/* test_point.c - the grammar of TRACE[@POINT]. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/point.h"
#include "util/diag.h"
#include "util/strbuf.h"

struct row {
	const char *text; /* after the @, or all of it */
	int err;
	const char *path;
	enum point_kind kind;
	uint64_t time;
	const char *name;
	const char *from; /* where a range begins, as it would be given alone */
};

static void check_point(const struct row *row, const struct point *point)
{
	cr_expect_eq(point->kind, row->kind, "%s", row->text);
	cr_expect_eq(point->time, row->time, "%s: %llu", row->text,
		     (unsigned long long)point->time);
	if (row->name)
		cr_expect(point->name && !strcmp(point->name, row->name), "%s: %s", row->text,
			  point->name ? point->name : "no name");
	else
		cr_expect_null(point->name, "%s", row->text);
	cr_expect_eq(point->from != NULL, row->from != NULL, "%s", row->text);
	if (point->from && row->from) {
		struct strbuf from = STRBUF_INIT;

		point_format(point->from, &from);
		cr_expect_str_eq(from.buf, row->from, "%s", row->text);
		strbuf_release(&from);
	}
}

Test(point, parse)
{
	static const struct row rows[] = {
		{ .text = "start", .kind = POINT_START },
		{ .text = "peak", .kind = POINT_PEAK },
		{ .text = "end", .kind = POINT_END },
		{ .text = "0s", .kind = POINT_TIME, .time = 0 },
		{ .text = "12s", .kind = POINT_TIME, .time = 12000000000 },
		{ .text = "12.5s", .kind = POINT_TIME, .time = 12500000000 },
		{ .text = ".5s", .kind = POINT_TIME, .time = 500000000 },
		{ .text = "5.s", .kind = POINT_TIME, .time = 5000000000 },
		{ .text = "0.000000001s", .kind = POINT_TIME, .time = 1 },
		{ .text = "0.0000000019s", .kind = POINT_TIME, .time = 1 },
		{ .text = "99999999999999999999999s", .kind = POINT_TIME, .time = UINT64_MAX },
		{ .text = "12", .kind = POINT_NAME, .name = "12" },
		{ .text = "s", .kind = POINT_NAME, .name = "s" },
		{ .text = ".s", .kind = POINT_NAME, .name = ".s" },
		{ .text = "-1s", .kind = POINT_NAME, .name = "-1s" },
		{ .text = "1.2.3s", .kind = POINT_NAME, .name = "1.2.3s" },
		{ .text = "12.5ss", .kind = POINT_NAME, .name = "12.5ss" },
		{ .text = "after load", .kind = POINT_NAME, .name = "after load" },
		{ .text = "Peak", .kind = POINT_NAME, .name = "Peak" },
		{ .text = "'12.5s'", .kind = POINT_NAME, .name = "12.5s" },
		{ .text = "\"peak\"", .kind = POINT_NAME, .name = "peak" },
		{ .text = "'it\"s'", .kind = POINT_NAME, .name = "it\"s" },
		{ .text = "it's", .kind = POINT_NAME, .name = "it's" },
		{ .text = "start..peak", .kind = POINT_PEAK, .from = "start" },
		{ .text = "a..b", .kind = POINT_NAME, .name = "b", .from = "a" },
		{ .text = "..b", .kind = POINT_NAME, .name = "b", .from = "start" },
		{ .text = "a..", .kind = POINT_END, .from = "a" },
		{ .text = "..", .kind = POINT_END, .from = "start" },
		{ .text = "1s...5s", .kind = POINT_TIME, .time = 500000000, .from = "1s" },
		{ .text = "'a..b'", .kind = POINT_NAME, .name = "a..b" },
		{ .text = "'a..b'..'c..d'", .kind = POINT_NAME, .name = "c..d", .from = "'a..b'" },
		{ .text = "'peak'..peak", .kind = POINT_PEAK, .from = "'peak'" },
		{ .text = "case:s/n", .kind = POINT_CASE, .name = "s/n" },
		{ .text = "case:a/b/c", .kind = POINT_CASE, .name = "a/b/c" },
		{ .text = "case:s/1..2", .kind = POINT_CASE, .name = "s/1..2" },
		{ .text = "case:'s/n@home'", .kind = POINT_CASE, .name = "s/n@home" },
		{ .text = "'case:x'", .kind = POINT_NAME, .name = "case:x" },
		{ .text = "a..b..c", .err = -EINVAL },
		{ .text = "a..case:s/n", .err = -EINVAL },
		{ .text = "''..a", .err = -EINVAL },
		{ .text = "", .err = -EINVAL },
		{ .text = "''", .err = -EINVAL },
		{ .text = "'open", .err = -EINVAL },
		{ .text = "'", .err = -EINVAL },
		{ .text = "'mixed\"", .err = -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct diag diag = DIAG_INIT;
		struct point point;

		cr_expect_eq(point_parse(rows[i].text, &point, &diag), rows[i].err, "%s",
			     rows[i].text);
		cr_expect_eq(diag.n, rows[i].err ? 1 : 0, "%s", rows[i].text);
		check_point(&rows[i], &point);
		point_release(&point);
		diag_release(&diag);
	}
}

Test(point, split)
{
	static const struct row rows[] = {
		{ .text = "t.jsonl", .path = "t.jsonl", .kind = POINT_END },
		{ .text = "t.jsonl@peak", .path = "t.jsonl", .kind = POINT_PEAK },
		{ .text = "a@b/t.jsonl@1s",
		  .path = "a@b/t.jsonl",
		  .kind = POINT_TIME,
		  .time = 1000000000 },
		{ .text = "t@x", .path = "t", .kind = POINT_NAME, .name = "x" },
		{ .text = "exists@peak", .path = "exists@peak", .kind = POINT_END },
		{ .text = "exists@peak@end", .path = "exists@peak", .kind = POINT_END },
		{ .text = "t.jsonl@'a@b'", .path = "t.jsonl", .kind = POINT_NAME, .name = "a@b" },
		{ .text = "t.jsonl@\"me@home's\"",
		  .path = "t.jsonl",
		  .kind = POINT_NAME,
		  .name = "me@home's" },
		{ .text = "t.jsonl@it's", .path = "t.jsonl", .kind = POINT_NAME, .name = "it's" },
		{ .text = "t.jsonl@a..b",
		  .path = "t.jsonl",
		  .kind = POINT_NAME,
		  .name = "b",
		  .from = "a" },
		{ .text = "t@x.jsonl@'a@b'..\"c@d\"",
		  .path = "t@x.jsonl",
		  .kind = POINT_NAME,
		  .name = "c@d",
		  .from = "'a@b'" },
		{ .text = "t.jsonl@start..'c@d'",
		  .path = "t.jsonl",
		  .kind = POINT_NAME,
		  .name = "c@d",
		  .from = "start" },
		{ .text = "t.jsonl@case:'a@b/c'",
		  .path = "t.jsonl",
		  .kind = POINT_CASE,
		  .name = "a@b/c" },
		{ .text = "-@peak", .path = "-", .kind = POINT_PEAK },
		{ .text = "-", .path = "-", .kind = POINT_END },
		{ .text = "@peak", .path = "@peak", .kind = POINT_END },
		{ .text = "t.jsonl@", .err = -EINVAL },
		{ .text = "t.jsonl@''", .err = -EINVAL },
	};
	char dir[] = "/tmp/memprof-point-XXXXXX";
	int fd;

	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(chdir(dir), 0);
	fd = open("exists@peak", O_CREAT | O_WRONLY, 0600);
	cr_assert_geq(fd, 0);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct point point;
		char *path;

		cr_expect_eq(point_split(rows[i].text, &path, &point, NULL), rows[i].err, "%s",
			     rows[i].text);
		if (rows[i].path)
			cr_expect(path && !strcmp(path, rows[i].path), "%s: %s", rows[i].text,
				  path ? path : "no path");
		else
			cr_expect_null(path, "%s", rows[i].text);
		check_point(&rows[i], &point);
		point_release(&point);
		free(path);
	}
	unlink("exists@peak");
	rmdir(dir);
}

/* What is printed can be given again. */
Test(point, format)
{
	static const char *const texts[] = {
		"start",	"peak",		  "end",	  "12s",	 "12.5s",
		"0.000000001s", "name",		  "two words",	  "'12.5s'",	 "'peak'",
		"'a@b'",	"\"it's @home\"", "it's",	  "start..peak", "'a@b'..'c..d'",
		"0.5s..end",	"case:s/n",	  "case:'a@b/c'", "'case:x'"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct strbuf out = STRBUF_INIT;
		struct point point;

		cr_assert_eq(point_parse(texts[i], &point, NULL), 0);
		point_format(&point, &out);
		cr_expect_str_eq(out.buf, texts[i]);
		point_release(&point);
		strbuf_release(&out);
	}
}
