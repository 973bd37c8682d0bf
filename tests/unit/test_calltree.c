/* SPDX-License-Identifier: MIT */
/* test_calltree.c - trees of calls: who is below whom, with how much. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "calls_fixture.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

extern const struct report report_tree;
extern const struct report report_flame;

/* "name=self/total" of each node, callees in brackets behind their caller. */
static void spell(const struct doc_tree *tree, size_t parent, struct strbuf *out)
{
	for (size_t i = 0; i < tree->n_nodes; i++) {
		const struct doc_node *n = &tree->nodes[i];

		if (n->parent != parent)
			continue;
		strbuf_addf(out, "%s=%lld/%lld(", n->frame.function, (long long)n->self,
			    (long long)n->total);
		spell(tree, i, out);
		strbuf_addstr(out, ")");
	}
}

static void check(const char *sort, uint64_t n, const char *option, const char *more,
		  const char *want)
{
	char *words[] = { (char *)option, (char *)more, NULL };
	struct diag diag = DIAG_INIT;
	struct strbuf got = STRBUF_INIT;
	struct doc doc;
	int64_t self = 0, roots = 0;

	cr_assert_eq(calls_build(&report_tree, sort, n, words, &doc, &diag), 0);
	cr_assert_eq(doc.n_trees, 1u);
	spell(doc.trees[0], DOC_NO_PARENT, &got);
	cr_expect_str_eq(got.buf, want, "got  %s\nwant %s", got.buf, want);
	for (size_t i = 0; i < doc.trees[0]->n_nodes; i++) {
		const struct doc_node *node = &doc.trees[0]->nodes[i];

		cr_expect(node->parent == DOC_NO_PARENT || node->parent < i, "preorder");
		self += node->self;
		roots += node->parent == DOC_NO_PARENT ? node->total : 0;
	}
	cr_expect_eq(self, roots, "parts make up the whole");
	cr_expect_eq(doc_find_value(&doc, sort)->cell.i, roots);
	strbuf_release(&got);
	doc_release(&doc);
	diag_release(&diag);
}

#define P "json::parse<int>(char const*)"

Test(calltree, from_the_callers_down)
{
	check("allocated_bytes", 0, "--min=0", NULL,
	      "main=0/3000(" P "=600/2600(" P "=2000/2000())load=0/400(read=400/400()))"
	      "clone=0/50(work=0/50(libx.so+0x800=50/50()))");
	check("live_bytes", 0, "--min=0", NULL,
	      "main=0/900(" P "=600/600()load=0/300(read=300/300()))"
	      "clone=0/50(work=0/50(libx.so+0x800=50/50()))");
}

Test(calltree, from_the_allocating_functions_up)
{
	check("allocated_bytes", 0, "--min=0", "--bottom-up",
	      P "=0/2600(" P "=0/2000(main=2000/2000())main=600/600())"
		"read=0/400(load=0/400(main=400/400()))"
		"libx.so+0x800=0/50(work=0/50(clone=50/50()))");
}

Test(calltree, allocator_frames_on_request)
{
	check("peak_bytes", 0, "--min=0", "--allocator-frames",
	      "main=0/1600(" P "=0/1200(" P "=0/1000(xmalloc=1000/1000())"
	      "operator new(unsigned long)=200/200())"
	      "load=0/400(read=0/400(operator new(unsigned long)=400/400())))");
}

Test(calltree, what_is_small_is_summed_up)
{
	check("allocated_bytes", 0, "--min=30", NULL,
	      "main=0/3000(" P "=600/2600(" P "=2000/2000())(1 smaller)=400/400())"
	      "(1 smaller)=50/50()");
	check("allocated_bytes", 1, "--min=0", NULL,
	      "main=0/3000(" P "=600/2600(" P "=2000/2000())(1 smaller)=400/400())"
	      "(1 smaller)=50/50()");
	check("allocated_bytes", 0, "--min=30", "--bottom-up",
	      P "=0/2600(" P "=0/2000(main=2000/2000())(1 smaller)=600/600())"
		"(2 smaller)=450/450()");
}

Test(calltree, depth)
{
	check("allocated_bytes", 0, "--depth=2", "--min=0",
	      "main=0/3000(" P "=2600/2600()load=400/400())clone=0/50(work=50/50())");
	check("allocated_bytes", 0, "--depth=1", "--bottom-up",
	      P "=2600/2600()read=400/400()libx.so+0x800=50/50()");
}

Test(calltree, a_line_is_told_where_all_stacks_agree)
{
	struct diag diag = DIAG_INIT;
	struct doc doc;
	char *words[] = { "--bottom-up", NULL };

	cr_assert_eq(calls_build(&report_tree, "allocated_bytes", 0, words, &doc, &diag), 0);
	/* lines 7 and 8 of parse, and line 7 alone as the caller of itself */
	cr_expect_eq(doc.trees[0]->nodes[0].frame.line, 0u);
	cr_expect_eq(doc.trees[0]->nodes[1].frame.line, 7u);
	cr_expect_str_eq(doc.trees[0]->nodes[0].frame.file, "/src/parse.cc");
	doc_release(&doc);
}

Test(calltree, says_what_it_cannot_do)
{
	static char *wrong[] = { "--min=x", "--min=101", "--min=-1", "--min=1x", "--min=" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *words[] = { wrong[i], NULL };
		struct diag diag = DIAG_INIT;
		struct doc doc;

		cr_expect_eq(calls_build(&report_tree, NULL, 0, words, &doc, &diag), -EINVAL, "%s",
			     wrong[i]);
		cr_expect(diag.n == 1 && strstr(diag.messages[0].text, "percentage"));
		doc_release(&doc);
		diag_release(&diag);
	}
}

static void render(const struct report *report, char **words, const char *format, int width,
		   bool utf8, struct strbuf *out)
{
	const struct term term = { .width = width, .utf8 = utf8 };
	struct diag diag = DIAG_INIT;
	struct sink sink;
	struct doc doc;

	cr_assert_eq(calls_build(report, "allocated_bytes", 10, words, &doc, &diag), 0);
	doc.title = doc.subtitle = NULL;
	doc.n_notes = 0;
	sink_to_memory(&sink);
	renderer_find(format)->write(&doc, &term, &sink);
	strbuf_clear(out);
	strbuf_addbuf(out, &sink.buf);
	sink_close(&sink);
	doc_release(&doc);
}

Test(calltree, rows)
{
	static const char utf8[] =
		"  allocated       %     self  function\n"
		"    2.9 KiB   98.4%           main  /src/main.c:5\n"
		"    2.5 KiB   85.2%    600 B  ├─ json::parse<int>(char const*)  "
		"/src/parse.cc:7\n"
		"    2.0 KiB   65.6%  2.0 KiB  │  └─ json::parse<int>(char const*)  "
		"/src/parse.cc:8\n"
		"      400 B   13.1%    400 B  └─ load › read  read.c:9\n"
		"       50 B    1.6%     50 B  clone › work › libx.so+0x800\n\n";
	static const char ascii[] =
		"  allocated       %     self  function\n"
		"    2.9 KiB   98.4%           main  /src/main.c:5\n"
		"    2.5 KiB   85.2%    600 B  |- json::parse<int>(char const*)\n";
	struct strbuf out = STRBUF_INIT;
	char *none[] = { NULL };

	render(&report_tree, none, "text", 100, true, &out);
	cr_expect_str_eq(out.buf, utf8, "%s", out.buf);
	render(&report_tree, none, "text", 63, false, &out);
	cr_expect(!strncmp(out.buf, ascii, 120), "%s", out.buf);
	for (const char *p = out.buf; *p; p++)
		cr_expect_lt((unsigned char)*p, 128);
	strbuf_release(&out);
}

Test(calltree, callers_of_callers_share_a_row)
{
	struct strbuf out = STRBUF_INIT;
	char *words[] = { "--bottom-up", NULL };

	render(&report_tree, words, "text", 100, true, &out);
	cr_expect(strstr(out.buf, "read  read.c:9 ‹ load ‹ main\n"), "%s", out.buf);
	render(&report_tree, words, "text", 46, true, &out);
	cr_expect(strstr(out.buf, "read  read.c:9 ‹ …\n"), "%s", out.buf);
	strbuf_release(&out);
}

Test(calltree, no_width_is_overrun)
{
	static const int widths[] = { 40, 60, 80, 200 };
	char *words[] = { "--min=0", "--allocator-frames", NULL };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		for (int flame = 0; flame < 2; flame++) {
			render(flame ? &report_flame : &report_tree, words, "text", widths[i], true,
			       &out);
			for (char *line = strtok(out.buf, "\n"); line; line = strtok(NULL, "\n"))
				cr_expect_leq(utf8_width(line), widths[i], "at %d: %s", widths[i],
					      line);
		}
	}
	strbuf_release(&out);
}

Test(calltree, blocks)
{
	static const char want[] =
		"│main                                                                 98.4%\n"
		"│json::parse<int>(char const*)                              85.2%│read     \n"
		"│json::parse<int>(char const*)               65.6%\n\n";
	struct strbuf out = STRBUF_INIT;
	char *none[] = { NULL };

	render(&report_flame, none, "text", 75, true, &out);
	cr_expect_str_eq(out.buf, want, "%s", out.buf);
	strbuf_release(&out);
}

Test(calltree, csv_and_json_have_every_node)
{
	struct strbuf out = STRBUF_INIT;
	char *words[] = { "--min=30", NULL };

	render(&report_tree, words, "csv", 80, true, &out);
	cr_expect_str_eq(out.buf,
			 "id,parent,function,file,line,module,self,total\n"
			 "0,,main,/src/main.c,5,/bin/app,0,3000\n"
			 "1,0," P ",/src/parse.cc,7,/bin/app,600,2600\n"
			 "2,1," P ",/src/parse.cc,8,/bin/app,2000,2000\n"
			 "3,0,(1 smaller),,,,400,400\n"
			 "4,,(1 smaller),,,,50,50\n",
			 "%s", out.buf);
	render(&report_tree, words, "json", 80, true, &out);
	cr_expect(strstr(out.buf, "{\"id\":3,\"parent\":0,\"frame\":{\"function\":\"(1 smaller)\","
				  "\"file\":null,\"line\":null,\"module\":null},\"self\":400,"
				  "\"total\":400,\"hidden\":1}"),
		  "%s", out.buf);
	strbuf_release(&out);
}

/* How often `what` is in `text`. */
static int count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

Test(calltree, picture_is_whole_and_harmless)
{
	static const char *const never[] = { "<work>", "<&>",  "parse<int>", "http:",
					     "href",   "src=", "innerHTML",  "eval(" };
	struct strbuf out = STRBUF_INIT;
	char *words[] = { "--min=0", "--width=800", NULL };
	char *text;

	render(&report_flame, words, "svg", 80, true, &out);
	cr_expect(!strncmp(out.buf, "<?xml ", 6));
	cr_expect(strstr(out.buf, " width=\"800\""));
	cr_expect_eq(count(out.buf, "<g "), count(out.buf, "</g>"));
	cr_expect_eq(count(out.buf, "class=\"f\""), 9, "all, and a block for each node");
	cr_expect(strstr(out.buf, "data-x=\"0.000000000\" data-w=\"0.983606557\" data-d=\"1\" "
				  "data-n=\"main\""));
	cr_expect(strstr(out.buf, "json::parse&lt;int&gt;(char const*)&#10;/src/parse.cc:7  in "
				  "/bin/app&#10;2.5 KiB, 85.2%; itself 600 B</title>"));
	/* the one address is the name space, which is never fetched */
	text = strstr(out.buf, "http:");
	cr_expect(text && !strncmp(text, "http://www.w3.org/2000/svg\"", 27));
	memset(text, ' ', 5);
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		cr_expect_null(strstr(out.buf, never[i]), "%s", never[i]);
	strbuf_release(&out);
}

Test(calltree, pictures_grow_from_their_roots)
{
	struct strbuf out = STRBUF_INIT;
	char *up[] = { "--bottom-up", NULL }, *down[] = { NULL };

	/* three levels of callees on top of main, which stands on the whole */
	render(&report_flame, down, "svg", 80, true, &out);
	cr_expect(strstr(out.buf, "<rect x=\"10.00\" y=\"150\" width=\"1180.00\""), "%s", out.buf);
	render(&report_flame, up, "svg", 80, true, &out);
	cr_expect(strstr(out.buf, "<rect x=\"10.00\" y=\"96\" width=\"1180.00\""), "%s", out.buf);
	strbuf_release(&out);
}

Test(calltree, width_of_a_picture)
{
	char *words[] = { "--width=10", NULL };
	struct diag diag = DIAG_INIT;
	struct doc doc;

	cr_assert_eq(calls_build(&report_flame, NULL, 0, words, &doc, &diag), -EINVAL);
	cr_expect(strstr(diag.messages[0].text, "from 200 to 20000"));
	doc_release(&doc);
	diag_release(&diag);
}
