/* SPDX-License-Identifier: MIT */
/* test_render_csv.c - CSV: one table, stable header, quotes where they must be. */
#include <criterion/criterion.h>

#include "doc_fixture.h"

Test(csv, main_table)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	fixture_render(renderer_find("csv"), &doc, 80, &out);
	cr_assert_str_eq(out.buf,
			 "stack,bytes,blocks,extra\n"
			 "\"void json::parse<std::map<int, std::vector<char> > >(char const*, int) "
			 "(/home/user/src/json/parse.cc:41);main (/usr/bin/app)\",1536,-5,1234567\n"
			 "\"void json::parse<std::map<int, std::vector<char> > >(char const*, int) "
			 "(/home/user/src/json/parse.cc:41)\",3072,-5,1234567\n");
	strbuf_release(&out);
	doc_release(&doc);
}

Test(csv, values_where_there_is_no_table)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	doc_init(&doc, "info");
	doc_add_value(&doc,
		      (struct doc_value){ .key = "exe", .cell = CELL_T("say \"hi\"\nand, go") });
	doc_add_value(&doc, (struct doc_value){ .key = "bytes",
						.unit = UNIT_BYTES,
						.cell = CELL_U(UINT64_MAX) });
	doc_add_value(&doc, (struct doc_value){ .key = "none", .cell = CELL_EMPTY });
	fixture_render(renderer_find("csv"), &doc, 80, &out);
	cr_assert_str_eq(out.buf, "key,value\n"
				  "exe,\"say \"\"hi\"\"\nand, go\"\n"
				  "bytes,18446744073709551615\n"
				  "none,\n");
	strbuf_release(&out);
	doc_release(&doc);
}
