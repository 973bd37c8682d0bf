/* SPDX-License-Identifier: MIT */
/* github.c - findings as GitHub workflow commands, which show them at their lines. */
#include <string.h>

#include "doc/doc.h"
#include "render/ci.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Percent signs are written as numbers, in properties two more; no control characters. */
static void put_escaped(struct sink *out, const char *text, bool property)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	for (const char *p = clean.len ? clean.buf : ""; *p; p++)
		if (*p == '%' || (property && (*p == ':' || *p == ',')))
			sink_printf(out, "%%%02X", (unsigned char)*p);
		else
			sink_putc(out, *p);
	strbuf_release(&clean);
}

/* Lines, which stay apart as what stands for a line end. */
static void put_lines(struct sink *out, char *text)
{
	const char *line;

	for (bool first = true; (line = strsep(&text, "\n")); first = false) {
		sink_puts(out, first ? "" : "%0A");
		put_escaped(out, line, false);
	}
}

static void put_finding(struct sink *out, const struct doc *doc, const struct doc_finding *finding)
{
	const struct doc_frame *place = ci_place(finding);
	struct strbuf text = STRBUF_INIT;

	sink_puts(out, finding->failed ? "::error " : "::warning ");
	if (place && place->file) {
		sink_puts(out, "file=");
		put_escaped(out, ci_file(place->file), true);
		if (place->line)
			sink_printf(out, ",line=%u", place->line);
		sink_putc(out, ',');
	}
	strbuf_addf(&text, "memprof %s: %s", doc->report, finding->rule);
	sink_puts(out, "title=");
	put_escaped(out, text.buf, true);
	sink_puts(out, "::");
	strbuf_clear(&text);
	strbuf_addf(&text, "%s\n", finding->text);
	ci_add_stack(&text, finding);
	strbuf_rtrim(&text);
	put_lines(out, text.buf);
	sink_putc(out, '\n');
	strbuf_release(&text);
}

static void write_github(const struct doc *doc, const struct term *term, struct sink *out)
{
	const char *other = ci_other_failure(doc);

	(void)term;
	for (size_t i = 0; i < doc->n_findings; i++)
		put_finding(out, doc, &doc->findings[i]);
	if (other) {
		sink_printf(out, "::error title=memprof %s::", doc->report);
		put_escaped(out, other, false);
		sink_putc(out, '\n');
	} else if (!doc->n_findings) {
		sink_printf(out, "::notice title=memprof %s::nothing found\n", doc->report);
	}
}

const struct renderer render_github = {
	.name = "github",
	.summary = "for reports that judge",
	.fits = ci_fits,
	.write = write_github,
};
