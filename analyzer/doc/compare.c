/* SPDX-License-Identifier: MIT */
/* compare.c - what changed between two docs of one report: the values and the notes. */
#include "doc/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doc/compare_rows.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/units.h"

bool doc_cell_number(const struct doc_cell *cell, double *n)
{
	switch (cell->type) {
	case CELL_INT:
		*n = (double)cell->i;
		return true;
	case CELL_UINT:
		*n = (double)cell->u;
		return true;
	case CELL_REAL:
		*n = cell->r;
		return true;
	default:
		return false;
	}
}

struct doc_cell compare_cell(const struct doc_cell *old, const struct doc_cell *new)
{
	double a, b;

	if (!doc_cell_number(old, &a) || !doc_cell_number(new, &b))
		return CELL_EMPTY;
	if (old->type == CELL_REAL || new->type == CELL_REAL)
		return CELL_R(b - a);
	return CELL_I((int64_t)((uint64_t) new->i - (uint64_t)old->i));
}

/* Numbers that say what was done, not how much there is, are no news when they differ. */
static bool is_measure(const struct doc_value *v)
{
	return v->unit != UNIT_NONE && v->unit != UNIT_TEXT && v->unit != UNIT_ADDRESS;
}

static void add_human(struct strbuf *out, const struct doc_cell *cell, enum doc_unit unit)
{
	void (*add)(struct strbuf *, uint64_t) = unit == UNIT_BYTES ? units_add_bytes
						 : unit == UNIT_NS  ? units_add_ns
								    : units_add_count;

	if (cell->type == CELL_REAL)
		strbuf_addf(out, "%.6g", cell->r);
	else
		units_add_signed(out, cell->i, add);
}

/* One value for people: old, new and the change, in its own unit. */
static void add_value_row(struct doc *out, struct doc_table *table, const struct doc_value *value,
			  const struct doc_cell *old, const struct doc_cell *diff)
{
	struct strbuf text[3] = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT };
	const struct doc_cell cells[] = { *old, value->cell, *diff };
	double change = 0;

	for (int i = 0; i < 3; i++) {
		if (i == 2 && doc_cell_number(diff, &change) && change > 0)
			strbuf_addch(&text[i], '+');
		add_human(&text[i], &cells[i], value->unit);
	}
	if (change != 0)
		doc_add_row(out, table,
			    (struct doc_cell[]){ CELL_T(value->key), *old, value->cell, *diff,
						 CELL_T(value->title), CELL_T(text[0].buf),
						 CELL_T(text[1].buf), CELL_T(text[2].buf) });
	for (int i = 0; i < 3; i++)
		strbuf_release(&text[i]);
}

static struct doc_table *add_values_table(struct doc *out)
{
	static const struct doc_column columns[] = {
		{ "key", "key", UNIT_TEXT, .flags = COLUMN_KEY | COLUMN_FOR_MACHINES },
		{ "old", "old", UNIT_NONE, .flags = COLUMN_FOR_MACHINES },
		{ "new", "new", UNIT_NONE, .flags = COLUMN_FOR_MACHINES },
		{ "new_diff", "change", UNIT_NONE, .flags = COLUMN_FOR_MACHINES },
		{ "value", "value", UNIT_TEXT, .flags = COLUMN_FOR_PEOPLE },
		{ "was", "was", UNIT_TEXT, ALIGN_RIGHT, .flags = COLUMN_FOR_PEOPLE },
		{ "now", "now", UNIT_TEXT, ALIGN_RIGHT, .flags = COLUMN_FOR_PEOPLE },
		{ "change", "change", UNIT_TEXT, ALIGN_RIGHT, .flags = COLUMN_FOR_PEOPLE },
	};
	struct doc_table *table = doc_add_table(out, "changes", NULL, columns,
						sizeof(columns) / sizeof(*columns));

	table->empty = "no value changed";
	return table;
}

/* Values, their differences, and for reports without a main table a table of them. */
static void compare_values(const struct doc *old, const struct doc *new, struct doc *out)
{
	struct doc_table *table = new->main_table ? NULL : add_values_table(out);
	struct strbuf key = STRBUF_INIT;

	for (size_t i = 0; i < new->n_values; i++) {
		struct doc_value value = new->values[i];
		const struct doc_value *before = doc_find_value(old, value.key);
		struct doc_cell diff = before ? compare_cell(&before->cell, &value.cell)
					      : CELL_EMPTY;

		if (table && before && is_measure(&value) && value.title && diff.type)
			add_value_row(out, table, &value, &before->cell, &diff);
		value.title = NULL;
		doc_add_value(out, value);
		if (!is_measure(&value))
			continue;
		strbuf_clear(&key);
		strbuf_addf(&key, "%s_diff", value.key);
		value.key = key.buf;
		value.cell = diff;
		doc_add_value(out, value);
	}
	if (table)
		out->main_table = doc_text(out, "changes");
	strbuf_release(&key);
}

/* What was looked at: the new one under its own keys, the old one as old_*. */
static void copy_trace(const struct doc *old, const struct doc *new, struct doc *out)
{
	struct strbuf key = STRBUF_INIT;

	for (size_t i = 0; i < new->n_trace; i++)
		doc_add_trace(out, new->trace[i]);
	for (size_t i = 0; i < old->n_trace; i++) {
		struct doc_value value = old->trace[i];

		strbuf_clear(&key);
		strbuf_addf(&key, "old_%s", value.key);
		value.key = key.buf;
		doc_add_trace(out, value);
	}
	strbuf_release(&key);
}

static bool has_note(const struct doc *doc, const struct doc_note *note)
{
	for (size_t i = 0; i < doc->n_notes; i++)
		if (!strcmp(doc->notes[i].text, note->text))
			return true;
	return false;
}

static void copy_notes(const struct doc *old, const struct doc *new, struct doc *out)
{
	for (size_t i = 0; i < new->n_notes; i++)
		doc_add_note(out, new->notes[i].level, new->notes[i].code, "%s",
			     new->notes[i].text);
	for (size_t i = 0; i < old->n_notes; i++)
		if (!has_note(new, &old->notes[i]))
			doc_add_note(out, old->notes[i].level, old->notes[i].code, "of the old: %s",
				     old->notes[i].text);
}

int doc_compare(const struct doc *old, const struct doc *new, const struct compare_how *how,
		struct doc *out, struct compared *compared, struct diag *diag)
{
	const struct doc_table *from = old->main_table ? doc_find_table(old, old->main_table)
						       : NULL;
	const struct doc_table *to = new->main_table ? doc_find_table(new, new->main_table) : NULL;
	int err = 0;

	*compared = (struct compared){ .size = NULL };
	if (new->main_table && !to)
		return diag_error(diag, -EINVAL, "the %s report has no table to compare",
				  new->report);
	if (!from != !to)
		return diag_error(diag, -EINVAL, "the two %s reports have not the same tables",
				  new->report);
	copy_trace(old, new, out);
	compare_values(old, new, out);
	if (to)
		err = compare_rows(from, to, how, out, compared, diag);
	copy_notes(old, new, out);
	return err;
}
