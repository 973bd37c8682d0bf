/* SPDX-License-Identifier: MIT */
/* leak_rows.c - rows of a leak check, and what no check tells of; see leak_rows.h. */
#include "reports/leak_rows.h"

#include <stdlib.h>
#include <string.h>

#include "reports/leak_growth.h"
#include "reports/leak_when.h"
#include "util/map.h"
#include "util/xalloc.h"

const char *const leak_words[LEAK_KINDS] = { "definite", "indirect", "possible", "reachable",
					     "runtime",	 "ignored",  "replaced", "unclassified" };

/* What lived at the point, by stack. */
struct lived {
	uint64_t count, bytes;
	uint32_t thread, threads;
};

/* The program asked LeakSanitizer for the check that counts: what came later does not. */
static bool is_the_last(const struct model_leak_check *check)
{
	return !strcmp(check->name, "__lsan_do_leak_check");
}

bool leak_rows_declined(const struct model *model)
{
	for (size_t i = 0; i < model->n_notes; i++)
		if (!strcmp(model->notes[i].code, "lsan-turned-off"))
			return true;
	return false;
}

const struct model_leak_check *leak_check_of(const struct model *model)
{
	const struct point *point = &model->point;
	const struct model_leak_check *found = NULL;

	for (size_t i = 0; i < model->n_leak_checks; i++) {
		const struct model_leak_check *check = &model->leak_checks[i];
		bool fits = false;

		if (point->kind == POINT_END)
			fits = check->t >= model->point_time || !strcmp(check->name, "exit") ||
			       is_the_last(check);
		else if (point->kind == POINT_NAME)
			fits = !strcmp(check->name, point->name);
		else if (point->kind == POINT_TIME || point->kind == POINT_CASE)
			fits = check->t <= model->point_asked && check->t >= model->point_time;
		if (fits)
			found = check;
	}
	/* without rows a note says why there are none */
	return found && (found->n_rows || !*found->note) ? found : NULL;
}

static uint64_t key_of(uint32_t stack, bool inherited, bool replaced)
{
	return (uint64_t)stack << 2 | (uint64_t)replaced << 1 | inherited;
}

/* Did an exec end the process of that site, and with it what the site left? */
static bool is_replaced(const struct model *model, const struct model_site *site)
{
	return model->point.kind == POINT_END && site->process < model->n_processes &&
	       !strcmp(model->processes[site->process].reason, "exec");
}

/* Sites of a kind, all threads together; `index` gets 1 + their place. */
static struct lived *add_up(const struct model *model, struct map *index, size_t *n)
{
	struct lived *v = NULL;
	size_t alloc = 0;

	*n = 0;
	for (size_t i = 0; i < model->n_sites; i++) {
		const struct model_site *site = &model->sites[i];
		uint64_t *at;
		bool fresh;

		if (site->kind == MP_MMAP)
			continue;
		at = map_at(index,
			    key_of(site->stack, site->kind == MP_INHERITED,
				   is_replaced(model, site)),
			    &fresh);
		if (fresh) {
			*at = *n;
			XGROW(v, *n, alloc);
			v[(*n)++] = (struct lived){ .thread = site->thread };
		}
		v[*at].count += (uint64_t)counts_live(&site->counts);
		v[*at].bytes += (uint64_t)counts_live_bytes(&site->counts);
		if (site->counts.allocs) {
			v[*at].thread = v[*at].threads ? MODEL_NO_THREAD : site->thread;
			v[*at].threads++;
		}
	}
	return v;
}

static struct leak_row *add(struct leak_rows *rows, uint32_t stack, bool inherited, int kind)
{
	XGROW(rows->v, rows->n, rows->a);
	rows->v[rows->n] = (struct leak_row){
		.stack = stack,
		.kind = kind,
		.inherited = inherited,
		.thread = MODEL_NO_THREAD,
	};
	return &rows->v[rows->n++];
}

/* Processes of a family share stacks: their rows are one. */
static int by_stack(const void *left, const void *right)
{
	const struct leak_row *a = left, *b = right;

	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	if (a->inherited != b->inherited)
		return a->inherited ? 1 : -1;
	return a->kind - b->kind;
}

static void merge(struct leak_rows *rows)
{
	size_t to = 0;

	if (!rows->n)
		return;
	qsort(rows->v, rows->n, sizeof(*rows->v), by_stack);
	for (size_t i = 1; i < rows->n; i++) {
		if (by_stack(&rows->v[to], &rows->v[i])) {
			rows->v[++to] = rows->v[i];
			continue;
		}
		rows->v[to].count += rows->v[i].count;
		rows->v[to].bytes += rows->v[i].bytes;
	}
	rows->n = to + 1;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Of a range only what came in it: where more lived before, those that are held
 * least firmly count first.
 */
static void limit_to_range(struct leak_rows *rows, const struct map *index, struct lived *lived)
{
	size_t to = 0;

	for (size_t i = 0; i < rows->n; i++) {
		struct leak_row row = rows->v[i];
		const uint64_t *at = map_get(index, key_of(row.stack, row.inherited, false));

		row.count = at && (int64_t)lived[*at].count > 0 ? least(row.count, lived[*at].count)
								: 0;
		row.bytes = at && (int64_t)lived[*at].bytes > 0 ? least(row.bytes, lived[*at].bytes)
								: 0;
		if (!row.count)
			continue;
		lived[*at].count -= row.count;
		lived[*at].bytes -= row.bytes;
		rows->v[to++] = row;
	}
	rows->n = to;
}

/* What lived, but is in no row of a check. */
static void add_rest(struct leak_rows *rows, const struct map *index, const struct lived *lived)
{
	bool ignored = rows->check ? is_the_last(rows->check) : leak_rows_declined(rows->model);
	struct map told = MAP_INIT;
	const struct map_entry *entry;
	size_t pos = 0;

	for (size_t i = 0; i < rows->n; i++)
		*map_at(&told, key_of(rows->v[i].stack, rows->v[i].inherited, false),
			NULL) += rows->v[i].count;
	while ((entry = map_next(index, &pos))) {
		const struct lived *l = &lived[entry->value];
		const uint64_t *count = map_get(&told, entry->key);
		struct leak_row *row;
		uint64_t bytes = 0;

		if ((int64_t)l->count <= 0 || (count && *count >= l->count))
			continue;
		for (size_t i = 0; count && i < rows->n; i++)
			if (key_of(rows->v[i].stack, rows->v[i].inherited, false) == entry->key)
				bytes += rows->v[i].bytes;
		row = add(rows, (uint32_t)(entry->key >> 2), entry->key & 1,
			  entry->key & 2 ? LEAK_REPLACED
			  : ignored	 ? MP_IGNORED
					 : LEAK_UNCLASSIFIED);
		row->count = l->count - (count ? *count : 0);
		row->bytes = l->bytes > bytes ? l->bytes - bytes : 0;
	}
	map_release(&told);
}

static void add_frames(struct leak_rows *rows, struct leak_row *row)
{
	const struct model_node *nodes = rows->model->nodes;
	uint32_t node = row->stack;
	size_t at = 0, alloc = 0;

	if (!places_start(&rows->places, &node, &at))
		return;
	for (; node; node = nodes[node].parent, at = 0) {
		const struct place *place = places_of(&rows->places, node);

		if (!place || (nodes[node].kind == FRAME_TRUNCATED && row->n_frames))
			break;
		for (size_t i = at; i < place->n; i++) {
			XGROW(row->frames, row->n_frames, alloc);
			row->frames[row->n_frames++] = &place->frames[i];
		}
	}
}

static int by_weight(const void *left, const void *right)
{
	const struct leak_row *a = left, *b = right;
	/* not classified is as bad as it may be */
	int x = a->kind == LEAK_UNCLASSIFIED ? -1 : a->kind;
	int y = b->kind == LEAK_UNCLASSIFIED ? -1 : b->kind;

	if (x != y)
		return x - y;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return a->stack < b->stack ? -1 : a->stack > b->stack;
}

void leak_rows_build(struct leak_rows *rows, const struct model *model, struct symbols *symbols,
		     bool allocator_frames)
{
	struct map index = MAP_INIT;
	struct lived *lived;
	size_t n;

	*rows = (struct leak_rows){ .model = model, .check = leak_check_of(model) };
	places_init(&rows->places, model, symbols, allocator_frames);
	lived = add_up(model, &index, &n);
	for (size_t i = 0; rows->check && i < rows->check->n_rows; i++) {
		const struct model_leak_row *from = &rows->check->rows[i];
		struct leak_row *row = add(rows, from->stack, from->kind == MP_INHERITED,
					   (int)from->class);

		row->count = from->count;
		row->bytes = from->bytes;
	}
	merge(rows);
	if (point_is_range(&model->point))
		limit_to_range(rows, &index, lived);
	add_rest(rows, &index, lived);
	for (size_t i = 0; i < rows->n; i++) {
		struct leak_row *row = &rows->v[i];
		const uint64_t *at = map_get(&index, key_of(row->stack, row->inherited,
							    row->kind == LEAK_REPLACED));

		row->thread = at ? lived[*at].thread : MODEL_NO_THREAD;
		row->threads = at ? lived[*at].threads : 0;
		add_frames(rows, row);
	}
	leak_growth_find(rows);
	leak_when_find(rows);
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), by_weight);
	free(lived);
	map_release(&index);
}

void leak_rows_release(struct leak_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].frames);
		free(rows->v[i].cases);
	}
	free(rows->v);
	places_release(&rows->places);
	*rows = (struct leak_rows){ .v = NULL };
}
