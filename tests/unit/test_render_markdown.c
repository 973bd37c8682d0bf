/* SPDX-License-Identifier: MIT */
/* test_render_markdown.c - tables stay tables, whatever the names hold. */
#include <criterion/criterion.h>
#include <string.h>

#include "doc_fixture.h"

Test(markdown, each_kind_of_cell)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	fixture_render(renderer_find("markdown"), &doc, 80, &out);
	cr_expect(strstr(out.buf, "### a title\n\n"), "%s", out.buf);
	cr_expect(strstr(out.buf, "| exact | -9,007,199,254,740,991 |\n| share of it | 12.5% |\n"));
	cr_expect(strstr(out.buf, "| \\# | bytes | blocks | something to drop | where |\n"
				  "| ---: | ---: | ---: | ---: | --- |\n"));
	cr_expect(strstr(out.buf, "| 1 | 1.5 KiB | -5 | 1,234,567 | `json::parse<"));
	cr_expect(strstr(out.buf, "**total** |\n"));
	cr_expect(strstr(out.buf, "<br>`return a?line;`"));
	cr_expect(strstr(out.buf, "\nnone here\n"));
	cr_expect(strstr(out.buf, "<details><summary>notes</summary>"));
	strbuf_release(&out);
	doc_release(&doc);
}

/* A name of a program must not become markup, nor end its cell. */
Test(markdown, names_are_no_markup)
{
	static const struct doc_column columns[] = {
		{ "name", "name|*", UNIT_TEXT, .flags = 0 },
		{ "n", "n", UNIT_COUNT, .flags = COLUMN_SIGNED },
	};
	struct strbuf out = STRBUF_INIT;
	struct doc_table *table;
	struct doc doc;

	doc_init(&doc, "x");
	doc.title = "<b>[x](http://y)</b> a_b";
	table = doc_add_table(&doc, "t", NULL, columns, 2);
	doc_add_row(&doc, table, (struct doc_cell[]){ CELL_T("a|b<c>"), CELL_I(3) });
	doc_add_row(&doc, table, (struct doc_cell[]){ CELL_T("tick ` and ``"), CELL_I(-3) });
	doc_add_row(&doc, table, (struct doc_cell[]){ CELL_T("`"), CELL_I(0) });
	doc_add_note(&doc, LEVEL_ERROR, "e", "it *grew*\nhere");
	fixture_render(renderer_find("markdown"), &doc, 80, &out);
	cr_expect_str_eq(out.buf,
			 "### \\<b\\>\\[x\\](http://y)\\</b\\> a\\_b\n\n"
			 "| name\\|\\* | n |\n| --- | ---: |\n"
			 "| `a\\|b<c>` | +3 |\n| ``` tick ` and `` ``` | -3 |\n| `` ` `` | 0 |\n\n"
			 "> **it \\*grew\\*?here**\n\n");
	strbuf_release(&out);
	doc_release(&doc);
}
