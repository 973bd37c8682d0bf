/* SPDX-License-Identifier: MIT */
/*
 * main.c - the program: finds the command and gives it its words.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmds/commands.h"
#include "util/strbuf.h"
#include "util/term.h"

static int print_overview(void)
{
	struct strbuf text = STRBUF_INIT;
	struct term term;
	int status;

	term_init(&term, STDOUT_FILENO, TERM_NEVER);
	commands_help(&text, term.width);
	status = print_checked(&text);
	strbuf_release(&text);
	return status;
}

static int print_completion(int argc, char **argv)
{
	struct strbuf text = STRBUF_INIT;
	int status;

	commands_complete(&text, argc, argv);
	status = print_checked(&text);
	strbuf_release(&text);
	return status;
}

static int unknown(const char *name)
{
	const char *near = verb_nearest(name);

	if (near)
		complain("no command '%s'; did you mean 'memprof %s'?", name, near);
	else if (access(name, R_OK) == 0)
		complain("no command '%s'; to look at a trace: memprof top '%s'", name, name);
	else
		complain("no command '%s'; 'memprof --help' lists them", name);
	return EXIT_USAGE;
}

static int help(int argc, char **argv)
{
	char *words[] = { "--help", NULL };
	const struct verb *verb;

	if (argc < 1)
		return print_overview();
	verb = verb_find(argv[0]);
	return verb ? verb_run(verb, 1, words) : unknown(argv[0]);
}

static int dispatch(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		struct strbuf text = STRBUF_INIT;

		commands_help(&text, 80);
		fputs(text.buf, stderr);
		strbuf_release(&text);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_overview();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return printf("memprof %s\n", PACKAGE_VERSION) < 0 ? EXIT_IO : EXIT_FINE;
	if (!strcmp(argv[1], "--complete"))
		return print_completion(argc - 2, argv + 2);
	if (!strcmp(argv[1], "help"))
		return help(argc - 2, argv + 2);
	if (argv[1][0] == '-') {
		complain("options come after the command: memprof COMMAND %s", argv[1]);
		complain("'memprof --help' lists the commands");
		return EXIT_USAGE;
	}
	verb = verb_find(argv[1]);
	return verb ? verb_run(verb, argc - 2, argv + 2) : unknown(argv[1]);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	/* a full disk may show only now; a reader that left is no trouble */
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
		complain("cannot write standard output: %s", strerror(errno));
		return status ? status : EXIT_IO;
	}
	return status;
}
