/* SPDX-License-Identifier: MIT */
/*
 * validate.c - the rules between lines.  Rules inside a line are the reader's,
 * which tells them all when it is strict.
 *
 * Builds a model beside the reading and looks at each line with what was known
 * before it, then lets the model take it.
 */
#include "model/validate.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "trace/reader.h"
#include "trace/schema.h"
#include "util/diag.h"
#include "util/xalloc.h"

#define LLU(v) ((unsigned long long)(v))

struct validator {
	struct builder builder;
	struct model model;
	struct diag *diag;
	struct map times; /* (tid, line type) -> highest time so far */
	uint64_t footer_line;
	/* The sites of each thread in a chain, those met since its last link not yet: of a
	 * thread the newest, of a site the one before; 0 ends it, other numbers are one more. */
	struct map newest;
	size_t *before;
	size_t n_linked, before_alloc;
};

/* Every check of a kind of line has this shape; NULL stands for none. */
typedef void check_fn(struct validator *v, const struct event *event);

static void __attribute__((format(printf, 4, 5)))
tell(struct validator *v, enum diag_level level, uint64_t line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(v->diag, level, v->model.path, line, fmt, ap);
	va_end(ap);
}

#define wrong(v, line, ...) tell((v), DIAG_ERROR, (line), __VA_ARGS__)

/* One of the words, which a newer version may have more of. */
static void check_word(struct validator *v, const struct event *event, const char *key,
		       const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word))
		words++;
	if (!*words)
		tell(v, DIAG_WARNING, event->line, "unknown %s '%s'", key, word);
}

static bool stack_known(const struct validator *v, uint64_t id)
{
	return id < v->model.n_nodes && v->model.nodes[id].known;
}

/* YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ */
static bool is_epoch(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00.000000000Z";
	size_t i = 0;

	for (; shape[i] && text[i]; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	return !shape[i] && !text[i];
}

static void check_header(struct validator *v, const struct event *event)
{
	static const char *const blocks[] = { "compact", "wide", NULL };
	const struct mp_header *line = &event->header_line;

	if (v->model.has_header) {
		wrong(v, event->line, "a second header");
		return;
	}
	if (event->line != 1)
		wrong(v, event->line, "the header is not the first line");
	if (line->format == 0)
		wrong(v, event->line, "there is no format 0");
	if (line->format > MP_FORMAT_VERSION)
		tell(v, DIAG_WARNING, event->line, "format %llu is newer than this program",
		     LLU(line->format));
	if (!is_epoch(line->epoch))
		wrong(v, event->line, "epoch '%s' is not like 2026-01-02T03:04:05.000000006Z",
		      line->epoch);
	if (!line->granule || line->granule & (line->granule - 1))
		wrong(v, event->line, "granule %llu is not a power of two", LLU(line->granule));
	check_word(v, event, "blocks", line->blocks, blocks);
}

/* Lines may be repeated: after a kill they are written once more where in doubt. */
static bool is_same_module(const struct validator *v, const struct mp_module *line)
{
	const uint64_t *index = map_get(&v->builder.modules, line->id);
	const struct model_module *module = &v->model.modules[*index - 1];

	return !strcmp(module->path, line->path) && module->start == line->start &&
	       module->end == line->end && module->bias == line->bias;
}

static bool is_same_stack(const struct validator *v, const struct mp_stack *line)
{
	const struct model_node *node = &v->model.nodes[line->id];
	const uint64_t *module = line->module ? map_get(&v->builder.modules, line->module) : NULL;

	return node->parent == line->parent && node->offset == line->offset &&
	       node->module == (module ? *module : 0);
}

static void check_module(struct validator *v, const struct event *event)
{
	const struct mp_module *line = &event->module_line;

	if (line->id == 0)
		wrong(v, event->line, "module ids start at 1");
	else if (line->id > UINT32_MAX)
		wrong(v, event->line, "module id %llu is out of range", LLU(line->id));
	else if (map_get(&v->builder.modules, line->id) && !is_same_module(v, line))
		wrong(v, event->line, "module %llu is there already", LLU(line->id));
	if (line->start >= line->end)
		wrong(v, event->line, "module %llu ends before it starts", LLU(line->id));
}

static void check_unload(struct validator *v, const struct event *event)
{
	if (!map_get(&v->builder.modules, event->unload_line.id))
		wrong(v, event->line, "module %llu was not written before",
		      LLU(event->unload_line.id));
}

static void check_stack(struct validator *v, const struct event *event)
{
	static const char *const kinds[] = { "", "exact", "truncated", NULL };
	const struct mp_stack *line = &event->stack_line;

	if (line->id == 0)
		wrong(v, event->line, "stack ids start at 1");
	else if (!build_reach(&v->builder, line->id))
		wrong(v, event->line, "stack %llu is out of range", LLU(line->id));
	else if (stack_known(v, line->id) && !is_same_stack(v, line))
		wrong(v, event->line, "stack %llu is there already", LLU(line->id));
	if (line->parent == line->id)
		wrong(v, event->line, "stack %llu is its own parent", LLU(line->id));
	else if (line->parent && !stack_known(v, line->parent))
		wrong(v, event->line, "parent %llu was not written before", LLU(line->parent));
	if (line->module && !map_get(&v->builder.modules, line->module))
		wrong(v, event->line, "module %llu was not written before", LLU(line->module));
	check_word(v, event, "kind", line->kind, kinds);
}

/* What the rows of a thread have so far; not all sites are looked at for each. */
static struct counts sum_of_thread(struct validator *v, uint32_t thread)
{
	const struct model *m = &v->model;
	struct counts sum = { 0 };

	for (; v->n_linked < m->n_sites; v->n_linked++) {
		uint64_t *newest = map_at(&v->newest, m->sites[v->n_linked].thread, NULL);

		XGROW(v->before, v->n_linked, v->before_alloc);
		v->before[v->n_linked] = *newest;
		*newest = v->n_linked + 1;
	}
	for (size_t i = *map_at(&v->newest, thread, NULL); i; i = v->before[i - 1])
		if (m->sites[i - 1].kind == MP_HEAP)
			counts_add(&sum, &m->sites[i - 1].counts);
	return sum;
}

static void check_thread_end(struct validator *v, const struct event *event)
{
	const struct mp_thread_end *line = &event->thread_end_line;
	const uint64_t *thread = map_get(&v->builder.threads, line->tid);
	struct counts sum;

	if (!thread) {
		wrong(v, event->line, "thread %llu was not written before", LLU(line->tid));
		return;
	}
	if (v->model.threads[*thread].ended != UINT64_MAX) {
		wrong(v, event->line, "thread %llu ended before", LLU(line->tid));
		return;
	}
	sum = sum_of_thread(v, (uint32_t)*thread);
	if (sum.allocs != line->allocs || sum.bytes != line->bytes || sum.frees != line->frees ||
	    sum.freed != line->freed)
		wrong(v, event->line,
		      "thread %llu ends with allocs %llu, bytes %llu, frees %llu, "
		      "freed %llu, its rows have %llu, %llu, %llu, %llu",
		      LLU(line->tid), LLU(line->allocs), LLU(line->bytes), LLU(line->frees),
		      LLU(line->freed), LLU(sum.allocs), LLU(sum.bytes), LLU(sum.frees),
		      LLU(sum.freed));
}

static void check_fall(struct validator *v, const struct event *event,
		       const struct mp_row_site *row, const char *column, uint64_t before,
		       uint64_t now)
{
	if (now < before)
		wrong(v, event->line,
		      "'%s' of stack %llu falls from %llu to %llu: totals only "
		      "grow",
		      column, LLU(row->stack), LLU(before), LLU(now));
}

static void check_row(struct validator *v, const struct event *event, uint32_t thread,
		      const struct mp_row_site *row)
{
	const struct model_site *site;

	if (!stack_known(v, row->stack))
		wrong(v, event->line, "stack %llu was not written before", LLU(row->stack));
	/* ids that build_delta() will refuse must not alias another site here */
	if (row->stack >= v->model.n_nodes)
		return;
	if (row->temp0 > row->frees || row->temp1 > row->frees - row->temp0)
		wrong(v, event->line, "stack %llu has more temporary blocks than frees",
		      LLU(row->stack));
	site = build_find_site(&v->builder, thread, row->stack, (enum mp_kind)row->kind);
	if (!site)
		return;
	check_fall(v, event, row, "allocs", site->counts.allocs, row->allocs);
	check_fall(v, event, row, "bytes", site->counts.bytes, row->bytes);
	check_fall(v, event, row, "frees", site->counts.frees, row->frees);
	check_fall(v, event, row, "freed", site->counts.freed, row->freed);
	check_fall(v, event, row, "temp0", site->counts.temp0, row->temp0);
	check_fall(v, event, row, "temp1", site->counts.temp1, row->temp1);
}

static void check_delta(struct validator *v, const struct event *event)
{
	const struct mp_delta *line = &event->delta_line;
	size_t n_threads = v->model.n_threads;
	uint32_t thread = build_thread_of(&v->builder, line->tid, line->t);

	if (v->model.n_threads != n_threads)
		tell(v, DIAG_WARNING, event->line, "thread %llu has no line before its rows",
		     LLU(line->tid));
	for (size_t i = 0; i < line->n_rows; i++)
		check_row(v, event, thread, &line->rows[i]);
}

static void check_peak(struct validator *v, const struct event *event)
{
	const struct mp_peak *line = &event->peak_line;
	uint64_t slack = line->slack;
	int64_t bytes = 0, blocks = 0;

	for (size_t i = 0; i < line->n_rows; i++) {
		if (!stack_known(v, line->rows[i].stack))
			wrong(v, event->line, "stack %llu was not written before",
			      LLU(line->rows[i].stack));
		bytes += line->rows[i].bytes;
		blocks += line->rows[i].count;
	}
	if (line->bytes < v->model.peak_bytes)
		wrong(v, event->line, "the peak falls from %llu to %llu bytes",
		      LLU(v->model.peak_bytes), LLU(line->bytes));
	if (bytes < 0 || (uint64_t)bytes > line->bytes + slack ||
	    (uint64_t)bytes + slack < line->bytes)
		wrong(v, event->line, "the peak is %llu bytes, its rows have %lld",
		      LLU(line->bytes), (long long)bytes);
	/* a slack hides any number of small blocks */
	if (!slack && (uint64_t)blocks != line->blocks)
		wrong(v, event->line, "the peak is %llu blocks, its rows have %lld",
		      LLU(line->blocks), (long long)blocks);
}

/* A stack that a line points to; 0 points nowhere. */
static void check_pointed(struct validator *v, const struct event *event, uint64_t stack)
{
	if (stack && !stack_known(v, stack))
		wrong(v, event->line, "stack %llu was not written before", LLU(stack));
}

static void check_leak_check(struct validator *v, const struct event *event)
{
	static const char *const rules[] = { "lsan", "memcheck", NULL };
	const struct mp_leak_check *line = &event->leak_check_line;

	check_word(v, event, "rules", line->rules, rules);
	for (size_t i = 0; i < line->n_rows; i++)
		check_pointed(v, event, line->rows[i].stack);
}

static void check_invalid(struct validator *v, const struct event *event)
{
	static const char *const words[] = { "double-free",	"invalid-free",	 "interior-free",
					     "mismatched-free", "realloc-freed", NULL };
	const struct mp_invalid *line = &event->invalid_line;

	check_word(v, event, "what", line->what, words);
	check_pointed(v, event, line->stack);
	check_pointed(v, event, line->alloc);
	check_pointed(v, event, line->freed);
}

static void check_limit(struct validator *v, const struct event *event)
{
	static const char *const words[] = { "memory", "leaks", "allocations", "no-alloc", NULL };

	check_word(v, event, "what", event->limit_line.what, words);
	check_pointed(v, event, event->limit_line.stack);
}

static void check_note(struct validator *v, const struct event *event)
{
	static const char *const levels[] = { "info", "warning", "error", NULL };

	check_word(v, event, "level", event->note_line.level, levels);
}

static void check_footer(struct validator *v, const struct event *event)
{
	const struct mp_footer *line = &event->footer_line;
	struct counts sum = model_total(&v->model, MP_HEAP);

	v->footer_line = event->line;
	if (sum.allocs != line->allocs || sum.bytes != line->bytes || sum.frees != line->frees ||
	    sum.freed != line->freed)
		wrong(v, event->line,
		      "the footer has allocs %llu, bytes %llu, frees %llu, freed "
		      "%llu, the rows have %llu, %llu, %llu, %llu",
		      LLU(line->allocs), LLU(line->bytes), LLU(line->frees), LLU(line->freed),
		      LLU(sum.allocs), LLU(sum.bytes), LLU(sum.frees), LLU(sum.freed));
	if (line->peak != v->model.peak_bytes || (line->peak && line->peak_t != v->model.peak_time))
		wrong(v, event->line,
		      "the footer's peak is %llu bytes at %llu, the last peak line "
		      "has %llu at %llu",
		      LLU(line->peak), LLU(line->peak_t), LLU(v->model.peak_bytes),
		      LLU(v->model.peak_time));
	if (event->t < v->model.last_time)
		wrong(v, event->line, "the footer is at %llu, other lines are later, up to %llu",
		      LLU(event->t), LLU(v->model.last_time));
}

static check_fn *const checks[MP_EVENTS] = {
	[MP_header] = check_header,
	[MP_module] = check_module,
	[MP_unload] = check_unload,
	[MP_stack] = check_stack,
	[MP_thread_end] = check_thread_end,
	[MP_delta] = check_delta,
	[MP_peak] = check_peak,
	[MP_leak_check] = check_leak_check,
	[MP_invalid] = check_invalid,
	[MP_limit] = check_limit,
	[MP_note] = check_note,
	[MP_footer] = check_footer,
};

/* Lines of the past are written when they are found; these come in order. */
static bool is_ordered(enum mp_event type)
{
	return type != MP_begin && type != MP_end && type != MP_module && type != MP_unload &&
	       type != MP_thread && type != MP_counter && type != MP_spike;
}

static uint64_t tid_of(const struct event *event)
{
	const struct wire_event *wire = &wire_events[event->type];
	uint64_t tid = 0;

	for (size_t f = 0; f < wire->n_fields; f++)
		if (!strcmp(wire->fields[f].name, "tid"))
			memcpy(&tid, (const char *)&event->header_line + wire->fields[f].offset,
			       sizeof(tid));
	return tid;
}

/* Per thread and line type only: threads do not wait for each other. */
static void check_time(struct validator *v, const struct event *event)
{
	uint64_t *last;

	if (!event->has_time || !is_ordered(event->type))
		return;
	last = map_at(&v->times, tid_of(event) * MP_EVENTS + event->type, NULL);
	if (event->t < *last)
		wrong(v, event->line, "time goes back from %llu to %llu", LLU(*last),
		      LLU(event->t));
	else
		*last = event->t;
}

static void check_event(struct validator *v, const struct event *event)
{
	if (event->line == 1 && event->type != MP_header)
		wrong(v, event->line, "the first line is not a header");
	if (v->footer_line && event->type != MP_footer)
		wrong(v, event->line, "a %s line after the footer of line %llu",
		      wire_events[event->type].name, LLU(v->footer_line));
	check_time(v, event);
	if (checks[event->type])
		checks[event->type](v, event);
	build_event(&v->builder, event);
}

/* All threads together cannot free more from a stack than was allocated there. */
static void check_live(struct validator *v)
{
	struct map live = MAP_INIT;
	const struct map_entry *entry;
	size_t pos = 0;

	for (size_t i = 0; i < v->model.n_sites; i++) {
		const struct model_site *site = &v->model.sites[i];

		*map_at(&live, (uint64_t)site->stack * MP_KINDS + site->kind,
			NULL) += (uint64_t)counts_live(&site->counts);
	}
	while ((entry = map_next(&live, &pos)))
		if ((int64_t)entry->value < 0)
			wrong(v, 0, "stack %llu has %lld more frees than allocations",
			      LLU(entry->key / MP_KINDS), -(long long)entry->value);
	map_release(&live);
}

static void check_end(struct validator *v, const struct reader_counts *counts)
{
	if (!v->model.has_header)
		wrong(v, 0, "there is no header");
	if (!v->model.has_footer && !counts->cut)
		wrong(v, counts->lines, "the trace ends without a footer");
	check_live(v);
}

int validate_trace(const char *path, struct validation *result, struct diag *diag)
{
	struct validator v = { .diag = diag };
	const struct reader_counts *counts;
	const struct event *event;
	struct reader *reader;
	int got;

	*result = (struct validation){ 0 };
	/* what the model would say of a line is said better here */
	builder_init(&v.builder, &v.model, path, NULL, NULL);
	got = reader_open(&reader, path, READER_STRICT, diag);
	if (!got) {
		counts = reader_counts(reader);
		while ((got = reader_next(reader, &event)) > 0)
			check_event(&v, event);
		*result = (struct validation){
			.lines = counts->lines,
			.bytes = counts->bytes,
			.unknown_events = counts->unknown_events,
			.unknown_keys = counts->unknown_keys,
		};
		if (!got)
			check_end(&v, counts);
	}
	reader_close(reader);
	map_release(&v.times);
	map_release(&v.newest);
	free(v.before);
	builder_release(&v.builder);
	model_release(&v.model);
	return got;
}
