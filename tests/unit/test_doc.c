/* SPDX-License-Identifier: MIT */
/* test_doc.c - docs own what they are given. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "doc_fixture.h"

Test(doc, copies_what_it_is_given)
{
	char text[] = "first";
	struct doc_frame frame = { text, text, NULL, 1 };
	struct doc_column column = { text, text, UNIT_TEXT, .flags = COLUMN_KEY };
	struct doc_cell cell = CELL_S(&frame, 1);
	struct doc_table *table;
	struct doc doc;

	doc_init(&doc, text);
	doc_add_value(&doc, (struct doc_value){ .key = text, .cell = CELL_T(text) });
	table = doc_add_table(&doc, text, text, &column, 1);
	doc_add_row(&doc, table, &cell);
	memcpy(text, "other", sizeof(text));
	frame.line = 2;
	cr_assert_str_eq(doc.report, "first");
	cr_assert_str_eq(doc_find_value(&doc, "first")->cell.text, "first");
	cr_assert_eq(doc_find_table(&doc, "first"), table);
	cr_assert_eq(doc_find_column(table, "first"), 0);
	cr_assert_eq(doc_find_column(table, "other"), -1);
	cr_assert_str_eq(table->rows[0].cells[0].stack.v[0].file, "first");
	cr_assert_null(table->rows[0].cells[0].stack.v[0].module);
	cr_assert_eq(table->rows[0].cells[0].stack.v[0].line, 1u);
	doc_release(&doc);
}

Test(doc, equal_strings_are_kept_once)
{
	struct doc doc;

	doc_init(&doc, "x");
	cr_assert_eq(doc_text(&doc, "same"), doc_textf(&doc, "%s", "same"));
	cr_assert_null(doc_text(&doc, NULL));
	doc_release(&doc);
}

/* Rows and stacks of all sizes: blocks of memory are found for each. */
Test(doc, holds_many_rows_and_long_stacks)
{
	static struct doc_frame frames[5000];
	struct doc_column columns[] = { { .key = "n", .title = "n", .unit = UNIT_COUNT },
					{ .key = "stack", .title = "stack", .unit = UNIT_TEXT } };
	struct doc_table *table;
	struct doc doc;

	for (size_t i = 0; i < 5000; i++)
		frames[i] = (struct doc_frame){ .function = "f", .line = (uint32_t)i };
	doc_init(&doc, "x");
	table = doc_add_table(&doc, "t", NULL, columns, 2);
	for (uint64_t i = 0; i < 3000; i++)
		doc_add_row(&doc, table,
			    (struct doc_cell[]){ CELL_U(i), CELL_S(frames, i % 50 ? 3 : 5000) });
	for (uint64_t i = 0; i < 3000; i++) {
		const struct doc_cell *c = table->rows[i].cells;

		cr_assert_eq(c[0].u, i);
		cr_assert_eq(c[1].stack.v[c[1].stack.n - 1].line, i % 50 ? 2u : 4999u);
	}
	doc_release(&doc);
}

Test(doc, trees_and_series)
{
	struct doc_tree *tree;
	struct doc_series *series;
	struct doc doc;
	size_t root;

	doc_init(&doc, "x");
	tree = doc_add_tree(&doc, "calls", NULL, UNIT_BYTES);
	root = doc_add_node(&doc, tree, (struct doc_node){ .parent = DOC_NO_PARENT, .total = 9 });
	cr_assert_eq(doc_add_node(&doc, tree, (struct doc_node){ .parent = root, .self = 9 }), 1u);
	cr_assert_eq(tree->nodes[1].parent, root);
	series = doc_add_series(&doc, "rss", "resident set", UNIT_BYTES);
	for (uint64_t i = 0; i < 100; i++)
		doc_add_point(series, i, (int64_t)i * 2);
	cr_assert_eq(series->points[99].value, 198);
	doc_release(&doc);
}
