/* SPDX-License-Identifier: MIT */
/* test_render_text.c - text for people: fits the width, keeps what matters. */
#include <criterion/criterion.h>
#include <string.h>

#include "doc_fixture.h"
#include "render/shorten.h"
#include "util/utf8.h"

Test(text, fits_every_width)
{
	static const int widths[] = { 40, 60, 80, 120, 200 };
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		fixture_render(renderer_find("text"), &doc, widths[i], &out);
		for (char *line = strtok(out.buf, "\n"); line; line = strtok(NULL, "\n"))
			cr_expect_leq(utf8_width(line), widths[i], "at %d: %s", widths[i], line);
	}
	strbuf_release(&out);
	doc_release(&doc);
}

Test(text, shows_units_footer_detail_and_notes)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	fixture_render(renderer_find("text"), &doc, 120, &out);
	cr_expect(strstr(out.buf, "a title\n\n"));
	cr_expect(strstr(out.buf, "Numbers\n  exact        -9,007,199,254,740,991\n"
				  "  share of it  12.5%\n"));
	cr_expect(strstr(out.buf, "#    bytes  blocks  something to drop  where\n"));
	cr_expect(strstr(out.buf, "1  1.5 KiB      -5          1,234,567  json::parse<"));
	cr_expect(strstr(out.buf, "4.5 KiB     -10                     total\n"));
	cr_expect(strstr(out.buf, "return a?line;"));
	cr_expect(strstr(out.buf, "Nothing at all\n  none here\n"));
	cr_expect(strstr(out.buf, "warning: a control ? and a bad byte ?\n"));
	cr_expect_null(strstr(out.buf, "huge"), "a value without a title is for programs");
	cr_expect_null(strchr(out.buf, '\033'));
	strbuf_release(&out);
	doc_release(&doc);
}

Test(text, narrow_screens_lose_columns_of_low_priority)
{
	struct strbuf out = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	fixture_render(renderer_find("text"), &doc, 70, &out);
	cr_expect_null(strstr(out.buf, "something to drop"));
	cr_expect(strstr(out.buf, "blocks"));
	fixture_render(renderer_find("text"), &doc, 50, &out);
	cr_expect_null(strstr(out.buf, "blocks"));
	cr_expect(strstr(out.buf, "bytes"));
	cr_expect(strstr(out.buf, "parse.cc:41"), "where it is stays:\n%s", out.buf);
	strbuf_release(&out);
	doc_release(&doc);
}

Test(text, color_is_only_color)
{
	const struct term plain = { .width = 80, .utf8 = true };
	const struct term color = { .width = 80, .utf8 = true, .color = true };
	struct sink a, b;
	struct strbuf bare = STRBUF_INIT;
	struct doc doc;

	fixture_doc(&doc);
	sink_to_memory(&a);
	sink_to_memory(&b);
	renderer_find("text")->write(&doc, &plain, &a);
	renderer_find("text")->write(&doc, &color, &b);
	cr_assert(strchr(b.buf.buf, '\033'));
	for (const char *p = b.buf.buf; *p; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else
			strbuf_addch(&bare, *p);
	}
	cr_assert_str_eq(bare.buf, a.buf.buf);
	strbuf_release(&bare);
	sink_close(&a);
	sink_close(&b);
	doc_release(&doc);
}

static void check_function(const char *name, int width, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	shorten_function(&sb, name, width, true);
	cr_expect_str_eq(sb.buf, want, "%s in %d: %s", name, width, sb.buf);
	cr_expect_leq(utf8_width(sb.buf), width);
	strbuf_release(&sb);
}

Test(shorten, functions)
{
	check_function("main", 10, "main");
	check_function("void std::sort<int*>(int*, int*)", 80, "std::sort<int*>(int*, int*)");
	check_function("std::sort<int*, long>(int*, int*)", 24, "std::sort<int*, long>(\u2026)");
	check_function("std::sort<int*, long>(int*, int*)", 20, "std::sort<\u2026>(\u2026)");
	check_function("operator new(unsigned long)", 80, "operator new(unsigned long)");
	check_function("int* ns::operator<< <int>(ns::s&)", 80, "ns::operator<< <int>(ns::s&)");
	check_function("(anonymous namespace)::thing::run(std::vector<int> const&)", 40,
		       "(anonymous namespace)::thing::run(\u2026)");
	check_function("a_long_name_without_any_brackets_at_all", 16, "a_lon\u2026ets_at_all");
	check_function("foo.part.0 [clone .isra.0]", 80, "foo.part.0 [clone .isra.0]");
	check_function("<alloc::vec::Vec<T> as core::clone::Clone>::clone", 16, "<\u2026>::clone");
}

Test(shorten, paths)
{
	static const struct {
		int width;
		const char *want;
	} rows[] = {
		{ 40, "/home/user/src/json/parse.c" },
		{ 20, "\u2026/src/json/parse.c" },
		{ 14, "\u2026/json/parse.c" },
		{ 9, "\u2026/parse.c" },
		{ 7, "parse.c" },
		{ 6, "p\u2026se.c" },
	};
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		strbuf_clear(&sb);
		shorten_path(&sb, "/home/user/src/json/parse.c", rows[i].width, true);
		cr_expect_str_eq(sb.buf, rows[i].want, "%d: %s", rows[i].width, sb.buf);
	}
	strbuf_release(&sb);
}
