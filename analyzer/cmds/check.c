/* SPDX-License-Identifier: MIT */
/* check.c - memprof check: do traces keep to their format? */
#include <inttypes.h>
#include <string.h>

#include "cmds/command.h"
#include "cmds/common_options.h"
#include "cmds/reading.h"
#include "cmds/settle.h"
#include "doc/doc.h"
#include "model/validate.h"
#include "render/renderer.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"
#include "util/units.h"

#define FINDINGS_FOR_PEOPLE 20

struct args {
	const char *format, *n;
};

static const struct opt options[] = {
	{ .letter = 'n',
	  .name = "rows",
	  .type = OPT_NUMBER,
	  .flags = OPT_KEEP_TEXT,
	  .offset = offsetof(struct args, n),
	  .arg = "N",
	  .help = "show N findings of each kind for a trace; 0 for all (default: 20 in text, else "
		  "all)" },
	OPTION_TABLE_FORMAT(struct args, format),
	{ .type = OPT_END },
};

static const char *const examples[] = {
	"memprof check memprof.sqlite3.4242.jsonl",
	"memprof check --format json *.jsonl.zst",
	NULL,
};

/* All that a run gathers. */
struct checking {
	struct doc doc;
	struct doc_table *traces, *findings;
	struct sink sink;
	bool text; /* lines as they come; else the doc at the end */
	size_t keep;
	uint64_t lines, errors, warnings;
};

static void make_tables(struct checking *c)
{
	static const struct doc_column traces[] = {
		{ .key = "file", .title = "Trace", .unit = UNIT_TEXT, .flags = COLUMN_KEY },
		{ .key = "status", .title = "Status", .unit = UNIT_TEXT },
		{ .key = "lines", .title = "Lines", .unit = UNIT_COUNT },
		{ .key = "bytes", .title = "Bytes", .unit = UNIT_BYTES },
		{ .key = "errors", .title = "Errors", .unit = UNIT_COUNT },
		{ .key = "warnings", .title = "Warnings", .unit = UNIT_COUNT },
		{ .key = "unknown_lines", .title = "Unknown lines", .unit = UNIT_COUNT },
		{ .key = "unknown_keys", .title = "Unknown keys", .unit = UNIT_COUNT },
	};
	static const struct doc_column findings[] = {
		{ .key = "file", .title = "Trace", .unit = UNIT_TEXT, .flags = COLUMN_KEY },
		{ .key = "line", .title = "Line", .unit = UNIT_NONE, .flags = COLUMN_KEY },
		{ .key = "level", .title = "Level", .unit = UNIT_TEXT },
		{ .key = "text", .title = "Finding", .unit = UNIT_TEXT },
	};

	doc_init(&c->doc, "check");
	c->doc.main_table = "findings";
	c->findings = doc_add_table(&c->doc, "findings", "Findings", findings,
				    sizeof(findings) / sizeof(*findings));
	c->traces = doc_add_table(&c->doc, "traces", "Traces", traces,
				  sizeof(traces) / sizeof(*traces));
}

/* FILE:LINE: SENTENCE, as compilers write it and editors jump to. */
static void print_finding(struct checking *c, const char *path, const struct diag_message *m)
{
	sink_printf(&c->sink, "%s:", path);
	if (m->line)
		sink_printf(&c->sink, "%" PRIu64 ":", m->line);
	if (m->level != DIAG_ERROR)
		sink_printf(&c->sink, " %s:", diag_level_name(m->level));
	sink_printf(&c->sink, " %s\n", m->text);
}

static void add_findings(struct checking *c, const char *path, const struct diag *diag)
{
	for (size_t i = 0; i < diag->n; i++) {
		const struct diag_message *m = &diag->messages[i];
		const struct doc_cell cells[] = {
			CELL_T(path),
			m->line ? CELL_U(m->line) : CELL_EMPTY,
			CELL_T(diag_level_name(m->level)),
			CELL_T(m->text),
		};

		if (c->text)
			print_finding(c, path, m);
		else
			doc_add_row(&c->doc, c->findings, cells);
	}
}

static void add_trace(struct checking *c, const char *path, const struct validation *v,
		      const struct diag *diag, bool readable)
{
	uint64_t errors = diag->seen[DIAG_ERROR], warnings = diag->seen[DIAG_WARNING];
	const char *status = !readable ? "unreadable" : errors ? "findings" : "fine";
	const struct doc_cell cells[] = {
		CELL_T(path),
		CELL_T(status),
		CELL_U(v->lines),
		CELL_U(v->bytes),
		CELL_U(errors),
		CELL_U(warnings),
		CELL_U(v->unknown_events),
		CELL_U(v->unknown_keys),
	};
	uint64_t hidden = errors + warnings + diag->seen[DIAG_NOTE] - diag->n;

	c->lines += v->lines;
	c->errors += errors;
	c->warnings += warnings;
	doc_add_row(&c->doc, c->traces, cells);
	if (!c->text)
		return;
	if (hidden)
		sink_printf(&c->sink, "%s: and %" PRIu64 " more like these: -n 0 shows them\n",
			    path, hidden);
	if (readable)
		sink_printf(&c->sink,
			    "%s: %" PRIu64 " line%s, %" PRIu64 " error%s, %" PRIu64 " warning%s\n",
			    path, v->lines, v->lines == 1 ? "" : "s", errors,
			    errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

static int check_one(struct checking *c, const char *path)
{
	struct diag diag = { .keep = c->keep };
	struct validation validation;
	struct orphan orphan;
	int err = validate_trace(settle(&orphan, path), &validation, &diag);
	int status = diag.seen[DIAG_ERROR] ? EXIT_FINDINGS : EXIT_FINE;

	if (err) {
		status = exit_status_of(err);
		sink_flush(&c->sink);
		complain_diag(&diag);
	}
	if (!err || !c->text)
		add_findings(c, path, &diag);
	add_trace(c, path, &validation, &diag, !err);
	orphan_release(&orphan);
	diag_release(&diag);
	return status;
}

static int write_end(struct checking *c, const struct renderer *renderer)
{
	struct term term;

	if (!c->text) {
		doc_add_value(&c->doc, (struct doc_value){ .key = "traces",
							   .unit = UNIT_COUNT,
							   .cell = CELL_U(c->traces->n_rows) });
		doc_add_value(&c->doc, (struct doc_value){ .key = "lines",
							   .unit = UNIT_COUNT,
							   .cell = CELL_U(c->lines) });
		doc_add_value(&c->doc, (struct doc_value){ .key = "errors",
							   .unit = UNIT_COUNT,
							   .cell = CELL_U(c->errors) });
		doc_add_value(&c->doc, (struct doc_value){ .key = "warnings",
							   .unit = UNIT_COUNT,
							   .cell = CELL_U(c->warnings) });
		term_init(&term, c->sink.fd, TERM_NEVER);
		renderer->write(&c->doc, &term, &c->sink);
	}
	return reading_close_output(&c->sink, NULL);
}

/* What cannot be read weighs more than what is wrong in it. */
static int run(const void *given, int n_operands, char **operands)
{
	const struct args *args = given;
	const struct renderer *renderer = renderer_find(args->format);
	struct checking c = { .text = renderer->for_people };
	uint64_t n = c.text ? FINDINGS_FOR_PEOPLE : 0;
	int worst = EXIT_FINE, status;

	if (args->n)
		units_parse_number(args->n, &n);
	c.keep = n ? n : SIZE_MAX;
	status = reading_open_output(&c.sink, NULL);
	if (status)
		return status;
	make_tables(&c);
	for (int i = 0; i < n_operands; i++) {
		status = check_one(&c, operands[i]);
		worst = status > worst ? status : worst;
	}
	status = write_end(&c, renderer);
	doc_release(&c.doc);
	return status > worst ? status : worst;
}

const struct command cmd_check = {
	.name = "check",
	.summary = "say whether traces keep to their format",
	.operands = "TRACE...",
	.description =
		"Reads each trace strictly and shows what is wrong with it as FILE:LINE: "
		"SENTENCE. Reports are more forgiving: they skip what they cannot read and "
		"say so. The exit status is 1 when there are errors, 3 when a trace cannot be "
		"read at all; warnings are about what a newer version may have written.",
	.options = options,
	.args_size = sizeof(struct args),
	.min_operands = 1,
	.max_operands = -1,
	.examples = examples,
	.run = run,
};
