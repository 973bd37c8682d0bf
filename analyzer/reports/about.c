/* SPDX-License-Identifier: MIT */
/* about.c - what every report says of its trace. */
#include "reports/about.h"

#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "model/point.h"
#include "model/symbols.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/units.h"

#define COMMAND_SHOWN 60
#define SYMBOL_NOTES 3

static void add_command(const struct model *model, struct strbuf *out, size_t most)
{
	const struct mp_strs *argv = &model->header.argv;

	if (!argv->n && model->header.exe)
		strbuf_addstr(out, path_last(model->header.exe));
	for (size_t i = 0; i < argv->n && out->len < most; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", argv->v[i]);
}

static void add_rest_of_family(const struct model *model, struct strbuf *out)
{
	size_t others = model_count_processes(model) - 1;

	if (others)
		strbuf_addf(out, " and %zu process%s of its family", others,
			    others == 1 ? "" : "es");
	else
		strbuf_addf(out, " in %zu programs", model->n_processes);
}

void about_program(const struct model *model, struct strbuf *out)
{
	struct strbuf command = STRBUF_INIT;

	if (!model->has_header) {
		strbuf_addstr(out, model->path);
		return;
	}
	add_command(model, &command, COMMAND_SHOWN);
	/* arguments are of little help to a title when they are many */
	if (command.len > COMMAND_SHOWN)
		strbuf_addf(out, "%s ...",
			    path_last(model->header.argv.n ? model->header.argv.v[0]
							   : model->header.exe));
	else
		strbuf_addbuf(out, &command);
	strbuf_addf(out, " (pid %" PRIu64 ")", model->header.pid);
	if (model_is_family(model))
		add_rest_of_family(model, out);
	strbuf_release(&command);
}

static void add_moment(const struct model *model, const struct point *point, uint64_t asked,
		       struct strbuf *out)
{
	switch (point->kind) {
	case POINT_START:
		strbuf_addstr(out, "at the start");
		return;
	case POINT_END:
		strbuf_addstr(out, model->has_footer ? "at the end, after "
						     : "at the last record, after ");
		units_add_ns(out, model->last_time);
		return;
	case POINT_PEAK:
		strbuf_addstr(out, "at the peak, after ");
		break;
	case POINT_TIME:
		strbuf_addstr(out, "after ");
		break;
	case POINT_NAME:
		strbuf_addf(out, "at '%s', after ", point->name);
		break;
	case POINT_CASE:
		return;
	}
	units_add_ns(out, asked);
}

/* "start", "'warm'", "2.00 s": short enough for two in one line. */
static void add_end_of_range(const struct point *point, uint64_t asked, struct strbuf *out)
{
	static const char *const words[] = {
		[POINT_START] = "the start",
		[POINT_PEAK] = "the peak",
		[POINT_END] = "the end",
	};

	if (point->kind == POINT_NAME)
		strbuf_addf(out, "'%s'", point->name);
	else if (point->kind == POINT_TIME)
		units_add_ns(out, asked);
	else
		strbuf_addstr(out, words[point->kind]);
}

void about_point(const struct model *model, struct strbuf *out)
{
	const struct point *point = &model->point;
	uint64_t end = point->kind == POINT_END ? model->last_time : model->point_asked;

	if (!point_is_range(point)) {
		add_moment(model, point, model->point_asked, out);
		return;
	}
	strbuf_addstr(out, "net growth ");
	if (point->kind == POINT_CASE) {
		strbuf_addf(out, "in the case %s", point->name);
	} else {
		strbuf_addstr(out, "from ");
		add_end_of_range(point->from, model->from_asked, out);
		strbuf_addstr(out, " to ");
		add_end_of_range(point, model->point_asked, out);
	}
	strbuf_addstr(out, ", in ");
	units_add_ns(out, end > model->from_asked ? end - model->from_asked : 0);
}

void about_title(const struct model *model, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "memprof %s: ", doc->report);
	about_program(model, &text);
	strbuf_addstr(&text, ", ");
	about_point(model, &text);
	doc->title = doc_text(doc, text.buf);
	strbuf_release(&text);
}

static void put_text(struct doc *doc, const char *key, const char *text)
{
	doc_add_trace(doc, (struct doc_value){ .key = key, .cell = CELL_T(text) });
}

static void put_number(struct doc *doc, const char *key, uint64_t n)
{
	doc_add_trace(doc, (struct doc_value){ .key = key, .unit = UNIT_COUNT, .cell = CELL_U(n) });
}

void about_trace(const struct model *model, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;

	put_text(doc, "path", model->path);
	if (model->has_header) {
		put_number(doc, "format", model->header.format);
		put_text(doc, "recorder", model->header.version);
		put_text(doc, "run", model->header.run);
		put_number(doc, "pid", model->header.pid);
		put_number(doc, "ppid", model->header.ppid);
		put_text(doc, "exe", model->header.exe);
		add_command(model, &text, SIZE_MAX);
		put_text(doc, "command", text.buf);
		put_text(doc, "cwd", model->header.cwd);
		put_text(doc, "arch", model->header.arch);
		put_text(doc, "started", model->header.epoch);
		put_text(doc, "allocator", model->header.allocator);
	}
	strbuf_clear(&text);
	strbuf_addch(&text, '@');
	point_format(&model->point, &text);
	put_text(doc, "point", text.buf);
	put_number(doc, "point_time_ns", model->point_time);
	if (point_is_range(&model->point))
		put_number(doc, "from_time_ns", model->from_time);
	strbuf_release(&text);
}

const char *about_exit(const struct model *model)
{
	return model->has_footer && model->footer.reason && *model->footer.reason
		       ? model->footer.reason
		       : "unknown";
}

const char *about_process(const struct model_process *process, struct doc *doc)
{
	/* as deep as it can be read */
	enum { DEEPEST = 20 };
	int depth = process->depth < DEEPEST ? (int)process->depth : DEEPEST;

	return doc_textf(doc, "%*s%s%s", 2 * depth, "", process->is_image ? "= " : "",
			 *process->exe ? path_last(process->exe) : "?");
}

static void note_distance(const struct point *point, const char *what, uint64_t time,
			  uint64_t asked, struct doc *doc)
{
	struct strbuf off = STRBUF_INIT;

	if (time == asked || (point->kind != POINT_TIME && point->kind != POINT_NAME))
		return;
	units_add_ns(&off, time > asked ? time - asked : asked - time);
	doc_add_note(doc, LEVEL_INFO, "point-off",
		     "the totals %s were written %s %s the point asked for", what, off.buf,
		     time > asked ? "after" : "before");
	strbuf_release(&off);
}

/* Does the moment have the name of the point? */
static bool is_called(const struct model_moment *moment, const struct point *point)
{
	size_t len;

	if (point->kind == POINT_NAME)
		return (moment->kind == MOMENT_MARK || moment->kind == MOMENT_SNAPSHOT) &&
		       !strcmp(moment->name, point->name);
	len = moment->kind == MOMENT_CASE && moment->suite ? strlen(moment->suite) : 0;
	return moment->kind == MOMENT_CASE && !strncmp(point->name, moment->suite, len) &&
	       point->name[len] == '/' && !strcmp(point->name + len + 1, moment->name);
}

/* Several moments of one name: say when they are, since a time can name each. */
static void note_others(const struct model *model, const struct point *point, struct doc *doc)
{
	enum { TOLD = 5 };
	struct strbuf times = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; point->name && i < model->n_moments; i++)
		if (is_called(&model->moments[i], point) && n++ < TOLD)
			strbuf_addf(&times, "%s@%.9gs", times.len ? ", " : "",
				    (double)model->moments[i].t / 1e9);
	if (n > 1)
		doc_add_note(doc, LEVEL_INFO, "point-ambiguous",
			     "%zu %s are called '%s': this is the first; they are at %s%s", n,
			     point->kind == POINT_CASE ? "cases" : "points", point->name, times.buf,
			     n > TOLD ? " and later" : "");
	strbuf_release(&times);
}

static void note_case(const struct model *model, struct doc *doc)
{
	if (model->point.kind != POINT_CASE)
		return;
	for (size_t i = 0; i < model->n_moments; i++)
		if (model->moments[i].kind == MOMENT_CASE_END &&
		    model->moments[i].t == model->point_asked)
			return;
	doc_add_note(doc, LEVEL_WARNING, "case-open",
		     "the case '%s' did not end: what is shown is what grew up to the last record",
		     model->point.name);
}

static void note_point(const struct model *model, struct doc *doc)
{
	const struct point *point = &model->point;

	if (point->from) {
		note_distance(point->from, "where the range begins", model->from_time,
			      model->from_asked, doc);
		note_others(model, point->from, doc);
	}
	note_distance(point, point->from ? "where it ends" : "shown", model->point_time,
		      model->point_asked, doc);
	note_others(model, point, doc);
	note_case(model, doc);
}

static void note_quality(const struct model *model, struct doc *doc)
{
	const struct mp_footer *f = &model->footer;

	if (model->header.format > MP_FORMAT_VERSION)
		doc_add_note(doc, LEVEL_WARNING, "newer-format",
			     "the trace has format %" PRIu64 ", this memprof knows %d: what is "
			     "new in it is not shown",
			     model->header.format, MP_FORMAT_VERSION);
	if (model->has_footer && f->lost)
		doc_add_note(doc, LEVEL_WARNING, "lost-events",
			     "%" PRIu64 " event%s not "
			     "recorded%s%s: totals are too low by that",
			     f->lost, f->lost == 1 ? " was" : "s were",
			     f->dropped && *f->dropped ? ", because " : "",
			     f->dropped ? f->dropped : "");
	if (model->has_footer && f->truncated * 100 > f->captures)
		doc_add_note(
			doc, LEVEL_WARNING, "truncated-stacks",
			"%.1f%% of the stacks could not "
			"be followed out to main: code without unwind tables or frame pointers "
			"was met",
			100.0 * (double)f->truncated / (double)f->captures);
	if (model->bad_lines)
		doc_add_note(doc, LEVEL_WARNING, "bad-lines",
			     "%" PRIu64 " line%s of the trace could "
			     "not be read: 'memprof check' says which and why",
			     model->bad_lines, model->bad_lines == 1 ? "" : "s");
	if (model->unknown_events)
		doc_add_note(doc, LEVEL_INFO, "unknown-events",
			     "%" PRIu64 " line%s of types this "
			     "version does not know: a newer recorder wrote the trace",
			     model->unknown_events, model->unknown_events == 1 ? " is" : "s are");
}

int64_t about_inherited(const struct model *model)
{
	struct counts rows = model_total(model, MP_INHERITED);

	return counts_live_bytes(&rows) + (int64_t)model->footer.inherited_bytes;
}

static void note_other_memory(const struct model *model, struct doc *doc)
{
	struct counts mapped = model_total(model, MP_MMAP);
	int64_t inherited = about_inherited(model);
	bool range = point_is_range(&model->point);
	struct strbuf size = STRBUF_INIT;

	if (counts_live_bytes(&mapped) > 0) {
		units_add_bytes(&size, (uint64_t)counts_live_bytes(&mapped));
		doc_add_note(doc, LEVEL_INFO, "mapped",
			     "%s %s that it mapped itself: 'memprof top --kind mmap' shows where",
			     range ? "besides its heap the program has grown by"
				   : "besides its heap the program holds",
			     size.buf);
	}
	if (inherited > 0) {
		strbuf_clear(&size);
		units_add_bytes(&size, (uint64_t)inherited);
		doc_add_note(
			doc, LEVEL_INFO, "inherited",
			"%s more are blocks that %s allocated before the fork: %s", size.buf,
			model_is_family(model) ? "parents of processes" : "its parent",
			model->footer.inherited_bytes && !model_is_family(model)
				? "the parent's trace shows where, this process was too short-lived"
				: "'memprof top --kind inherited' shows where");
	}
	strbuf_release(&size);
}

void about_notes(const struct model *model, enum mp_kind kind, struct doc *doc)
{
	if (!model->has_header)
		doc_add_note(doc, LEVEL_WARNING, "no-header",
			     "the trace has no header line: which "
			     "program it is of is not known");
	if (model->cut)
		doc_add_note(doc, LEVEL_WARNING, "cut",
			     "the trace ends in the middle of a line: what "
			     "is shown is all that was written before");
	else if (!model->has_footer)
		doc_add_note(doc, LEVEL_INFO, "no-footer",
			     "the trace has no last line: its program "
			     "still runs, or was killed; totals are those of the last record");
	if (model_is_family(model) && kind == MP_HEAP)
		doc_add_note(
			doc, LEVEL_INFO, "family",
			"what %zu traces of one run count is added up; so are their peaks, which "
			"need not have been at the same time",
			model->n_processes);
	note_point(model, doc);
	note_quality(model, doc);
	if (kind == MP_HEAP)
		note_other_memory(model, doc);
	for (size_t i = 0; i < model->n_notes; i++) {
		const struct model_note *n = &model->notes[i];
		enum doc_level level = !n->level		      ? LEVEL_INFO
				       : !strcmp(n->level, "error")   ? LEVEL_ERROR
				       : !strcmp(n->level, "warning") ? LEVEL_WARNING
								      : LEVEL_INFO;

		/* for programs, not for people */
		if (n->code && !strcmp(n->code, "lsan-suppressions"))
			continue;
		doc_add_note(doc, level, n->code, "%s", n->text ? n->text : "");
	}
}

void about_symbols(const struct model *model, struct symbols *symbols, const bool *used,
		   struct doc *doc)
{
	size_t problems = 0;

	for (size_t i = 0; i < model->n_modules; i++) {
		const char *why;

		if (!used[i] || !symbols_problem(symbols, (uint32_t)i, &why))
			continue;
		if (problems++ < SYMBOL_NOTES)
			doc_add_note(doc, LEVEL_WARNING, "symbols", "%s", why);
	}
	if (problems > SYMBOL_NOTES)
		doc_add_note(doc, LEVEL_WARNING, "symbols",
			     "%zu more modules are missing or of "
			     "another build",
			     problems - SYMBOL_NOTES);
}
