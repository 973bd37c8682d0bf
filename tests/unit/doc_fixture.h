/* SPDX-License-Identifier: MIT */
/*
 * doc_fixture.h - one doc with something of everything, for the tests of docs
 * and renderers, and rendering into a string.
 */
#ifndef TESTS_UNIT_DOC_FIXTURE_H
#define TESTS_UNIT_DOC_FIXTURE_H

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/term.h"

static const struct doc_frame fixture_frames[] = {
	{ "void json::parse<std::map<int, std::vector<char> > >(char const*, int)",
	  "/home/user/src/json/parse.cc", "/usr/bin/app", 41 },
	{ "main", NULL, "/usr/bin/app", 0 },
};

static inline void fixture_doc(struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "rank", "#", UNIT_NONE, .flags = COLUMN_FOR_PEOPLE },
		{ "stack", "stack", UNIT_TEXT, .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
		{ "bytes", "bytes", UNIT_BYTES, .priority = 0 },
		{ "blocks", "blocks", UNIT_COUNT, .priority = 2 },
		{ "extra", "something to drop", UNIT_COUNT, .priority = 9 },
		{ "where", "where", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
	};
	struct doc_table *table;
	struct doc_series *series;

	doc_init(doc, "sample");
	doc->title = doc_text(doc, "a title");
	doc->main_table = "sites";
	doc_add_trace(doc, (struct doc_value){ .key = "path", .cell = CELL_T("a \"b\".jsonl") });
	doc_add_value(doc, (struct doc_value){
				   .key = "huge", .unit = UNIT_BYTES, .cell = CELL_U(UINT64_MAX) });
	doc_add_value(doc, (struct doc_value){ .key = "exact",
					       .title = "exact",
					       .group = "Numbers",
					       .unit = UNIT_COUNT,
					       .cell = CELL_I(-((INT64_C(1) << 53) - 1)) });
	doc_add_value(doc, (struct doc_value){ .key = "share",
					       .title = "share of it",
					       .group = "Numbers",
					       .unit = UNIT_PERCENT,
					       .cell = CELL_R(12.5) });
	doc_add_value(doc, (struct doc_value){ .key = "none", .cell = CELL_T(NULL) });
	doc_add_value(doc, (struct doc_value){ .key = "at",
					       .unit = UNIT_ADDRESS,
					       .cell = CELL_U(0xdeadbeefcafe) });
	table = doc_add_table(doc, "sites", NULL, columns, 6);
	for (uint64_t i = 0; i < 2; i++) {
		struct doc_cell stack = CELL_S(fixture_frames, 2 - i);
		struct doc_cell where = CELL_S(fixture_frames, 1);

		doc_add_row(doc, table,
			    (struct doc_cell[]){ CELL_U(i + 1), stack, CELL_U(1536 << i),
						 CELL_I(-5), CELL_U(1234567), where });
	}
	table->rows[0].detail = doc_text(doc, "return a\tline;");
	doc_add_footer(doc, table,
		       (struct doc_cell[]){ CELL_EMPTY, CELL_EMPTY, CELL_U(4608), CELL_I(-10),
					    CELL_EMPTY, CELL_T("total") });
	doc_add_table(doc, "nothing", "Nothing at all", columns, 6)->empty = "none here";
	series = doc_add_series(doc, "rss", "resident set", UNIT_BYTES);
	doc_add_point(series, 0, 100);
	doc_add_point(series, 1000, 200);
	doc_add_note(doc, LEVEL_WARNING, "odd", "a control %c and a bad byte \xff", 1);
}

/* Render; the caller releases `out`. */
static inline void fixture_render(const struct renderer *renderer, const struct doc *doc, int width,
				  struct strbuf *out)
{
	const struct term term = { .width = width, .utf8 = true };
	struct sink sink;

	sink_to_memory(&sink);
	renderer->write(doc, &term, &sink);
	strbuf_clear(out);
	strbuf_addbuf(out, &sink.buf);
	sink_close(&sink);
}

#endif
