/* SPDX-License-Identifier: MIT */
/* test_render_json.c - the JSON of a report, as another reader of JSON sees it. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <string.h>

#include "doc_fixture.h"

static cJSON *rendered(void)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;
	cJSON *json;

	fixture_doc(&doc);
	fixture_render(renderer_find("json"), &doc, 80, &out);
	json = cJSON_Parse(out.buf);
	cr_assert_not_null(json, "not JSON: %s", out.buf);
	cr_assert_eq(out.buf[out.len - 1], '\n');
	/* what cJSON is too forgiving to see */
	for (size_t i = 0; i < out.len; i++)
		cr_assert(out.buf[i] == '\n' || (unsigned char)out.buf[i] >= 0x20);
	strbuf_release(&out);
	doc_release(&doc);
	return json;
}

static const cJSON *at(const cJSON *json, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	cr_assert_not_null(item, "no %s", key);
	return item;
}

Test(json, top_level_keys_in_order)
{
	static const char *const keys[] = {
		"report", "trace", "values", "tables", "series", "notes"
	};
	cJSON *json = rendered();
	const cJSON *item = json->child;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++, item = item->next)
		cr_assert_str_eq(item->string, keys[i]);
	cr_assert_null(item);
	cr_assert_str_eq(at(json, "report")->valuestring, "sample");
	cr_assert_str_eq(at(at(json, "trace"), "path")->valuestring, "a \"b\".jsonl");
	cJSON_Delete(json);
}

Test(json, numbers_are_raw_and_exact)
{
	cJSON *json = rendered();
	const cJSON *values = at(json, "values");

	cr_assert_str_eq(at(values, "huge")->valuestring, "18446744073709551615");
	cr_assert(cJSON_IsNumber(at(values, "exact")));
	cr_assert_eq(at(values, "exact")->valuedouble, -9007199254740991.0);
	cr_assert_eq(at(values, "share")->valuedouble, 12.5);
	cr_assert(cJSON_IsNull(at(values, "none")));
	cr_assert_str_eq(at(values, "at")->valuestring, "0xdeadbeefcafe");
	cJSON_Delete(json);
}

Test(json, tables_have_the_columns_of_machines)
{
	cJSON *json = rendered();
	const cJSON *rows = at(at(json, "tables"), "sites");
	const cJSON *row = cJSON_GetArrayItem(rows, 0), *frame;

	cr_assert_eq(cJSON_GetArraySize(rows), 2, "footers are for people");
	cr_assert_eq(cJSON_GetArraySize(row), 4);
	cr_assert_null(cJSON_GetObjectItem(row, "rank"));
	cr_assert_null(cJSON_GetObjectItem(row, "where"));
	cr_assert_eq(at(row, "bytes")->valuedouble, 1536);
	cr_assert_eq(at(row, "blocks")->valuedouble, -5);
	cr_assert_eq(cJSON_GetArraySize(at(row, "stack")), 2);
	frame = cJSON_GetArrayItem(at(row, "stack"), 0);
	cr_assert_str_eq(at(frame, "function")->valuestring, fixture_frames[0].function);
	cr_assert_eq(at(frame, "line")->valuedouble, 41);
	frame = cJSON_GetArrayItem(at(row, "stack"), 1);
	cr_assert(cJSON_IsNull(at(frame, "file")));
	cr_assert(cJSON_IsNull(at(frame, "line")));
	cr_assert_eq(cJSON_GetArraySize(at(at(json, "tables"), "nothing")), 0);
	cJSON_Delete(json);
}

Test(json, series_and_notes)
{
	cJSON *json = rendered();
	const cJSON *rss = at(at(json, "series"), "rss"), *note;

	cr_assert_eq(cJSON_GetArraySize(rss), 2);
	cr_assert_eq(cJSON_GetArrayItem(cJSON_GetArrayItem(rss, 1), 0)->valuedouble, 1000);
	cr_assert_eq(cJSON_GetArrayItem(cJSON_GetArrayItem(rss, 1), 1)->valuedouble, 200);
	note = cJSON_GetArrayItem(at(json, "notes"), 0);
	cr_assert_str_eq(at(note, "level")->valuestring, "warning");
	cr_assert_str_eq(at(note, "code")->valuestring, "odd");
	cr_assert_str_eq(at(note, "text")->valuestring,
			 "a control \x01 and a bad byte \xef\xbf\xbd");
	cJSON_Delete(json);
}
