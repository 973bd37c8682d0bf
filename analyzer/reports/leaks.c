/* SPDX-License-Identifier: MIT */
/* leaks.c - what was never freed, and what still held it. */
#include "reports/leaks.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/model.h"
#include "reports/about.h"
#include "reports/choose.h"
#include "reports/filter.h"
#include "reports/leak_baseline.h"
#include "reports/report.h"
#include "reports/suppress.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define OWN(field) offsetof(struct leaks_options, field)

static const struct opt leaks_options[] = {
	{ .name = "show",
	  .type = OPT_LIST,
	  .offset = OWN(show),
	  .arg = "KINDS",
	  .help = "definite, indirect, possible, reachable, runtime, ignored, replaced, "
		  "unclassified or all, separated by commas (default: those that are lost, and "
		  "unclassified)" },
	{ .name = "fail-on",
	  .type = OPT_LIST,
	  .offset = OWN(fail_on),
	  .arg = "WHAT",
	  .help = "exit with status 1 on definite, possible, any, growth, new or invalid-free, "
		  "separated by commas" },
	{ .name = "min-bytes",
	  .type = OPT_SIZE,
	  .offset = OWN(min_bytes),
	  .arg = "SIZE",
	  .help = "leave out stacks that leaked less" },
	{ .name = "since",
	  .type = OPT_TEXT,
	  .offset = OWN(since),
	  .arg = "POINT",
	  .help = "only what was allocated since then: TRACE@POINT..end" },
	{ .name = "between",
	  .type = OPT_TEXT,
	  .offset = OWN(between),
	  .arg = "A..B",
	  .help = "only what was allocated between two points: TRACE@A..B" },
	{ .name = "suppressions",
	  .type = OPT_LIST,
	  .offset = OWN(suppressions),
	  .arg = "FILE",
	  .help = "leave out what FILE names, in LeakSanitizer's or valgrind's words" },
	{ .name = "builtin-suppressions",
	  .type = OPT_FLAG,
	  .offset = OWN(builtin),
	  .def = "1",
	  .help = "leave out what the C and C++ runtimes are known to keep (the default)" },
	{ .name = "gen-suppressions",
	  .type = OPT_WORD,
	  .offset = OWN(generate),
	  .arg = "lsan|valgrind",
	  .help = "print suppressions for what is shown, instead of the report" },
	{ .name = "baseline",
	  .type = OPT_PATH,
	  .offset = OWN(baseline),
	  .arg = "FILE",
	  .help = "leave out leaks that FILE has; others are new" },
	{ .name = "update-baseline",
	  .type = OPT_FLAG,
	  .offset = OWN(update_baseline),
	  .help = "write the leaks there are to the file of --baseline" },
	{ .name = "inherited",
	  .type = OPT_FLAG,
	  .offset = OWN(inherited),
	  .help = "show blocks that came with a fork, too" },
	CHOOSE_ALLOCATOR_FRAMES(struct leaks_options, allocator_frames),
	{ .type = OPT_END },
};

static const char *const leaks_examples[] = {
	"memprof run --leaks ./app && memprof leaks memprof.app.4242.jsonl",
	"memprof leaks trace.jsonl --fail-on definite,invalid-free --suppressions lsan.supp",
	"memprof leaks trace.jsonl --baseline leaks.json --fail-on new --format junit -o leaks.xml",
	"memprof leaks trace.jsonl --since warm --show all",
	NULL,
};

/* A word and the bits it stands for. */
struct word {
	const char *name;
	unsigned int bits;
};

static const struct word fail_words[] = {
	{ "definite", FAIL_DEFINITE },
	{ "possible", FAIL_POSSIBLE },
	{ "any", FAIL_DEFINITE | FAIL_POSSIBLE | FAIL_UNCLASSIFIED },
	{ "growth", FAIL_GROWTH },
	{ "new", FAIL_NEW },
	{ "invalid-free", FAIL_INVALID },
	{ NULL, 0 },
};

static const struct word show_words[] = {
	{ "definite", 1u << MP_DEFINITE },
	{ "indirect", 1u << MP_INDIRECT },
	{ "possible", 1u << MP_POSSIBLE },
	{ "reachable", 1u << MP_REACHABLE },
	{ "runtime", 1u << MP_RUNTIME },
	{ "ignored", 1u << MP_IGNORED },
	{ "replaced", 1u << LEAK_REPLACED },
	{ "unclassified", 1u << LEAK_UNCLASSIFIED },
	{ "all", ~0u },
	{ NULL, 0 },
};

#define SHOWN_BY_DEFAULT \
	(1u << MP_DEFINITE | 1u << MP_INDIRECT | 1u << MP_POSSIBLE | 1u << LEAK_UNCLASSIFIED)

static int no_such_word(const char *option, const char *given, const struct word *words,
			struct diag *diag)
{
	struct strbuf list = STRBUF_INIT;
	int err;

	for (const struct word *w = words; w->name; w++)
		strbuf_addf(&list, "%s%s", w == words ? "" : ", ", w->name);
	err = diag_error(diag, -EINVAL, "--%s cannot be '%s': it is %s", option, given, list.buf);
	strbuf_release(&list);
	return err;
}

/* Words separated by commas, of an option that may be given several times. */
static int parse_words(const struct opt_list *given, const struct word *words, const char *option,
		       unsigned int *bits, struct diag *diag)
{
	int err = 0;

	for (size_t i = 0; i < given->n && !err; i++) {
		char *copy = xstrdup(given->v[i]), *rest = copy, *name;

		while ((name = strsep(&rest, ",")) && !err) {
			const struct word *w = words;

			while (w->name && strcmp(w->name, name))
				w++;
			*bits |= w->bits;
			if (!w->name)
				err = no_such_word(option, name, words, diag);
		}
		free(copy);
	}
	return err;
}

static char *leaks_point(const void *own)
{
	const struct leaks_options *options = own;

	if (options->between)
		return xstrdup(options->between);
	return options->since ? xasprintf("%s..end", options->since) : NULL;
}

bool leaks_counts(const struct leaks *leaks, const struct leak_row *row)
{
	return !row->suppressed && (!row->inherited || leaks->own->inherited) &&
	       row->bytes >= leaks->own->min_bytes;
}

bool leaks_shows(const struct leaks *leaks, const struct leak_row *row)
{
	return leaks_counts(leaks, row) && !row->known &&
	       ((leaks->show & 1u << row->kind) || row->steady);
}

static int read_suppressions(const struct leaks *leaks, const struct model *model,
			     struct suppressions *list)
{
	const struct leaks_options *own = leaks->own;
	int err = 0;

	for (size_t i = 0; i < own->suppressions.n && !err; i++)
		err = suppressions_add_file(list, own->suppressions.v[i], leaks->args->diag);
	/* what a program says of itself, as LeakSanitizer asks it */
	for (size_t i = 0; i < model->n_notes && !err; i++)
		if (!strcmp(model->notes[i].code, "lsan-suppressions"))
			err = suppressions_add_text(list, model->notes[i].text, NULL,
						    leaks->args->diag);
	if (!err && own->builtin)
		suppressions_add_builtin(list);
	return err;
}

/* Filters and suppressions leave rows out. */
static void leave_out(struct leaks *leaks, const struct filters *filters)
{
	struct leak_rows *rows = &leaks->rows;
	size_t to = 0;

	for (size_t i = 0; i < rows->n; i++) {
		struct leak_row row = rows->v[i];
		const struct model_thread *thread = row.thread < rows->model->n_threads
							    ? &rows->model->threads[row.thread]
							    : NULL;

		if (!filters_pass(filters, row.n_frames ? row.frames[0] : NULL, thread, NULL)) {
			free(row.frames);
			free(row.cases);
			continue;
		}
		row.suppressed = suppressions_find(leaks->suppressions,
						   row.kind < MP_LEAKS ? 1u << row.kind : 0,
						   row.frames, row.n_frames);
		if (row.suppressed && !row.inherited) {
			row.suppressed->used = true;
			row.suppressed->count += row.count;
			row.suppressed->bytes += row.bytes;
		}
		rows->v[to++] = row;
	}
	rows->n = to;
}

static void generate(const struct leaks *leaks, struct doc *doc)
{
	bool valgrind = !strcmp(leaks->own->generate, "valgrind");
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < leaks->rows.n; i++) {
		const struct leak_row *row = &leaks->rows.v[i];
		char name[32];

		if (!leaks_shows(leaks, row) || !row->n_frames)
			continue;
		snprintf(name, sizeof(name), "memprof-%zu", ++n);
		if (valgrind)
			suppress_add_valgrind(&text, name,
					      row->kind <= MP_REACHABLE ? leak_words[row->kind]
									: "all",
					      row->frames, row->n_frames);
		else
			suppress_add_lsan(&text, row->frames, row->n_frames);
	}
	doc->side_text = doc_text(doc, text.buf ? text.buf : "");
	strbuf_release(&text);
}

static void write_baseline(const struct leaks *leaks, struct doc *doc)
{
	struct sink sink;

	sink_to_memory(&sink);
	leak_baseline_write(&leaks->rows, leaks->args->sources, &sink);
	doc->side_path = doc_text(doc, leaks->own->baseline);
	doc->side_text = doc_text(doc, sink.buf.buf ? sink.buf.buf : "");
	sink_close(&sink);
}

static int check_options(const struct leaks *leaks, const struct model *model)
{
	struct diag *diag = leaks->args->diag;

	if (leaks->args->cumulative)
		return diag_error(diag, -EINVAL,
				  "--cumulative goes with top: leaks are whole stacks");
	if (leaks->args->sort && strcmp(leaks->args->sort, "bytes"))
		return diag_error(diag, -EINVAL, "--sort: leaks are sorted by kind and bytes");
	if (leaks->own->update_baseline && !leaks->own->baseline)
		return diag_error(diag, -EINVAL, "--update-baseline wants --baseline FILE");
	if (leaks->own->since && leaks->own->between)
		return diag_error(diag, -EINVAL, "--since and --between exclude each other");
	if (model->point.kind == POINT_PEAK || point_is_net_only(&model->point))
		return diag_error(diag, -EINVAL,
				  "what lives at the peak is no leak yet: other "
				  "points show leaks");
	return 0;
}

static void fill(struct leaks *leaks, const struct model *model, struct doc *doc)
{
	about_trace(model, doc);
	about_title(model, doc);
	leaks_add_values(leaks, doc);
	leaks_add_tables(leaks, doc);
	leaks_judge(leaks, doc);
	about_notes(model, MP_HEAP, doc);
	if (leaks->own->generate)
		generate(leaks, doc);
	else if (leaks->own->update_baseline)
		write_baseline(leaks, doc);
}

static int leaks_build(const struct model *model, struct symbols *symbols,
		       const struct report_args *args, struct doc *doc)
{
	struct suppressions suppressions = { .v = NULL };
	struct leaks leaks = {
		.args = args,
		.own = args->own,
		.symbols = symbols,
		.suppressions = &suppressions,
	};
	struct filters filters = { .n = 0 };
	int err = check_options(&leaks, model);

	if (!err)
		err = parse_words(&leaks.own->show, show_words, "show", &leaks.show, args->diag);
	if (!err)
		err = parse_words(&leaks.own->fail_on, fail_words, "fail-on", &leaks.fail_on,
				  args->diag);
	if (!leaks.show)
		leaks.show = SHOWN_BY_DEFAULT;
	if (!err)
		err = filters_parse(&filters, &args->filters, args->diag);
	if (!err && filters_on(&filters, FILTER_PROCESS))
		err = diag_error(args->diag, -EINVAL,
				 "--filter on processes: leaks of several are counted by stack; "
				 "TRACE#PID is those of one");
	if (!err)
		err = read_suppressions(&leaks, model, &suppressions);
	if (!err) {
		leak_rows_build(&leaks.rows, model, symbols, leaks.own->allocator_frames);
		leave_out(&leaks, &filters);
		leaks_find_bad(&leaks);
		if (leaks.own->baseline && !leaks.own->update_baseline)
			err = leak_baseline_match(&leaks.rows, leaks.own->baseline, args->sources,
						  args->diag);
		if (!err)
			fill(&leaks, model, doc);
		leaks_release_bad(&leaks);
		leak_rows_release(&leaks.rows);
	}
	suppressions_release(&suppressions);
	filters_release(&filters);
	return err ? -EINVAL : 0;
}

const struct report report_leaks = {
	.name = "leaks",
	.summary = "what was never freed, and what still held it",
	.description =
		"Shows the stacks whose blocks were never freed, those that are lost first. A "
		"trace recorded with --leaks says what held each block at the end: definite: "
		"nothing; indirect: only lost blocks; possible: at most a pointer into its "
		"middle, or registers of other threads; reachable: the program; runtime: the C "
		"or C++ runtime alone. Without it, or after a crash, blocks are unclassified. A "
		"site that grew steadily through the run is shown whatever held its blocks. Bad "
		"releases are listed, too. Without --fail-on the exit status is 0.",
	.options = leaks_options,
	.args_size = sizeof(struct leaks_options),
	.model_flags = MODEL_HISTORY,
	.rows = 20,
	.examples = leaks_examples,
	.point = leaks_point,
	.build = leaks_build,
};
