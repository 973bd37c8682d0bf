/* SPDX-License-Identifier: MIT */
/* leaks_invalid.c - releases that were wrong, of a leaks report. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/demangle.h"
#include "reports/leaks.h"
#include "reports/suppress.h"
#include "reports/top_rows.h"
#include "util/cxxname.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* Callers named in the line below a row. */
#define CALLERS 8

/* Recorders tell no more of one place. */
#define MOST_ALIKE 10

/* A stack of the trace. */
static struct leaks_frames frames_at(const struct leaks *leaks, uint32_t node)
{
	const struct model *model = leaks->rows.model;
	struct leaks_frames frames = { .n = 0 };

	for (; node && node < model->n_nodes; node = model->nodes[node].parent) {
		size_t found;
		const struct frame *f = symbols_frames(leaks->symbols, node, &found);

		if (model->nodes[node].kind == FRAME_TRUNCATED && frames.n)
			break;
		for (size_t i = 0; i < found; i++) {
			XGROW(frames.v, frames.n, frames.a);
			frames.v[frames.n++] = &f[i];
		}
	}
	return frames;
}

/* "operator delete" for _ZdlPvm; "free" for free. */
static char *name_of(const char *symbol)
{
	char *name = demangle(symbol);
	struct strbuf text = STRBUF_INIT;

	cxx_add_short(&text, name ? name : symbol);
	free(name);
	return strbuf_detach(&text, NULL);
}

static bool is_alike(const struct model_invalid *a, const struct model_invalid *b)
{
	return a->stack == b->stack && a->alloc == b->alloc && a->freed == b->freed &&
	       !strcmp(a->what, b->what) && !strcmp(a->function, b->function) &&
	       !strcmp(a->gave, b->gave);
}

void leaks_find_bad(struct leaks *leaks)
{
	const struct model *model = leaks->rows.model;

	for (size_t i = 0; i < model->n_invalids; i++) {
		const struct model_invalid *invalid = &model->invalids[i];
		struct bad_release *bad;
		size_t at = 0;

		while (at < leaks->n_bad && !is_alike(leaks->bad[at].first, invalid))
			at++;
		if (at < leaks->n_bad) {
			leaks->bad[at].times++;
			continue;
		}
		XGROW(leaks->bad, leaks->n_bad, leaks->a_bad);
		bad = &leaks->bad[leaks->n_bad++];
		*bad = (struct bad_release){
			.first = invalid,
			.times = 1,
			.call = name_of(*invalid->function ? invalid->function : "release"),
			.stack = frames_at(leaks, invalid->stack),
			.alloc = frames_at(leaks, invalid->alloc),
			.freed = frames_at(leaks, invalid->freed),
		};
		bad->suppressed = suppressions_find(leaks->suppressions, SUPPRESS_RELEASES,
						    bad->stack.v, bad->stack.n);
	}
	for (size_t i = 0; i < leaks->n_bad; i++)
		if (leaks->bad[i].suppressed) {
			leaks->bad[i].suppressed->used = true;
			leaks->bad[i].suppressed->count += leaks->bad[i].times;
		}
}

void leaks_release_bad(struct leaks *leaks)
{
	for (size_t i = 0; i < leaks->n_bad; i++) {
		free(leaks->bad[i].call);
		free(leaks->bad[i].stack.v);
		free(leaks->bad[i].alloc.v);
		free(leaks->bad[i].freed.v);
	}
	free(leaks->bad);
	leaks->bad = NULL;
	leaks->n_bad = leaks->a_bad = 0;
}

uint64_t leaks_count_bad(const struct leaks *leaks)
{
	uint64_t n = 0;

	for (size_t i = 0; i < leaks->n_bad; i++)
		if (!leaks->bad[i].suppressed)
			n += leaks->bad[i].times;
	return n;
}

void leaks_say_bad(const struct bad_release *bad, struct strbuf *out)
{
	static const char *const words[][2] = {
		{ "double-free", " of a block that was released before" },
		{ "realloc-freed", " of a block that was released before" },
		{ "interior-free", " of an address inside a block" },
		{ "invalid-free", " of what is no block" },
		{ "mismatched-free", " of a block that was allocated another way" },
	};
	const struct model_invalid *first = bad->first;

	strbuf_addf(out, "%s(0x%" PRIx64 ")", bad->call, first->address);
	if (*first->gave) {
		strbuf_addf(out, " of a block that %s allocated", first->gave);
	} else {
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (!strcmp(words[i][0], first->what))
				strbuf_addstr(out, words[i][1]);
	}
	if (bad->times > 1)
		strbuf_addf(out, ", %" PRIu64 " times%s", bad->times,
			    bad->times >= MOST_ALIKE ? " or more" : "");
}

static bool is_main(const struct frame *frame)
{
	return frame->function && !strcmp(frame->function, "main");
}

static const char *callers(struct doc *doc, const struct leaks_frames *frames)
{
	struct strbuf text = STRBUF_INIT;
	const char *copy = NULL;

	for (size_t i = 1; i < frames->n && i <= CALLERS && !is_main(frames->v[i - 1]); i++) {
		const struct doc_frame frame = leaks_frame(doc, frames->v[i]);

		strbuf_addstr(&text, i == 1 ? "from " : " < ");
		if (frame.function)
			cxx_add_short(&text, frame.function);
	}
	if (text.len)
		copy = doc_text(doc, text.buf);
	strbuf_release(&text);
	return copy;
}

/* A row of one of the stacks, if there is one. */
static void add_step(struct doc *doc, struct doc_table *table, const char *what, const char *step,
		     const struct leaks_frames *frames)
{
	struct doc_frame where;

	if (!frames->n)
		return;
	where = leaks_frame(doc, frames->v[0]);
	doc_add_row(doc, table,
		    (struct doc_cell[]){ CELL_T(what), CELL_T(step), CELL_S(&where, 1) })
		->detail = callers(doc, frames);
}

/* Could more be known of where blocks were released the first time? */
static void advise(const struct leaks *leaks, struct doc *doc)
{
	for (size_t i = 0; i < leaks->n_bad; i++) {
		const struct bad_release *bad = &leaks->bad[i];

		if (bad->suppressed || bad->freed.n ||
		    (strcmp(bad->first->what, "double-free") &&
		     strcmp(bad->first->what, "realloc-freed")))
			continue;
		doc_add_note(doc, LEVEL_INFO, "no-free-stacks",
			     "where a block was released first is known of traces recorded with "
			     "--free-stacks");
		return;
	}
}

static void add_for_people(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "what", "bad release", UNIT_TEXT, .priority = 0 },
		{ "step", "", UNIT_TEXT, .priority = 0 },
		{ "where", "where", UNIT_TEXT, .priority = 0 },
	};
	struct doc_table *table = NULL;

	for (size_t i = 0; i < leaks->n_bad; i++) {
		const struct bad_release *bad = &leaks->bad[i];
		const struct model_invalid *first = bad->first;

		if (bad->suppressed)
			continue;
		if (!table) {
			table = doc_add_table(doc, "bad", NULL, columns, 3);
			table->flags = COLUMN_FOR_PEOPLE;
		}
		add_step(doc, table, first->what, bad->call, &bad->stack);
		add_step(doc, table, "",
			 *first->gave ? doc_textf(doc, "%s gave it", first->gave) : "allocated",
			 &bad->alloc);
		add_step(doc, table, "", "released first", &bad->freed);
	}
}

void leaks_add_bad(const struct leaks *leaks, struct doc *doc)
{
	static const struct doc_column columns[] = {
		{ "what", "bad release", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "call", "by", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "gave", "allocated by", UNIT_TEXT, .priority = 0 },
		{ "count", "times", UNIT_COUNT, .priority = 0 },
		{ "t", "when", UNIT_NS, .priority = 0 },
		{ "address", "address", UNIT_ADDRESS, .priority = 0 },
		{ "suppressed_by", "suppressed by", UNIT_TEXT, .priority = 0 },
		{ "stack", "stack", UNIT_TEXT, .flags = COLUMN_KEY },
		{ "allocated", "allocated", UNIT_TEXT, .priority = 0 },
		{ "freed", "freed", UNIT_TEXT, .priority = 0 },
	};
	struct doc_table *table;

	if (!leaks->n_bad)
		return;
	add_for_people(leaks, doc);
	advise(leaks, doc);
	table = doc_add_table(doc, "invalid", NULL, columns, 10);
	table->flags = COLUMN_FOR_MACHINES;
	for (size_t i = 0; i < leaks->n_bad; i++) {
		const struct bad_release *bad = &leaks->bad[i];
		const struct leaks_frames *stacks[3] = { &bad->stack, &bad->alloc, &bad->freed };
		struct doc_frame *v[3];

		for (int k = 0; k < 3; k++)
			v[k] = leaks_frames_of(doc, stacks[k]->v, stacks[k]->n);
		doc_add_row(
			doc, table,
			(struct doc_cell[]){ CELL_T(bad->first->what), CELL_T(bad->call),
					     CELL_T(*bad->first->gave ? bad->first->gave : NULL),
					     CELL_U(bad->times), CELL_U(bad->first->t),
					     CELL_U(bad->first->address),
					     CELL_T(bad->suppressed ? bad->suppressed->name : NULL),
					     CELL_S(v[0], bad->stack.n), CELL_S(v[1], bad->alloc.n),
					     CELL_S(v[2], bad->freed.n) });
		for (int k = 0; k < 3; k++)
			free(v[k]);
	}
}
