/* SPDX-License-Identifier: MIT */
/*
 * test_model.c - every trace of the corpus against the answers written beside
 * it by hand: NAME.expect holds the whole model, the totals at each point it
 * names, what loading says, and what the validator finds.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>

#include "corpus.h"
#include "model/model.h"
#include "model/point.h"
#include "model/validate.h"
#include "util/diag.h"
#include "util/strbuf.h"

static const char *error_word(int err)
{
	switch (err) {
	case 0:
		return "fine";
	case -EINVAL:
		return "EINVAL";
	case -ENOENT:
		return "ENOENT";
	default:
		return "another error";
	}
}

static void put_text(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\t')
			strbuf_addstr(out, "\\t");
		else if ((unsigned char)*text < 0x20)
			strbuf_addf(out, "\\x%02x", (unsigned char)*text);
		else
			strbuf_addch(out, *text);
}

static void put_frame(struct strbuf *out, const struct model *m, const struct model_node *node)
{
	const char *path;

	if (!node->known) {
		strbuf_addch(out, '?');
		return;
	}
	if (node->kind == FRAME_TRUNCATED) {
		strbuf_addstr(out, "truncated");
		return;
	}
	if (node->kind == FRAME_EXACT)
		strbuf_addstr(out, "exact ");
	if (node->module) {
		path = m->modules[node->module - 1].path;
		strbuf_addf(out, "%s+", strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	}
	strbuf_addf(out, "0x%" PRIx64, node->offset);
}

static void put_stacks(struct strbuf *out, const struct model *m)
{
	for (size_t i = 1; i < m->n_nodes; i++) {
		if (!m->nodes[i].known)
			continue;
		strbuf_addf(out, "stack %zu ", i);
		for (uint32_t n = (uint32_t)i; n; n = m->nodes[n].parent) {
			put_frame(out, m, &m->nodes[n]);
			if (m->nodes[n].parent)
				strbuf_addstr(out, " < ");
		}
		strbuf_addch(out, '\n');
	}
}

static void put_threads(struct strbuf *out, const struct model *m)
{
	for (size_t i = 0; i < m->n_threads; i++) {
		const struct model_thread *t = &m->threads[i];

		strbuf_addf(out, "thread %zu tid=%" PRIu64 " name=", i, t->tid);
		put_text(out, t->name);
		strbuf_addf(out, " %" PRIu64 "..", t->started);
		if (t->ended == UINT64_MAX)
			strbuf_addstr(out, "alive\n");
		else
			strbuf_addf(out, "%" PRIu64 "\n", t->ended);
	}
}

static void put_moments(struct strbuf *out, const struct model *m)
{
	static const char *const words[] = { "mark", "snapshot", "begin", "end",
					     "case", "case_end", "fork",  "exec" };

	for (size_t i = 0; i < m->n_moments; i++) {
		const struct model_moment *at = &m->moments[i];

		strbuf_addf(out, "moment %s %" PRIu64 " tid=%" PRIu64 " thread=%u ",
			    words[at->kind], at->t, at->tid, at->thread);
		if (at->kind == MOMENT_FORK)
			strbuf_addf(out, "child=%" PRIu64, at->child);
		if (at->suite)
			strbuf_addf(out, "%s/", at->suite);
		put_text(out, at->name);
		strbuf_addch(out, '\n');
	}
}

static void put_leaks(struct strbuf *out, const struct model *m)
{
	static const char *const words[] = MP_LEAK_WORDS, *const kind_words[] = MP_KIND_WORDS;

	for (size_t i = 0; i < m->n_leak_checks; i++) {
		const struct model_leak_check *check = &m->leak_checks[i];

		strbuf_addf(out,
			    "leak_check %s %" PRIu64 " tid=%" PRIu64 " rules=%s took=%" PRIu64
			    " scanned=%" PRIu64 " note=%s\n",
			    check->name, check->t, check->tid, check->rules, check->took,
			    check->scanned, check->note);
		for (size_t k = 0; k < check->n_rows; k++)
			strbuf_addf(out, "leak stack=%u %s %s %" PRIu64 "/%" PRIu64 "\n",
				    check->rows[k].stack, words[check->rows[k].class],
				    kind_words[check->rows[k].kind], check->rows[k].count,
				    check->rows[k].bytes);
	}
	for (size_t i = 0; i < m->n_invalids; i++)
		strbuf_addf(out,
			    "invalid %s %" PRIu64 " thread=%u stack=%u alloc=%u freed=%u 0x%" PRIx64
			    " %s\n",
			    m->invalids[i].what, m->invalids[i].t, m->invalids[i].thread,
			    m->invalids[i].stack, m->invalids[i].alloc, m->invalids[i].freed,
			    m->invalids[i].address, m->invalids[i].function);
	for (size_t i = 0; i < m->n_limits; i++)
		strbuf_addf(out,
			    "limit %s %" PRIu64 " thread=%u %" PRIu64 " of %" PRIu64
			    " broken=%d stack=%u %s/%s\n",
			    m->limits[i].what, m->limits[i].t, m->limits[i].thread,
			    m->limits[i].value, m->limits[i].limit, m->limits[i].broken,
			    m->limits[i].stack, m->limits[i].suite, m->limits[i].name);
}

static void put_timeline(struct strbuf *out, const struct model *m)
{
	for (size_t i = 0; i < m->n_thread_samples; i++) {
		const struct model_thread_sample *s = &m->thread_samples[i];

		strbuf_addf(out,
			    "thread_sample %" PRIu64 " thread=%u live=%" PRId64 " %" PRIu64
			    "/%" PRIu64 " %" PRIu64 "/%" PRIu64 "\n",
			    s->t, s->thread, s->live, s->allocs, s->bytes, s->frees, s->freed);
	}
	for (size_t i = 0; i < m->n_spikes; i++)
		strbuf_addf(out, "spike %" PRIu64 " %" PRIu64 " %s\n", m->spikes[i].t,
			    m->spikes[i].rss, m->spikes[i].what);
	for (size_t i = 0; i < m->n_counters; i++)
		strbuf_addf(out, "counter %" PRIu64 " thread=%u %s=%g\n", m->counters[i].t,
			    m->counters[i].thread, m->counters[i].name, m->counters[i].value);
}

static void put_regions(struct strbuf *out, const struct model *m)
{
	for (size_t i = 0; i < m->n_regions; i++)
		strbuf_addf(out, "region %zu below %u %s%s\n", i + 1, m->regions[i].parent,
			    m->regions[i].name, m->regions[i].is_function ? " function" : "");
	for (size_t i = 0; i < m->n_region_totals; i++) {
		const struct model_region_total *t = &m->region_totals[i];

		strbuf_addf(out,
			    "total of %s thread=%u calls=%" PRIu64 " total=%" PRIu64
			    " self=%" PRIu64 " %" PRIu64 "..%" PRIu64 " %" PRIu64 "/%" PRIu64
			    " %" PRIu64 "/%" PRIu64 " peak=%" PRId64 "\n",
			    m->regions[t->region].name, t->thread, t->calls, t->total, t->self,
			    t->min, t->max, t->allocs, t->bytes, t->frees, t->freed, t->peak);
	}
	for (size_t i = 0; i < m->n_region_times; i++) {
		const struct model_region_time *t = &m->region_times[i];

		strbuf_addf(out, "times of %s thread=%u bucket=%u calls=%" PRIu64 "\n",
			    m->regions[t->region].name, t->thread, t->bucket, t->calls);
	}
}

static void put_model(struct strbuf *out, const struct model *m)
{
	strbuf_addf(out,
		    "counts lines=%" PRIu64 " unknown_events=%" PRIu64 " unknown_keys=%" PRIu64
		    " bad_lines=%" PRIu64 "\n",
		    m->lines, m->unknown_events, m->unknown_keys, m->bad_lines);
	strbuf_addstr(out, "ends header=");
	if (m->has_header)
		strbuf_addf(out, "%" PRIu64, m->header.format);
	else
		strbuf_addstr(out, "no");
	strbuf_addf(out, " footer=%s cut=%s\n", m->has_footer ? m->footer.reason : "no",
		    m->cut ? "yes" : "no");
	strbuf_addf(out,
		    "has modules=%zu samples=%zu moments=%zu notes=%zu last_time=%" PRIu64 "\n",
		    m->n_modules, m->n_samples, m->n_moments, m->n_notes, m->last_time);
	if (m->has_peak)
		strbuf_addf(out, "peak bytes=%" PRIu64 " blocks=%" PRIu64 " t=%" PRIu64 "\n",
			    m->peak_bytes, m->peak_blocks, m->peak_time);
	else
		strbuf_addstr(out, "peak none\n");
	for (size_t i = 0; i < m->n_modules; i++) {
		const struct model_module *module = &m->modules[i];

		strbuf_addf(out, "module %u %s %" PRIu64 "..", module->id, module->path,
			    module->loaded);
		if (module->unloaded == UINT64_MAX)
			strbuf_addstr(out, "loaded\n");
		else
			strbuf_addf(out, "%" PRIu64 "\n", module->unloaded);
	}
	put_threads(out, m);
	put_stacks(out, m);
	put_moments(out, m);
	put_timeline(out, m);
	put_regions(out, m);
	for (size_t i = 0; i < m->n_allocators; i++) {
		const struct model_allocator *a = &m->allocators[i];

		strbuf_addf(out,
			    "allocator %" PRIu64 " %s allocated=%" PRIu64 " active=%" PRIu64
			    " resident=%" PRIu64 " retained=%" PRIu64 " mapped=%" PRIu64
			    " metadata=%" PRIu64 "\n",
			    a->t, a->name, a->allocated, a->active, a->resident, a->retained,
			    a->mapped, a->metadata);
	}
	for (size_t i = 0; i < m->n_jits; i++)
		strbuf_addf(out, "jit 0x%" PRIx64 "+%" PRIu64 " %s\n", m->jits[i].start,
			    m->jits[i].size, m->jits[i].name);
	for (size_t i = 0; i < m->n_names; i++) {
		const struct model_name *n = &m->names[i];

		strbuf_addf(out, "name module=%u 0x%" PRIx64 "%s %s %s:%u from %u+0x%" PRIx64 "\n",
			    n->module, n->offset, n->exact ? " exact" : "",
			    n->function ? m->texts[n->function] : "?",
			    n->file ? m->texts[n->file] : "?", n->line, n->declared, n->start);
	}
	for (size_t i = 0; i < m->n_notes; i++)
		strbuf_addf(out, "note %" PRIu64 " %s %s: %s\n", m->notes[i].t, m->notes[i].level,
			    m->notes[i].code, m->notes[i].text);
	put_leaks(out, m);
}

static const char *const kinds[] = MP_KIND_WORDS;

static void put_counts(struct strbuf *out, const struct counts *c, bool with_base)
{
	strbuf_addf(out,
		    " allocs=%" PRIu64 "/%" PRIu64 " frees=%" PRIu64 "/%" PRIu64 " temp=%" PRIu64
		    ",%" PRIu64 " peak=%" PRId64 "/%" PRId64,
		    c->allocs, c->bytes, c->frees, c->freed, c->temp0, c->temp1, c->peak_count,
		    c->peak_bytes);
	if (with_base)
		strbuf_addf(out, " base=%" PRId64 "/%" PRId64, c->base_count, c->base_bytes);
	strbuf_addch(out, '\n');
}

static int by_thread_stack_kind(const void *a, const void *b)
{
	const struct model_site *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->stack != y->stack)
		return x->stack < y->stack ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static void put_sites(struct strbuf *out, struct model *m)
{
	for (unsigned int kind = 0; kind < MP_KINDS; kind++) {
		struct counts total = model_total(m, (enum mp_kind)kind);
		bool any = false;

		for (size_t i = 0; i < m->n_sites; i++)
			any |= m->sites[i].kind == (enum mp_kind)kind;
		if (!any)
			continue;
		strbuf_addf(out, "total %s", kinds[kind]);
		put_counts(out, &total, false);
	}
	if (m->n_sites)
		qsort(m->sites, m->n_sites, sizeof(*m->sites), by_thread_stack_kind);
	for (size_t i = 0; i < m->n_sites; i++) {
		const struct model_site *site = &m->sites[i];

		if (site->thread == MODEL_NO_THREAD)
			strbuf_addstr(out, "site thread=none");
		else
			strbuf_addf(out, "site thread=%u", site->thread);
		strbuf_addf(out, " stack=%u %s", site->stack, kinds[site->kind]);
		put_counts(out, &site->counts, point_is_range(&m->point));
	}
}

static void put_sizes(struct strbuf *out, const struct model *m)
{
	for (size_t i = 0; i < m->n_sizes; i++)
		strbuf_addf(out,
			    "size stack=%u class=%u allocs=%" PRIu64 "/%" PRIu64 " usable=%" PRIu64
			    "\n",
			    m->sizes[i].stack, m->sizes[i].class, m->sizes[i].allocs,
			    m->sizes[i].bytes, m->sizes[i].usable);
}

static void put_messages(struct strbuf *out, const char *verb, const struct diag *diag)
{
	for (size_t i = 0; i < diag->n; i++)
		strbuf_addf(out, "%s %s %" PRIu64 ": %s\n", verb,
			    diag_level_name(diag->messages[i].level), diag->messages[i].line,
			    diag->messages[i].text);
}

/* The trace at one point: what is asked behind the @ of `text`. */
static void put_point(struct strbuf *out, const char *name, const char *text)
{
	struct diag diag = DIAG_INIT;
	struct point point;
	struct model m;
	int err = point_parse(text, &point, &diag);

	cr_assert_eq(err, 0, "%s: bad point '%s'", name, text);
	err = model_load(&m, name, &point, &diag);
	strbuf_addf(out, "@%s", text);
	if (err)
		strbuf_addf(out, " %s\n", error_word(err));
	else
		strbuf_addf(out, " at=%" PRIu64 " asked=%" PRIu64 "\n", m.point_time,
			    m.point_asked);
	put_messages(out, "say", &diag);
	if (!err)
		put_sites(out, &m);
	if (!err)
		put_sizes(out, &m);
	model_release(&m);
	point_release(&point);
	diag_release(&diag);
}

static void put_check(struct strbuf *out, const char *name)
{
	struct diag diag = DIAG_INIT;
	struct validation validation;
	int err;

	diag.keep = 1000;
	err = validate_trace(name, &validation, &diag);
	if (!err)
		put_messages(out, "check", &diag);
	strbuf_addf(out, "check %s\n",
		    !err && diag.seen[DIAG_ERROR] ? "findings" : error_word(err));
	diag_release(&diag);
}

/* The text behind the @ of a line of .expect: up to " at=", " ENOENT" or its end. */
static char *point_of(const char *line, size_t len)
{
	const char *ends[] = { memmem(line, len, " at=", 4), memmem(line, len, " ENOENT", 7) };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (ends[i])
			len = (size_t)(ends[i] - line);
	return strndup(line, len);
}

/* All that is known of the trace, at the points that `expect` names. */
static void describe(struct strbuf *out, const char *name, const char *expect)
{
	struct diag diag = DIAG_INIT;
	struct model m;
	int err = model_load(&m, name, NULL, &diag);

	strbuf_addf(out, "load %s\n", error_word(err));
	if (err)
		put_messages(out, "say", &diag);
	else
		put_model(out, &m);
	model_release(&m);
	diag_release(&diag);
	for (const char *line = expect; *line; line += strcspn(line, "\n") + 1)
		if (*line == '@') {
			char *point = point_of(line + 1, strcspn(line + 1, "\n"));

			put_point(out, name, point);
			free(point);
		}
	put_check(out, name);
}

/* Comments out of .expect, in place. */
static void strip_comments(char *text)
{
	char *to = text;

	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n") + 1;

		if (*line != '#') {
			memmove(to, line, len);
			to += len;
		}
		line += len;
	}
	*to = '\0';
}

static void compare(const char *name, const char *want, const char *got)
{
	while (*want || *got) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w)) {
			cr_expect(false, "%s:\n  expected: %.*s\n  found:    %.*s", name, (int)w,
				  want, (int)g, got);
			return;
		}
		want += w + (want[w] != 0);
		got += g + (got[g] != 0);
	}
}

Test(model, corpus)
{
	struct dirent **names;
	int n;

	cr_assert_eq(corpus_enter(), 0, "tests/traces/v1 not found");
	names = corpus_traces(&n);
	cr_assert_gt(n, 20, "the corpus is not there");
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		struct strbuf found = STRBUF_INIT;
		char path[300], *expect;

		snprintf(path, sizeof(path), "%.*s.expect", (int)strlen(name) - 6, name);
		expect = corpus_slurp(path, NULL);
		cr_assert_not_null(expect, "%s is missing", path);
		strip_comments(expect);
		describe(&found, name, expect);
		compare(name, expect, found.buf);
		strbuf_release(&found);
		free(expect);
		free(names[i]);
	}
	free(names);
}

/* Totals do not depend on how many lines or batches they came in. */
Test(model, no_point_is_the_end)
{
	struct point end = { .kind = POINT_END };
	struct model a, b;

	cr_assert_eq(corpus_enter(), 0);
	cr_assert_eq(model_load(&a, "threads.jsonl", NULL, NULL), 0);
	cr_assert_eq(model_load(&b, "threads.jsonl", &end, NULL), 0);
	cr_expect_eq(a.n_sites, b.n_sites);
	cr_expect_eq(model_total(&a, MP_HEAP).bytes, 1600);
	cr_expect_eq(counts_live_bytes(&a.sites[0].counts), 1000 + 500);
	model_release(&a);
	model_release(&b);
}

Test(model, missing_file)
{
	struct diag diag = DIAG_INIT;
	struct model m;

	cr_expect_eq(model_load(&m, "/nonexistent/x.jsonl", NULL, &diag), -ENOENT);
	cr_expect_eq(m.lines, 0);
	cr_assert_eq(diag.n, 1);
	cr_expect_str_eq(diag.messages[0].text,
			 "cannot open '/nonexistent/x.jsonl': No such file or directory");
	model_release(&m);
	diag_release(&diag);
}
