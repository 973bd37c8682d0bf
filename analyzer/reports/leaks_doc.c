/* SPDX-License-Identifier: MIT */
/* leaks_doc.c - the leaks report as values and tables. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "reports/leaks.h"
#include "reports/report.h"
#include "reports/suppress.h"
#include "reports/top_rows.h"
#include "util/cxxname.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/xalloc.h"

/* Callers named in the line below a row. */
#define CALLERS 8

struct sum {
	uint64_t count, bytes, stacks;
};

struct doc_frame leaks_frame(struct doc *doc, const struct frame *f)
{
	return (struct doc_frame){
		.function = top_place_name(doc, f->function, f->module, f->line ? 0 : f->offset,
					   true),
		.file = f->file,
		.module = f->module,
		.line = f->line,
	};
}

struct doc_frame *leaks_frames_of(struct doc *doc, const struct frame *const *v, size_t n)
{
	struct doc_frame *frames = xcalloc(n + 1, sizeof(*frames));

	for (size_t i = 0; i < n; i++)
		frames[i] = leaks_frame(doc, v[i]);
	return frames;
}

static void add_value(struct doc *doc, const char *prefix, const char *suffix, enum doc_unit unit,
		      struct doc_cell cell)
{
	doc_add_value(doc, (struct doc_value){ .key = doc_textf(doc, "%s_%s", prefix, suffix),
					       .unit = unit,
					       .cell = cell });
}

static void add_sum(struct doc *doc, const char *what, const struct sum *sum)
{
	add_value(doc, what, "bytes", UNIT_BYTES, CELL_U(sum->bytes));
	add_value(doc, what, "allocations", UNIT_COUNT, CELL_U(sum->count));
}

static void count(struct sum *sum, const struct leak_row *row)
{
	sum->count += row->count;
	sum->bytes += row->bytes;
	sum->stacks++;
}

/* Sums by kind of all that counts; the rest by why it does not. */
struct sums {
	struct sum all, kinds[LEAK_KINDS], suppressed, known, inherited, fresh;
	uint64_t steady;
};

static void add_up(const struct leaks *leaks, struct sums *sums)
{
	*sums = (struct sums){ .steady = 0 };
	for (size_t i = 0; i < leaks->rows.n; i++) {
		const struct leak_row *row = &leaks->rows.v[i];

		if (row->inherited)
			count(&sums->inherited, row);
		else
			count(&sums->all, row);
		if (row->suppressed && !row->inherited)
			count(&sums->suppressed, row);
		if (row->known)
			count(&sums->known, row);
		if (!leaks_counts(leaks, row))
			continue;
		count(&sums->kinds[row->kind], row);
		sums->steady += row->steady;
		if (!row->known && (row->kind <= MP_POSSIBLE || row->kind == LEAK_UNCLASSIFIED))
			count(&sums->fresh, row);
	}
}

void leaks_add_values(const struct leaks *leaks, struct doc *doc)
{
	const struct model_leak_check *check = leaks->rows.check;
	struct sums sums;

	add_up(leaks, &sums);
	add_sum(doc, "leaked", &sums.all);
	for (int kind = 0; kind < LEAK_KINDS; kind++)
		add_sum(doc, leak_words[kind], &sums.kinds[kind]);
	add_sum(doc, "suppressed", &sums.suppressed);
	add_sum(doc, "inherited", &sums.inherited);
	if (leaks->own->baseline) {
		add_sum(doc, "known", &sums.known);
		add_sum(doc, "new", &sums.fresh);
	}
	add_value(doc, "growing", "sites", UNIT_COUNT, CELL_U(sums.steady));
	add_value(doc, "invalid", "frees", UNIT_COUNT, CELL_U(leaks_count_bad(leaks)));
	doc_add_value(doc, (struct doc_value){ .key = "rules",
					       .unit = UNIT_TEXT,
					       .cell = CELL_T(check ? check->rules : "") });
	doc_add_value(doc, (struct doc_value){ .key = "check",
					       .unit = UNIT_TEXT,
					       .cell = CELL_T(check ? check->name : "") });
	if (check) {
		doc_add_value(doc, (struct doc_value){ .key = "check_ns",
						       .unit = UNIT_NS,
						       .cell = CELL_U(check->took) });
		doc_add_value(doc, (struct doc_value){ .key = "scanned_bytes",
						       .unit = UNIT_BYTES,
						       .cell = CELL_U(check->scanned) });
	}
}

static void add_kinds(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "kind", "kind", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "bytes", "bytes", UNIT_BYTES, .count = "count" },
		{ "count", "blocks", UNIT_COUNT, .priority = 0 },
		{ "stacks", "stacks", UNIT_COUNT, .priority = 0 },
		{ "meaning", "", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
	};
	static const char *const meanings[LEAK_KINDS] = {
		"nothing points to them",
		"only lost blocks point to them",
		"perhaps something points to them",
		"the program still held them",
		"the C or C++ runtime held them",
		"the program asked to ignore them",
		"an exec ended the process they were of",
		"never freed; what held them is not known",
	};
	struct doc_table *table = doc_add_table(doc, "kinds", NULL, columns, 5);
	struct sums sums;

	add_up(leaks, &sums);
	table->empty = doc_text(doc, sums.suppressed.count || sums.known.count
					     ? "nothing but what is suppressed or known"
					     : "everything was freed");
	for (int kind = 0; kind < LEAK_KINDS; kind++)
		if (sums.kinds[kind].stacks)
			doc_add_row(doc, table,
				    (struct doc_cell[]){ CELL_T(leak_words[kind]),
							 CELL_U(sums.kinds[kind].bytes),
							 CELL_U(sums.kinds[kind].count),
							 CELL_U(sums.kinds[kind].stacks),
							 CELL_T(meanings[kind]) });
}

/* What calls main() is the same everywhere. */
static bool is_main(const struct frame *frame)
{
	return frame->function && !strcmp(frame->function, "main");
}

/* What the line below a row says: who called, outwards. */
static const char *callers(struct doc *doc, const struct leak_row *row)
{
	struct strbuf text = STRBUF_INIT;
	const char *copy = NULL;

	if (row->cases)
		strbuf_addf(&text, "in %s", row->cases);
	for (size_t i = 1; i < row->n_frames && i <= CALLERS && !is_main(row->frames[0]); i++) {
		const struct doc_frame frame = leaks_frame(doc, row->frames[i]);

		strbuf_addstr(&text, i > 1 ? " < " : text.len ? ", from " : "from ");
		if (frame.function)
			cxx_add_short(&text, frame.function);
		if (is_main(row->frames[i]))
			break;
	}
	if (text.len)
		copy = doc_text(doc, text.buf);
	strbuf_release(&text);
	return copy;
}

static void add_lost(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "rank", "#", UNIT_NONE, .priority = 0 },
		{ "bytes", "bytes", UNIT_BYTES, .priority = 0 },
		{ "count", "blocks", UNIT_COUNT, .priority = 0 },
		{ "kind", "kind", UNIT_TEXT, .priority = 0 },
		{ "first_ns", "since", UNIT_NS, .priority = 2 },
		{ "growth", "growth/s", UNIT_BYTES, .priority = 1 },
		{ "where", "where", UNIT_TEXT, .priority = 0 },
	};
	struct doc_table *table = doc_add_table(doc, "lost", NULL, columns, 7);
	struct sum other = { 0 };
	uint64_t n = 0;

	table->flags = COLUMN_FOR_PEOPLE;
	table->empty = doc_text(doc, leaks->rows.check ? "no leaks" : "nothing to show");
	for (size_t i = 0; i < leaks->rows.n; i++) {
		const struct leak_row *row = &leaks->rows.v[i];
		struct doc_frame where = { .function = "(unknown)" };

		if (!leaks_shows(leaks, row))
			continue;
		if (leaks->args->n && n >= leaks->args->n) {
			count(&other, row);
			continue;
		}
		if (row->n_frames)
			where = leaks_frame(doc, row->frames[0]);
		doc_add_row(doc, table,
			    (struct doc_cell[]){ CELL_U(++n), CELL_U(row->bytes),
						 CELL_U(row->count), CELL_T(leak_words[row->kind]),
						 CELL_U(row->first),
						 row->steady ? CELL_U(row->per_second) : CELL_EMPTY,
						 CELL_S(&where, 1) })
			->detail = callers(doc, row);
	}
	if (other.stacks)
		doc_add_footer(doc, table,
			       (struct doc_cell[]){
				       CELL_EMPTY, CELL_U(other.bytes), CELL_U(other.count),
				       CELL_EMPTY, CELL_EMPTY, CELL_EMPTY,
				       CELL_T(doc_textf(doc, "%" PRIu64 " more (-n 0 shows all)",
							other.stacks)) });
}

static const char *thread_of(const struct leaks *leaks, const struct leak_row *row, struct doc *doc)
{
	const struct model *model = leaks->rows.model;

	if (row->thread >= model->n_threads)
		return NULL;
	return doc_textf(doc, "%s (tid %" PRIu64 ")", model->threads[row->thread].name,
			 model->threads[row->thread].tid);
}

static void add_machines(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "bytes", "bytes", UNIT_BYTES, .count = "count" },
		{ "count", "blocks", UNIT_COUNT, .priority = 0 },
		{ "kind", "kind", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "function", "function", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "file", "file", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "line", "line", UNIT_NONE, .flags = COLUMN_KEY | COLUMN_OF_BUILD },
		{ "module", "module", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "first_ns", "since", UNIT_NS, .priority = 0 },
		{ "last_ns", "last", UNIT_NS, .priority = 0 },
		{ "growth_bytes_per_second", "growth/s", UNIT_BYTES, .priority = 0 },
		{ "threads", "threads", UNIT_COUNT, .priority = 0 },
		{ "thread", "thread", UNIT_TEXT, .priority = 0 },
		{ "mark", "after mark", UNIT_TEXT, .priority = 0 },
		{ "cases", "cases", UNIT_TEXT, .priority = 0 },
		{ "inherited", "inherited", UNIT_NONE, .priority = 0 },
		{ "known", "known", UNIT_NONE, .priority = 0 },
		{ "suppressed_by", "suppressed by", UNIT_TEXT, .priority = 0 },
		{ "stack", "stack", UNIT_TEXT, .flags = COLUMN_KEY },
	};
	struct doc_table *table = doc_add_table(doc, "leaks", NULL, columns, 18);

	table->flags = COLUMN_FOR_MACHINES;
	table->size = "bytes";
	doc->main_table = table->name;
	for (size_t i = 0; i < leaks->rows.n; i++) {
		const struct leak_row *row = &leaks->rows.v[i];
		struct doc_frame *frames = leaks_frames_of(doc, row->frames, row->n_frames);

		if ((!row->inherited || leaks->own->inherited) &&
		    row->bytes >= leaks->own->min_bytes)
			doc_add_row(doc, table,
				    (struct doc_cell[]){
					    CELL_U(row->bytes), CELL_U(row->count),
					    CELL_T(leak_words[row->kind]),
					    CELL_T(row->n_frames ? frames[0].function : NULL),
					    CELL_T(row->n_frames ? frames[0].file : NULL),
					    row->n_frames && frames[0].line ? CELL_U(frames[0].line)
									    : CELL_EMPTY,
					    CELL_T(row->n_frames ? frames[0].module : NULL),
					    CELL_U(row->first), CELL_U(row->last),
					    row->steady ? CELL_U(row->per_second) : CELL_EMPTY,
					    CELL_U(row->threads),
					    CELL_T(thread_of(leaks, row, doc)), CELL_T(row->mark),
					    CELL_T(row->cases ? doc_text(doc, row->cases) : NULL),
					    CELL_U(row->inherited), CELL_U(row->known),
					    CELL_T(row->suppressed ? row->suppressed->name : NULL),
					    CELL_S(frames, row->n_frames) });
		free(frames);
	}
}

static void add_suppressions(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "count", "blocks", UNIT_COUNT, .priority = 0 },
		{ "bytes", "bytes", UNIT_BYTES, .priority = 0 },
		{ "suppression", "suppressed by", UNIT_TEXT, .flags = COLUMN_KEY },
	};
	struct doc_table *table = NULL;

	for (size_t i = 0; i < leaks->suppressions->n; i++) {
		const struct suppression *s = &leaks->suppressions->v[i];

		if (!s->used && s->file)
			doc_add_note(doc, LEVEL_INFO, "unused-suppression",
				     "%s:%" PRIu64 ": the suppression '%s' took nothing", s->file,
				     s->line, s->name);
		if (!s->used)
			continue;
		if (!table)
			table = doc_add_table(doc, "suppressions", NULL, columns, 3);
		doc_add_row(doc, table,
			    (struct doc_cell[]){ CELL_U(s->count), CELL_U(s->bytes),
						 CELL_T(s->name) });
	}
}

static void say_known(const struct leaks *leaks, struct doc *doc)
{
	struct strbuf text = STRBUF_INIT;
	struct sums sums;

	add_up(leaks, &sums);
	if (!sums.known.count)
		return;
	units_add_bytes(&text, sums.known.bytes);
	doc_add_note(doc, LEVEL_INFO, "known", "%s in %" PRIu64 " blocks are in the baseline",
		     text.buf, sums.known.count);
	strbuf_release(&text);
}

void leaks_add_tables(const struct leaks *leaks, struct doc *doc)
{
	add_kinds(leaks, doc);
	add_lost(leaks, doc);
	say_known(leaks, doc);
	add_machines(leaks, doc);
	leaks_add_bad(leaks, doc);
	add_suppressions(leaks, doc);
}
