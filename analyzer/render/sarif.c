/* SPDX-License-Identifier: MIT */
/* sarif.c - findings as SARIF 2.1.0, the format of code scanning. */
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "render/ci.h"
#include "render/renderer.h"
#include "util/json_text.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* The rules there are, each once; `v` is to be freed. */
struct rules {
	const char **v;
	size_t n, a;
};

static size_t rule_index(struct rules *rules, const char *rule)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!strcmp(rules->v[i], rule))
			return i;
	XGROW(rules->v, rules->n, rules->a);
	rules->v[rules->n] = rule;
	return rules->n++;
}

/* A path as a URI: what is not plain goes as numbers. */
static void put_uri(struct sink *out, const char *path)
{
	struct strbuf uri = STRBUF_INIT;

	if (*path == '/')
		strbuf_addstr(&uri, "file://");
	for (const char *p = path; *p; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || strchr("/._-~+", *p) ||
		    (*p >= '0' && *p <= '9'))
			strbuf_addch(&uri, *p);
		else
			strbuf_addf(&uri, "%%%02X", (unsigned char)*p);
	json_text(out, uri.buf);
	strbuf_release(&uri);
}

static void put_location(struct sink *out, const struct doc_frame *frame, bool message)
{
	const char *file = ci_file(frame->file), *comma = "";

	sink_putc(out, '{');
	if (file) {
		sink_puts(out, "\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
		put_uri(out, file);
		if (*file != '/')
			sink_puts(out, ",\"uriBaseId\":\"%SRCROOT%\"");
		sink_putc(out, '}');
		if (frame->line)
			sink_printf(out, ",\"region\":{\"startLine\":%u}", frame->line);
		sink_putc(out, '}');
		comma = ",";
	}
	if (frame->function) {
		sink_printf(out, "%s\"logicalLocations\":[{\"name\":", comma);
		json_text(out, frame->function);
		sink_puts(out, ",\"kind\":\"function\"}]");
		comma = ",";
	}
	if (message) {
		sink_printf(out, "%s\"message\":{\"text\":", comma);
		json_text(out, frame->function ? frame->function : "(unknown)");
		sink_putc(out, '}');
	}
	sink_putc(out, '}');
}

static void put_result(struct sink *out, const struct doc_finding *finding, size_t rule)
{
	const struct doc_frame *place = ci_place(finding);

	sink_puts(out, "{\"ruleId\":");
	json_text(out, finding->rule);
	sink_printf(out, ",\"ruleIndex\":%zu,\"level\":\"%s\",\"message\":{\"text\":", rule,
		    finding->failed ? "error" : "warning");
	json_text(out, finding->text);
	sink_puts(out, "},\"locations\":[");
	if (place)
		put_location(out, place, false);
	sink_puts(out, "]");
	if (finding->n_frames) {
		sink_puts(out, ",\"stacks\":[{\"message\":{\"text\":\"allocated or released "
			       "from\"},\"frames\":[");
		for (size_t i = 0; i < finding->n_frames; i++) {
			sink_puts(out, i ? ",{\"location\":" : "{\"location\":");
			put_location(out, &finding->frames[i], true);
			sink_putc(out, '}');
		}
		sink_puts(out, "]}]");
	}
	sink_putc(out, '}');
}

static void write_sarif(const struct doc *doc, const struct term *term, struct sink *out)
{
	struct rules rules = { .v = NULL };

	(void)term;
	for (size_t i = 0; i < doc->n_findings; i++)
		rule_index(&rules, doc->findings[i].rule);
	sink_puts(out, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[\n");
	sink_puts(out, "{\"tool\":{\"driver\":{\"name\":\"memprof\",\"rules\":[");
	for (size_t i = 0; i < rules.n; i++) {
		sink_puts(out, i ? ",{\"id\":" : "{\"id\":");
		json_text(out, rules.v[i]);
		sink_putc(out, '}');
	}
	sink_puts(out, "]}},\n\"invocations\":[{\"executionSuccessful\":true}],\n\"results\":[");
	for (size_t i = 0; i < doc->n_findings; i++) {
		sink_puts(out, i ? ",\n" : "\n");
		put_result(out, &doc->findings[i], rule_index(&rules, doc->findings[i].rule));
	}
	sink_puts(out, "]}]}\n");
	free(rules.v);
}

const struct renderer render_sarif = {
	.name = "sarif",
	.summary = "for reports that judge",
	.fits = ci_fits,
	.write = write_sarif,
};
