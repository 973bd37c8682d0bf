/* SPDX-License-Identifier: MIT */
/* tap.c - findings as the Test Anything Protocol, version 13. */
#include <string.h>

#include "doc/doc.h"
#include "render/ci.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* A description is one line, in which # would start a directive. */
static void put_description(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	for (const char *p = clean.buf ? clean.buf : ""; *p; p++) {
		if (*p == '#' || *p == '\\')
			sink_putc(out, '\\');
		sink_putc(out, (unsigned char)*p < 0x20 ? ' ' : *p);
	}
	strbuf_release(&clean);
}

static void put_finding(struct sink *out, const struct doc_finding *finding, size_t number)
{
	struct strbuf text = STRBUF_INIT;
	char *rest, *line;

	sink_printf(out, "%sok %zu - ", finding->failed ? "not " : "", number);
	strbuf_addf(&text, "%s: %s: ", finding->rule, finding->text);
	ci_add_name(&text, finding);
	put_description(out, text.buf);
	sink_putc(out, '\n');
	strbuf_clear(&text);
	ci_add_stack(&text, finding);
	sink_puts(out, "  ---\n  stack: |\n");
	for (rest = text.buf; text.len && (line = strsep(&rest, "\n"));)
		if (*line) {
			sink_puts(out, "  ");
			sink_puts(out, line);
			sink_putc(out, '\n');
		}
	sink_puts(out, "  ...\n");
	strbuf_release(&text);
}

static void write_tap(const struct doc *doc, const struct term *term, struct sink *out)
{
	const char *other = ci_other_failure(doc);

	(void)term;
	sink_printf(out, "TAP version 13\n1..%zu\n", doc->n_findings + (other || !doc->n_findings));
	for (size_t i = 0; i < doc->n_findings; i++)
		put_finding(out, &doc->findings[i], i + 1);
	if (other) {
		sink_printf(out, "not ok %zu - ", doc->n_findings + 1);
		put_description(out, other);
		sink_putc(out, '\n');
	} else if (!doc->n_findings) {
		sink_printf(out, "ok 1 - %s: nothing found\n", doc->report);
	}
}

const struct renderer render_tap = {
	.name = "tap",
	.summary = "for reports that judge",
	.fits = ci_fits,
	.write = write_tap,
};
