/* SPDX-License-Identifier: MIT */
/* help.c - help and completion, from the tables that also parse. */
#include <stdlib.h>
#include <string.h>

#include "cmds/commands.h"
#include "cmds/complete_points.h"
#include "reports/report.h"
#include "util/strbuf.h"

#define NAME_COLUMN 15

void commands_help(struct strbuf *out, int width)
{
	strbuf_addstr(out, "usage: memprof COMMAND [OPTIONS] ...\n\n"
			   "Records where a program's memory goes, and reads the record.\n\n");
	for (const struct verb *v = verbs(); v->name; v++) {
		struct strbuf line = STRBUF_INIT;

		opt_wrap(&line, v->summary, NAME_COLUMN, width);
		strbuf_addf(out, "  %-*s", NAME_COLUMN - 2, v->name);
		strbuf_addstr(out, line.buf + NAME_COLUMN);
		strbuf_release(&line);
	}
	strbuf_addstr(
		out, "\nA TRACE may name a moment: TRACE@peak, TRACE@12.5s, TRACE@MARK;\n"
		     "or a range, for what grew in it: TRACE@MARK..peak, TRACE@case:SUITE/NAME.\n\n"
		     "examples:\n"
		     "  memprof run ./program --its options\n"
		     "  memprof top memprof.program.4242.jsonl\n"
		     "  memprof top memprof.program.4242.jsonl@peak --group-by function\n\n"
		     "'memprof COMMAND --help' says more.\n");
}

void verb_help(const struct verb *verb, struct strbuf *out, int width)
{
	const struct command *c = verb->command;
	const struct report *r = verb->report;
	const char *description = c ? c->description : r->description;
	const char *const *examples = c ? c->examples : r->examples;
	size_t size;
	struct opt *options = r			? report_options(r)
			      : c->make_options ? c->make_options(0, NULL, &size)
						: NULL;
	const struct opt *table = options ? options : c->options;

	strbuf_addf(out, "usage: memprof %s [OPTIONS] %s%s%s\n\n", verb->name,
		    c ? c->operands ? c->operands : "" : "TRACE[@POINT|@A..B]",
		    r && r->operands ? " " : "", r && r->operands ? r->operands : "");
	opt_wrap(out, description ? description : verb->summary, 0, width);
	if (table) {
		strbuf_addstr(out, "\noptions:\n");
		opt_help(out, table, width);
	}
	if (examples && *examples)
		strbuf_addstr(out, "\nexamples:\n");
	for (; examples && *examples; examples++)
		strbuf_addf(out, "  %s\n", *examples);
	free(options);
}

static void add_verbs(struct strbuf *out, const char *word)
{
	size_t len = strlen(word);

	for (const struct verb *v = verbs(); v->name; v++)
		if (!strncmp(v->name, word, len))
			strbuf_addf(out, "%s\n", v->name);
	if (!strncmp("help", word, len))
		strbuf_addstr(out, "help\n");
	for (const char *const *p = (const char *const[]){ "--help", "--version", NULL }; *p; p++)
		if (*word && !strncmp(*p, word, len))
			strbuf_addf(out, "%s\n", *p);
}

void commands_complete(struct strbuf *out, int argc, char **argv)
{
	const char *word = argc ? argv[argc - 1] : "";
	const struct verb *verb;
	struct opt *options;
	size_t size;

	if (argc <= 1 || (argc == 2 && !strcmp(argv[0], "help"))) {
		add_verbs(out, word);
		return;
	}
	verb = verb_find(argv[0]);
	if (!verb)
		return;
	options = verb->report ? report_options(verb->report)
		  : verb->command->make_options
			  ? verb->command->make_options(argc - 1, argv + 1, &size)
			  : NULL;
	if (options || verb->command->options)
		opt_complete(out, options ? options : verb->command->options,
			     argc > 2 ? argv[argc - 2] : NULL, word);
	if (!out->len)
		complete_points(out, word);
	free(options);
}
