/* SPDX-License-Identifier: MIT */
/* leaks_judge.c - what of a leaks report is a finding, and what a failure. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "reports/leaks.h"
#include "reports/top_rows.h"
#include "util/strbuf.h"
#include "util/units.h"

/* Failures named in the sentence that says why. */
#define NAMED 3

static bool is_failure(const struct leaks *leaks, const struct leak_row *row)
{
	unsigned int fail_on = leaks->fail_on;

	if (row->known)
		return false;
	switch (row->kind) {
	case MP_DEFINITE:
	case MP_INDIRECT:
		if (fail_on & (FAIL_DEFINITE | FAIL_NEW))
			return true;
		break;
	case MP_POSSIBLE:
		if (fail_on & (FAIL_POSSIBLE | FAIL_NEW))
			return true;
		break;
	case LEAK_UNCLASSIFIED:
		if (fail_on & (FAIL_UNCLASSIFIED | FAIL_NEW))
			return true;
		break;
	}
	return row->steady && (fail_on & FAIL_GROWTH);
}

static void say_row(const struct leak_row *row, struct strbuf *out)
{
	static const char *const lost[LEAK_KINDS] = {
		"definitely lost", "indirectly lost",	 "possibly lost",     "still reachable",
		"of the runtime",  "ignored by request", "gone with an exec", "never freed",
	};

	units_add_bytes(out, row->bytes);
	strbuf_addf(out, " in %" PRIu64 " block%s %s", row->count, row->count == 1 ? "" : "s",
		    lost[row->kind]);
	if (row->steady) {
		strbuf_addstr(out, ", growing by ");
		units_add_bytes(out, row->per_second);
		strbuf_addstr(out, " a second");
	}
}

/* Counts failures, and names the first of them. */
struct verdict {
	uint64_t n;
	struct strbuf text;
};

static void fail(struct verdict *verdict, const char *text, const struct doc_frame *where)
{
	if (verdict->n++ >= NAMED)
		return;
	strbuf_addf(&verdict->text, "%s%s", verdict->text.len ? "; " : "", text);
	if (where && where->function)
		strbuf_addf(&verdict->text, " from %s", where->function);
}

static void add_row(const struct leaks *leaks, const struct leak_row *row, struct verdict *verdict,
		    struct doc *doc)
{
	static const char *const rules[LEAK_KINDS] = {
		"definite-leak", "indirect-leak", "possible-leak",  "reachable-block",
		"runtime-block", "ignored-block", "replaced-block", "unfreed-block",
	};
	struct doc_frame *frames = leaks_frames_of(doc, row->frames, row->n_frames);
	struct strbuf text = STRBUF_INIT;
	bool growing = row->steady && row->kind > MP_POSSIBLE;
	bool failed = is_failure(leaks, row);

	say_row(row, &text);
	doc_add_finding(doc, (struct doc_finding){
				     .rule = growing ? "growing-site" : rules[row->kind],
				     .text = text.buf,
				     .frames = frames,
				     .n_frames = row->n_frames,
				     .failed = failed,
			     });
	if (failed)
		fail(verdict, text.buf, row->n_frames ? &frames[0] : NULL);
	strbuf_release(&text);
	free(frames);
}

static void add_bad(const struct leaks *leaks, const struct bad_release *bad,
		    struct verdict *verdict, struct doc *doc)
{
	struct doc_frame *frames = leaks_frames_of(doc, bad->stack.v, bad->stack.n);
	struct strbuf text = STRBUF_INIT;

	leaks_say_bad(bad, &text);
	doc_add_finding(doc, (struct doc_finding){
				     .rule = bad->first->what,
				     .text = text.buf,
				     .frames = frames,
				     .n_frames = bad->stack.n,
				     .failed = leaks->fail_on & FAIL_INVALID,
			     });
	if (leaks->fail_on & FAIL_INVALID)
		fail(verdict, text.buf, bad->stack.n ? &frames[0] : NULL);
	strbuf_release(&text);
	free(frames);
}

static const char *why_unclassified(const struct model *model)
{
	for (size_t i = model->n_leak_checks; i-- > 0;)
		if (!model->leak_checks[i].n_rows && *model->leak_checks[i].note)
			return model->leak_checks[i].note;
	if (model->n_leak_checks)
		return "leaks were looked for at other points only: the program ended before the "
		       "check at its exit, or goes on";
	if (model->has_footer && !strcmp(model->footer.reason, "killed"))
		return "what held the blocks is not known: the program was killed";
	return model->has_footer
		       ? "what held the blocks is not known: 'memprof run --leaks' finds out"
		       : "what held the blocks is not known: the program was killed, or still runs";
}

void leaks_judge(const struct leaks *leaks, struct doc *doc)
{
	const struct model *model = leaks->rows.model;
	const struct model_leak_check *check = leaks->rows.check;
	struct verdict verdict = { .text = STRBUF_INIT };
	bool unclassified = false;

	doc->judged = true;
	for (size_t i = 0; i < leaks->rows.n; i++) {
		const struct leak_row *row = &leaks->rows.v[i];

		if (leaks_shows(leaks, row))
			add_row(leaks, row, &verdict, doc);
		unclassified |= row->kind == LEAK_UNCLASSIFIED && leaks_counts(leaks, row);
	}
	for (size_t i = 0; i < leaks->n_bad; i++)
		if (!leaks->bad[i].suppressed)
			add_bad(leaks, &leaks->bad[i], &verdict, doc);
	if (!check && unclassified) {
		doc_add_note(doc, LEVEL_WARNING, "not-classified", "%s", why_unclassified(model));
		/* a gate that cannot tell must not open */
		if (leaks->fail_on & (FAIL_DEFINITE | FAIL_POSSIBLE))
			fail(&verdict, "leaks were not classified", NULL);
	}
	if (check && *check->note)
		doc_add_note(doc, LEVEL_INFO, "leak-check", "%s", check->note);
	if (verdict.n) {
		doc->failure = doc_textf(doc, "leaks: %s%s", verdict.text.buf,
					 verdict.n > NAMED ? ", and more" : "");
		doc_add_note(doc, LEVEL_ERROR, "failed", "%s", verdict.text.buf);
	}
	strbuf_release(&verdict.text);
}
