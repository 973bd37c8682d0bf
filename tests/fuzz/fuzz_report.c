/* SPDX-License-Identifier: MIT */
/*
 * fuzz_report.c - a trace through every report and every export, with renderers in turn: names
 * in it never become control characters.  No module and no source file is looked at.
 */
#include <stdbool.h>

#include "cmds/building.h"
#include "doc/doc.h"
#include "export/exporter.h"
#include "fuzz.h"
#include "model/measure.h"
#include "model/model.h"
#include "model/source_files.h"
#include "model/symbols.h"
#include "render/renderer.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"
#include "util/xalloc.h"

static const struct symbols_options nowhere = { .sysroot = "/nonexistent",
						.debug_path = "/nonexistent" };
static const struct source_options no_sources = { .sysroot = "/nonexistent" };

/* Pictures are drawn with fonts, whose library keeps what it never lets go of. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

/* Nothing a terminal would act upon; pages have scripts and styles of our own with tabs. */
static void expect_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		fuzz_expect(c >= ' ' || c == '\n' || c == '\t' || c == '\r');
		fuzz_expect(c != 0x7f);
		/* C1 controls, as UTF-8 has them */
		fuzz_expect(c != 0xc2 || i + 1 == len || (unsigned char)text[i + 1] >= 0xa0);
	}
}

static void render(const struct doc *doc, const struct renderer *renderer)
{
	const struct term term = { .width = 80, .utf8 = true };
	struct sink out;

	if (renderer->fits && !renderer->fits(doc))
		return;
	sink_to_memory(&out);
	renderer->write(doc, &term, &out);
	expect_clean(out.buf.buf, out.buf.len);
	sink_close(&out);
}

static void report(const struct model *model, const struct report *report, size_t which)
{
	struct opt *options = building_options(report, 0);
	struct common *own = xcalloc(1, sizeof(*own) + report->args_size);
	struct source_files *sources = source_files_new(&no_sources, model);
	struct symbols *symbols = symbols_new(model, &nowhere);
	struct diag diag = DIAG_INIT;
	const struct report_args args = {
		.n = which % 3 ? 10 : 0,
		.cumulative = which % 5 == 0,
		.sources = sources,
		.own = own + 1,
		.diag = &diag,
	};
	char *none[] = { NULL };
	size_t n = 0;
	struct doc doc;
	int operands;

	fuzz_expect(opt_parse(options, own, 0, none, 0, &operands, &diag) == OPT_FINE);
	doc_init(&doc, report->name);
	while (renderers[n])
		n++;
	if (!report->build(model, symbols, &args, &doc)) {
		render(&doc, renderer_find("text"));
		render(&doc, renderers[which % n]);
	}
	doc_release(&doc);
	symbols_free(symbols);
	source_files_free(sources);
	opt_release(options, own);
	free(options);
	free(own);
	diag_release(&diag);
}

static void export(const struct model *model, const struct exporter *exporter)
{
	struct symbols *symbols = symbols_new(model, &nowhere);
	struct diag diag = DIAG_INIT;
	const struct export_args args = {
		.kind = MP_HEAP,
		.measure = &export_measures[measure_default(model, MP_HEAP)],
		.diag = &diag
	};
	struct sink out;

	sink_to_memory(&out);
	if (!exporter->write(model, symbols, &args, &out) && !exporter->binary)
		expect_clean(out.buf.buf, out.buf.len);
	sink_close(&out);
	symbols_free(symbols);
	diag_release(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = DIAG_INIT;
	struct model model;

	if (!model_load_with(&model, fuzz_path(data, size), NULL, MODEL_HISTORY, &diag)) {
		for (size_t i = 0; reports[i]; i++)
			report(&model, reports[i], size + i);
		for (size_t i = 0; exporters[i]; i++)
			export(&model, exporters[i]);
	}
	model_release(&model);
	diag_release(&diag);
	return 0;
}
