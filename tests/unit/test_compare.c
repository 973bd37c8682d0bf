/* SPDX-License-Identifier: MIT */
/*
 * test_compare.c - two docs compared: which row is which, tracemalloc's order,
 * what is new and what is gone.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "doc/compare.h"
#include "doc/join.h"
#include "util/diag.h"
#include "util/strbuf.h"

/* A row as the top report has it. */
struct site {
	const char *function, *file;
	unsigned int line;
	long size, count;
	const char *text;
};

/* clang-format off */
#define AT(f, path, l) { .function = (f), .file = (path), .line = (l) }
#define HAS(f, path, l, s, n) \
	{ .function = (f), .file = (path), .line = (l), .size = (s), .count = (n) }
#define SAYS(f, path, l, t) { .function = (f), .file = (path), .line = (l), .text = (t) }
/* clang-format on */

static const struct doc_column columns[] = {
	{ "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
	{ "function", "function", UNIT_TEXT, .flags = COLUMN_KEY },
	{ "file", "file", UNIT_TEXT, .flags = COLUMN_KEY },
	{ "line", "line", UNIT_NONE, .flags = COLUMN_KEY | COLUMN_OF_BUILD },
	{ "size", "size", UNIT_BYTES, .count = "count" },
	{ "count", "blocks", UNIT_COUNT, .flags = 0 },
	{ "where", "where", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
};

static void fill(struct doc *doc, const struct site *sites)
{
	struct doc_table *table;

	doc_init(doc, "top");
	table = doc_add_table(doc, "sites", NULL, columns, sizeof(columns) / sizeof(*columns));
	table->size = "size";
	doc->main_table = "sites";
	for (size_t i = 0; sites[i].function; i++) {
		const struct site *s = &sites[i];
		struct doc_row *row = doc_add_row(
			doc, table,
			(struct doc_cell[]){ CELL_U(i + 1), CELL_T(s->function), CELL_T(s->file),
					     CELL_U(s->line), CELL_I(s->size), CELL_I(s->count),
					     CELL_T(s->function) });

		row->detail = doc_text(doc, s->text);
	}
}

/* "old>new" by index for all rows of new, "-" where there is none. */
static void check_join(const struct site *old, const struct site *new, struct join_rules rules,
		       const char *want)
{
	struct strbuf got = STRBUF_INIT;
	size_t partner[16];
	struct doc a, b;

	fill(&a, old);
	fill(&b, new);
	doc_join(a.tables[0], b.tables[0], &rules, partner);
	for (size_t i = 0; i < b.tables[0]->n_rows; i++)
		if (partner[i] == JOIN_NONE)
			strbuf_addstr(&got, "-");
		else
			strbuf_addf(&got, "%zu", partner[i]);
	cr_expect_str_eq(got.buf, want, "%s instead of %s", got.buf, want);
	strbuf_release(&got);
	doc_release(&a);
	doc_release(&b);
}

#define SAME ((struct join_rules){ false, false })
#define OTHER_RUN ((struct join_rules){ true, false })
#define OTHER_BUILD ((struct join_rules){ true, true })

Test(join, one_build_is_joined_by_its_keys)
{
	static const struct site old[] = { AT("f", "/s/f.c", 1),
					   AT("f", "/s/f.c", 2),
					   { .function = NULL } };
	static const struct site new[] = { AT("f", "/s/f.c", 2),
					   AT("f", "/s/f.c", 3),
					   { .function = NULL } };

	check_join(old, new, SAME, "1-");
	check_join(old, new, OTHER_RUN, "1-");
}

Test(join, folders_of_another_run_may_differ)
{
	static const struct site old[] = { AT("f", "/a/f.c", 1), { .function = NULL } };
	static const struct site new[] = { AT("f", "/b/f.c", 1), { .function = NULL } };

	check_join(old, new, SAME, "-");
	check_join(old, new, OTHER_RUN, "0");
}

Test(join, lines_that_moved_together)
{
	/* both have a line 12, which is not the same one */
	static const struct site old[] = { AT("f", "f.c", 10),
					   AT("f", "f.c", 12),
					   { .function = NULL } };
	static const struct site new[] = { AT("f", "f.c", 14),
					   AT("f", "f.c", 12),
					   { .function = NULL } };

	check_join(old, new, OTHER_BUILD, "10");
}

Test(join, lines_that_stayed_win_over_some_that_moved)
{
	static const struct site old[] = {
		AT("f", "f.c", 10), AT("f", "f.c", 20), AT("f", "f.c", 30), { .function = NULL }
	};
	static const struct site new[] = {
		AT("f", "f.c", 10), AT("f", "f.c", 30), AT("f", "f.c", 40), { .function = NULL }
	};

	/* 40 is what is left of the function, as is 20 */
	check_join(old, new, OTHER_BUILD, "021");
}

Test(join, the_text_of_the_line_comes_first)
{
	static const struct site old[] = { SAYS("f", "f.c", 10, "a = malloc(1);"),
					   SAYS("f", "f.c", 12, "b = malloc(2);"),
					   { .function = NULL } };
	static const struct site new[] = { SAYS("f", "f.c", 10, "b = malloc(2);"),
					   SAYS("f", "f.c", 17, "a = malloc(1);"),
					   { .function = NULL } };

	check_join(old, new, OTHER_BUILD, "10");
}

Test(join, a_renamed_function_is_found_by_its_line)
{
	static const struct site old[] = { AT("f", "f.c", 10),
					   AT("g", "g.c", 5),
					   { .function = NULL } };
	static const struct site new[] = { AT("f2", "f.c", 10),
					   AT("g", "g.c", 9),
					   { .function = NULL } };

	check_join(old, new, OTHER_BUILD, "01");
	check_join(old, new, SAME, "--");
}

/* Rows as "function:size(diff),count(diff);" in their order. */
static void check_compare(const struct site *old, const struct site *new, bool all, uint64_t n,
			  const char *want)
{
	const struct compare_how how = { .all = all, .n = n, .parts = true, .rules = SAME };
	struct strbuf got = STRBUF_INIT;
	struct compared compared;
	struct doc a, b, out;
	const struct doc_table *t;

	fill(&a, old);
	fill(&b, new);
	doc_init(&out, "diff");
	cr_assert_eq(doc_compare(&a, &b, &how, &out, &compared, NULL), 0);
	t = doc_find_table(&out, "sites");
	for (size_t r = 0; r < t->n_rows; r++) {
		const struct doc_cell *cells = t->rows[r].cells;

		strbuf_addf(&got, "%s:%ld(%ld),%ld(%ld);",
			    cells[doc_find_column(t, "function")].text,
			    (long)cells[doc_find_column(t, "size")].i,
			    (long)cells[doc_find_column(t, "size_diff")].i,
			    (long)cells[doc_find_column(t, "count")].i,
			    (long)cells[doc_find_column(t, "count_diff")].i);
	}
	cr_expect_str_eq(got.buf, want);
	strbuf_release(&got);
	doc_release(&a);
	doc_release(&b);
	doc_release(&out);
}

Test(compare, order_of_tracemalloc)
{
	static const struct site old[] = {
		HAS("gone", "a.c", 1, 50, 5), HAS("less", "a.c", 2, 90, 2),
		HAS("same", "a.c", 3, 70, 7), HAS("more", "a.c", 4, 10, 1),
		HAS("count", "a.c", 5, 5, 1), HAS("big", "a.c", 6, 1000, 1),
		{ .function = NULL }
	};
	static const struct site new[] = {
		HAS("more", "a.c", 4, 60, 2),  HAS("less", "a.c", 2, 40, 1),
		HAS("same", "a.c", 3, 70, 7),  HAS("count", "a.c", 5, 5, 9),
		HAS("fresh", "a.c", 7, 50, 9), HAS("big", "a.c", 6, 1000, 1),
		{ .function = NULL }
	};

	/* |50| five times: by size, then |count_diff| */
	check_compare(old, new, true, 0,
		      "more:60(50),2(1);fresh:50(50),9(9);less:40(-50),1(-1);gone:0(-50),0(-5);"
		      "big:1000(0),1(0);same:70(0),7(0);count:5(0),9(8);");
	check_compare(old, new, false, 0,
		      "more:60(50),2(1);fresh:50(50),9(9);less:40(-50),1(-1);gone:0(-50),0(-5);");
	check_compare(old, new, true, 1, "more:60(50),2(1);");
}

Test(compare, equal_changes_are_ordered_by_key_downwards)
{
	static const struct site none[] = { { .function = NULL } };
	static const struct site new[] = { HAS("f", "a.c", 9, 5, 1),
					   HAS("f", "b.c", 2, 5, 1),
					   HAS("g", "b.c", 10, 5, 1),
					   { .function = NULL } };

	check_compare(none, new, true, 0, "g:5(5),1(1);f:5(5),1(1);f:5(5),1(1);");
	check_compare(none, none, true, 0, "");
}

Test(compare, rest_and_total_are_for_people)
{
	static const struct site old[] = { HAS("a", "a.c", 1, 10, 1), { .function = NULL } };
	static const struct site new[] = { HAS("a", "a.c", 1, 40, 2),
					   HAS("b", "a.c", 2, 5, 1),
					   { .function = NULL } };
	const struct compare_how how = { .n = 1, .parts = true, .rules = SAME };
	struct compared compared;
	struct doc a, b, out;
	const struct doc_table *t;

	fill(&a, old);
	fill(&b, new);
	doc_init(&out, "diff");
	cr_assert_eq(doc_compare(&a, &b, &how, &out, &compared, NULL), 0);
	t = out.tables[0];
	cr_expect_eq(t->n_rows, 1);
	cr_assert_eq(t->n_footer, 2);
	cr_expect_eq(t->footer[0].cells[doc_find_column(t, "change")].i, 5);
	cr_expect_str_eq(t->footer[0].cells[t->n_columns - 1].text, "1 other");
	cr_expect_eq(t->footer[1].cells[doc_find_column(t, "change")].i, 35);
	cr_expect_eq(t->footer[1].cells[doc_find_column(t, "now")].i, 45);
	cr_expect_eq(compared.changed, 2);
	cr_expect_eq(compared.fresh, 1);
	cr_expect_eq(compared.gone, 0);
	doc_release(&a);
	doc_release(&b);
	doc_release(&out);
}

Test(compare, values_have_their_difference)
{
	struct compare_how how = { .rules = SAME };
	struct compared compared;
	struct doc a, b, out;

	doc_init(&a, "info");
	doc_init(&b, "info");
	doc_init(&out, "diff");
	doc_add_value(&a, (struct doc_value){ "live", "live", NULL, UNIT_BYTES, CELL_U(100) });
	doc_add_value(&b, (struct doc_value){ "live", "live", NULL, UNIT_BYTES, CELL_U(40) });
	doc_add_value(&a, (struct doc_value){ "pid", "process", NULL, UNIT_NONE, CELL_U(1) });
	doc_add_value(&b, (struct doc_value){ "pid", "process", NULL, UNIT_NONE, CELL_U(2) });
	cr_assert_eq(doc_compare(&a, &b, &how, &out, &compared, NULL), 0);
	cr_expect_eq(doc_find_value(&out, "live")->cell.u, 40);
	cr_expect_eq(doc_find_value(&out, "live_diff")->cell.i, -60);
	cr_expect_null(doc_find_value(&out, "pid_diff"));
	cr_assert_eq(out.tables[0]->n_rows, 1);
	cr_expect_null(compared.size);
	doc_release(&a);
	doc_release(&b);
	doc_release(&out);
}

Test(compare, what_cannot_be_compared)
{
	static const struct site one[] = { HAS("a", "a.c", 1, 10, 1), { .function = NULL } };
	const struct compare_how wrong = { .size = "nothing", .rules = SAME }, how = { .n = 0 };
	struct diag diag = DIAG_INIT;
	struct compared compared;
	struct doc a, b, out;

	fill(&a, one);
	doc_init(&b, "other");
	doc_init(&out, "diff");
	cr_expect_eq(doc_compare(&a, &a, &wrong, &out, &compared, &diag), -EINVAL);
	cr_expect_eq(doc_compare(&a, &b, &how, &out, &compared, &diag), -EINVAL);
	cr_expect_eq(diag.n, 2);
	doc_release(&a);
	doc_release(&b);
	doc_release(&out);
	diag_release(&diag);
}
