/* SPDX-License-Identifier: MIT */
/* increase.c - see increase.h. */
#include "cmds/increase.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/compare.h"
#include "render/shorten.h"
#include "util/strbuf.h"
#include "util/units.h"

/* Rows that a paragraph names. */
#define NAMED 3
#define NAME_MOST 60

bool increase_parse(const char *text, struct limit *limit)
{
	char *end;

	errno = 0;
	limit->percent = strtod(text, &end);
	if (end != text && !strcmp(end, "%") && !errno && limit->percent >= 0) {
		limit->relative = true;
		return true;
	}
	return units_parse_size(text, &limit->bytes) == 0;
}

static bool is_over(const struct limit *limit, double old, double diff)
{
	if (diff <= 0)
		return false;
	return limit->relative ? diff * 100 > limit->percent * old : diff > (double)limit->bytes;
}

static void add_limit(struct strbuf *out, const struct limit *limit)
{
	if (limit->relative)
		strbuf_addf(out, "%.6g%%", limit->percent);
	else
		units_add_bytes(out, limit->bytes);
}

/* "parse (parse.c:12)", or whatever the row's key has. */
static void add_name(struct strbuf *out, const struct doc_table *table, const struct doc_row *row)
{
	const char *text[4] = { NULL };
	static const char *const keys[] = { "function", "file", "module", "thread" };
	int line = doc_find_column(table, "line"), stack = doc_find_column(table, "stack");

	for (int i = 0; i < 4; i++) {
		int c = doc_find_column(table, keys[i]);

		if (c >= 0 && row->cells[c].type == CELL_TEXT)
			text[i] = row->cells[c].text;
	}
	if (stack >= 0 && row->cells[stack].type == CELL_STACK && row->cells[stack].stack.n) {
		text[0] = row->cells[stack].stack.v[0].function;
		text[1] = row->cells[stack].stack.v[0].file;
	}
	for (int i = 1; i < 4 && !text[0]; i++) {
		text[0] = text[i];
		text[1] = NULL;
	}
	shorten_function(out, text[0] ? text[0] : "a nameless row", NAME_MOST, true);
	if (!text[1])
		return;
	text[2] = strrchr(text[1], '/');
	strbuf_addf(out, " (%s", text[2] ? text[2] + 1 : text[1]);
	if (line >= 0 && row->cells[line].type == CELL_UINT)
		strbuf_addf(out, ":%" PRIu64, row->cells[line].u);
	strbuf_addch(out, ')');
}

/* The rows that grew by more than `limit` (NULL: at all), the first few by name; how many. */
static size_t add_rows(struct strbuf *out, const struct doc_table *table, const struct limit *limit)
{
	struct strbuf key = STRBUF_INIT;
	int size = doc_find_column(table, table->size), change;
	size_t n = 0;

	strbuf_addf(&key, "%s_diff", table->size);
	change = doc_find_column(table, key.buf);
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct doc_row *row = &table->rows[i];
		double now = 0, diff = 0;

		doc_cell_number(&row->cells[size], &now);
		doc_cell_number(&row->cells[change], &diff);
		if (diff <= 0 || (limit && !is_over(limit, now - diff, diff)) || n++ >= NAMED)
			continue;
		strbuf_addstr(out, n > 1 ? ", " : "");
		add_name(out, table, row);
		strbuf_addstr(out, " by ");
		if (table->columns[size].unit == UNIT_BYTES)
			units_add_bytes(out, (uint64_t)diff);
		else
			units_add_count(out, (uint64_t)diff);
	}
	strbuf_release(&key);
	return n;
}

static const struct {
	const char *key, *words;
} totals[] = { { "live_bytes", "live memory" }, { "peak_bytes", "the peak" } };

/* "live memory grew by 3 MiB (12.5%), from 24 MiB to 27 MiB"; false when by less than the limit. */
static bool add_total(struct strbuf *out, const struct limit *limit, const struct doc *old,
		      const struct doc *new, size_t which)
{
	const struct doc_value *a = doc_find_value(old, totals[which].key);
	const struct doc_value *b = doc_find_value(new, totals[which].key);
	double was, now;

	if (!a || !b || !doc_cell_number(&a->cell, &was) || !doc_cell_number(&b->cell, &now) ||
	    !is_over(limit, was, now - was))
		return false;
	strbuf_addf(out, "%s%s grew by ", out->len ? "; " : "", totals[which].words);
	units_add_bytes(out, (uint64_t)(now - was));
	if (was > 0)
		strbuf_addf(out, " (%.1f%%)", 100 * (now - was) / was);
	strbuf_addstr(out, ", from ");
	units_add_signed(out, (int64_t)was, units_add_bytes);
	strbuf_addstr(out, " to ");
	units_add_signed(out, (int64_t)now, units_add_bytes);
	return true;
}

static bool check_totals(const struct limit *limit, const struct doc *old, const struct doc *new,
			 const struct doc_table *rows, struct strbuf *text)
{
	bool grew = false;

	for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++)
		grew |= add_total(text, limit, old, new, i);
	if (!grew)
		return false;
	strbuf_addstr(text, ", more than the ");
	add_limit(text, limit);
	strbuf_addstr(text, " allowed");
	if (rows) {
		size_t len = text->len, n;

		strbuf_addf(text, "; by %s most in ", rows->size);
		n = add_rows(text, rows, NULL);
		if (!n)
			strbuf_setlen(text, len);
		else if (n > NAMED)
			strbuf_addf(text, " and %zu more", n - NAMED);
	}
	return true;
}

static bool check_rows(const struct limit *limit, const struct doc_table *rows, struct strbuf *text)
{
	struct strbuf names = STRBUF_INIT;
	size_t n = rows ? add_rows(&names, rows, limit) : 0;

	if (n) {
		strbuf_addf(text, "%zu row%s grew by more than the ", n, n == 1 ? "" : "s");
		add_limit(text, limit);
		strbuf_addf(text, " allowed: %s", names.buf);
		if (n > NAMED)
			strbuf_addf(text, " and %zu more", n - NAMED);
	}
	strbuf_release(&names);
	return n;
}

bool increase_check(const struct limit *limit, const struct doc *old, const struct doc *new,
		    const struct compare_how *how, struct doc *out)
{
	struct compare_how all = *how;
	struct strbuf text = STRBUF_INIT;
	const struct doc_table *rows;
	struct compared compared;
	struct doc doc;
	bool grew;

	all.n = 0;
	all.all = true;
	doc_init(&doc, "diff");
	doc_compare(old, new, &all, &doc, &compared, NULL);
	rows = compared.size ? doc_find_table(&doc, doc.main_table) : NULL;
	grew = limit->per_site ? check_rows(limit, rows, &text)
			       : check_totals(limit, old, new, rows, &text);
	if (!grew) {
		strbuf_addstr(&text, limit->per_site ? "no row grew by more than "
						     : "memory did not grow by more than ");
		add_limit(&text, limit);
	}
	doc_add_note(out, grew ? LEVEL_ERROR : LEVEL_INFO, grew ? "increase" : "no-increase", "%s",
		     text.buf);
	doc_release(&doc);
	strbuf_release(&text);
	return grew;
}
