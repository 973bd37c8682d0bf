/* SPDX-License-Identifier: MIT */
/* junit.c - findings as test cases of JUnit's XML: those that fail the run fail. */
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "render/ci.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Text for an attribute or an element; XML knows few control characters. */
static void put_text(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	for (const char *p = clean.buf ? clean.buf : ""; *p; p++) {
		switch (*p) {
		case '<':
			sink_puts(out, "&lt;");
			break;
		case '>':
			sink_puts(out, "&gt;");
			break;
		case '&':
			sink_puts(out, "&amp;");
			break;
		case '"':
			sink_puts(out, "&quot;");
			break;
		default:
			sink_putc(out, (unsigned char)*p < 0x20 ? ' ' : *p);
		}
	}
	strbuf_release(&clean);
}

static void put_attribute(struct sink *out, const char *name, const char *text)
{
	sink_printf(out, " %s=\"", name);
	put_text(out, text);
	sink_putc(out, '"');
}

/* Lines stay lines. */
static void put_lines(struct sink *out, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line) {
			put_text(out, line);
			sink_putc(out, '\n');
		}
}

static void put_case(struct sink *out, const struct doc *doc, const struct doc_finding *finding)
{
	const struct doc_frame *place = ci_place(finding);
	struct strbuf text = STRBUF_INIT;
	const char *element = finding->failed ? "failure" : "system-out";

	sink_printf(out, "    <testcase");
	strbuf_addf(&text, "memprof.%s.%s", doc->report, finding->rule);
	put_attribute(out, "classname", text.buf);
	strbuf_clear(&text);
	ci_add_name(&text, finding);
	put_attribute(out, "name", text.buf);
	if (place && place->file)
		put_attribute(out, "file", ci_file(place->file));
	if (place && place->line)
		sink_printf(out, " line=\"%u\"", place->line);
	sink_printf(out, ">\n      <%s", element);
	if (finding->failed) {
		put_attribute(out, "type", finding->rule);
		put_attribute(out, "message", finding->text);
	}
	sink_puts(out, ">");
	strbuf_clear(&text);
	strbuf_addf(&text, "%s: %s\n", finding->rule, finding->text);
	ci_add_stack(&text, finding);
	put_lines(out, text.buf);
	sink_printf(out, "</%s>\n    </testcase>\n", element);
	strbuf_release(&text);
}

static void write_junit(const struct doc *doc, const struct term *term, struct sink *out)
{
	const char *other = ci_other_failure(doc);
	size_t tests = doc->n_findings + (other || !doc->n_findings);

	(void)term;
	sink_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	sink_printf(out,
		    "<testsuites name=\"memprof\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
		    tests, ci_failures(doc));
	sink_puts(out, "  <testsuite");
	put_attribute(out, "name", doc->title ? doc->title : doc->report);
	sink_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", tests,
		    ci_failures(doc));
	for (size_t i = 0; i < doc->n_findings; i++)
		put_case(out, doc, &doc->findings[i]);
	if (other) {
		sink_printf(out, "    <testcase classname=\"memprof.%s\" name=\"verdict\">\n",
			    doc->report);
		sink_puts(out, "      <failure type=\"verdict\"");
		put_attribute(out, "message", other);
		sink_puts(out, "/>\n    </testcase>\n");
	} else if (!doc->n_findings) {
		sink_printf(out,
			    "    <testcase classname=\"memprof.%s\" name=\"nothing found\"/>\n",
			    doc->report);
	}
	sink_puts(out, "  </testsuite>\n</testsuites>\n");
}

const struct renderer render_junit = {
	.name = "junit",
	.summary = "for reports that judge",
	.fits = ci_fits,
	.write = write_junit,
};
