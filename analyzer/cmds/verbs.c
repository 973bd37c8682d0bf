/* SPDX-License-Identifier: MIT */
/* verbs.c - all commands and reports by name, and how a command is run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/commands.h"
#include "reports/report.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"
#include "util/xalloc.h"

#define COMMAND(name) extern const struct command cmd_##name;
#include "cmds/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "cmds/commands.def"
#undef COMMAND
	NULL,
};

#define MOST_VERBS 64

/* What people do first comes first; the rest by name. */
static int rank(const char *name)
{
	static const char *const first[] = { "run", "top", "info" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(name, first[i]))
			return i;
	return 3;
}

static int compare(const void *left, const void *right)
{
	const struct verb *a = left, *b = right;
	int order = rank(a->name) - rank(b->name);

	return order ? order : strcmp(a->name, b->name);
}

const struct verb *verbs(void)
{
	static struct verb list[MOST_VERBS + 1];
	size_t n = 0;

	if (list[0].name)
		return list;
	for (size_t i = 0; commands[i] && n < MOST_VERBS; i++)
		list[n++] = (struct verb){ .name = commands[i]->name,
					   .summary = commands[i]->summary,
					   .command = commands[i] };
	for (size_t i = 0; reports[i] && n < MOST_VERBS; i++)
		list[n++] = (struct verb){ .name = reports[i]->name,
					   .summary = reports[i]->summary,
					   .report = reports[i] };
	qsort(list, n, sizeof(*list), compare);
	return list;
}

const struct verb *verb_find(const char *name)
{
	for (const struct verb *v = verbs(); v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

const char *verb_nearest(const char *name)
{
	const char *names[MOST_VERBS + 2];
	size_t n = 0;

	for (const struct verb *v = verbs(); v->name; v++)
		names[n++] = v->name;
	names[n++] = "help";
	names[n] = NULL;
	return opt_nearest(name, names);
}

int print_checked(const struct strbuf *text)
{
	struct sink sink;
	int err;

	sink_to_fd(&sink, STDOUT_FILENO);
	sink_write(&sink, text->buf, text->len);
	err = sink_close(&sink);
	if (err)
		complain("cannot write standard output: %s", strerror(-err));
	return err ? EXIT_IO : EXIT_FINE;
}

static int print_help(const struct verb *verb)
{
	struct strbuf text = STRBUF_INIT;
	struct term term;
	int status;

	term_init(&term, STDOUT_FILENO, TERM_NEVER);
	verb_help(verb, &text, term.width);
	status = print_checked(&text);
	strbuf_release(&text);
	return status;
}

static int check_operands(const struct command *c, int n)
{
	if (n < c->min_operands)
		return usage_error(c, "%s wants %s", c->name, c->operands);
	if (c->max_operands >= 0 && n > c->max_operands)
		return usage_error(c, "%s takes no more than %s", c->name,
				   *c->operands ? c->operands : "options");
	return EXIT_FINE;
}

static int command_run(const struct verb *verb, int argc, char **argv)
{
	static const struct opt none[] = { { .type = OPT_END } };
	const struct command *c = verb->command;
	size_t size = c->args_size;
	struct opt *made = c->make_options ? c->make_options(argc, argv, &size) : NULL;
	const struct opt *options = made ? made : c->options ? c->options : none;
	void *args = xcalloc(1, size);
	struct diag diag = DIAG_INIT;
	int n = 0, status;

	switch (opt_parse(options, args, argc, argv, c->opt_flags, &n, &diag)) {
	case OPT_HELP:
		status = print_help(verb);
		break;
	case OPT_WRONG:
		status = usage_error(c, "%s", diag.n ? diag.messages[0].text : "wrong options");
		break;
	default:
		/* operands moved to the front leave room, unless all words are some */
		argv[n] = NULL;
		status = check_operands(c, n);
		if (!status)
			status = c->run(args, n, argv);
	}
	opt_release(options, args);
	free(made);
	free(args);
	diag_release(&diag);
	return status;
}

int verb_run(const struct verb *verb, int argc, char **argv)
{
	int status = verb->command ? command_run(verb, argc, argv)
				   : report_run(verb->report, argc, argv);

	return status == REPORT_HELP ? print_help(verb) : status;
}
