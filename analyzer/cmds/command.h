/* SPDX-License-Identifier: MIT */
/*
 * command.h - what a subcommand is, and what all of them share.
 *
 * A command is one file cmds/X.c with `const struct command cmd_X`.  Options
 * are parsed, --help printed and completion answered for it: run() only sees
 * the filled struct and its operands.  Only this floor prints and chooses
 * exit statuses.
 */
#ifndef ANALYZER_CMDS_COMMAND_H
#define ANALYZER_CMDS_COMMAND_H

#include <stddef.h>

#include "util/opt.h"

struct diag;

enum exit_status {
	EXIT_FINE = 0,
	EXIT_FINDINGS = 1, /* leaks, an increase, a failed limit, an invalid trace */
	EXIT_USAGE = 2,
	EXIT_TRACE = 3, /* cannot be read as a trace */
	EXIT_IO = 4,	/* other trouble with input or output */
};

struct command {
	const char *name;
	const char *summary;  /* one line for the list of commands: lower case, no full stop */
	const char *operands; /* as the usage line shows them: "TRACE", "[--] PROG [ARGS...]" */
	const char *
		description; /* more for --help: whole sentences, wrapped by the printer; may be NULL */
	const struct opt *options; /* ends with an OPT_END row */
	size_t args_size;	   /* of the struct the options fill */
	/*
	 * For a command whose options depend on its words: its table, to be freed,
	 * and the size of what it fills, instead of the two above.  argv may be NULL.
	 */
	struct opt *(*make_options)(int argc, char **argv, size_t *args_size);
	unsigned int opt_flags;		/* OPT_STOP_AT_OPERAND or 0 */
	int min_operands, max_operands; /* checked before run(); max -1 for any number */
	const char *const *examples;	/* whole command lines, ends with NULL */

	/*
	 * `args` points to args_size zeroed bytes with the options filled in.
	 * `operands` ends with NULL.  Returns the exit status.
	 */
	int (*run)(const void *args, int n_operands, char **operands);
};

/* `memprof: …` on stderr, one line. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Print what a diag collected on stderr, and say how many more there were.
 * Errors as `memprof: …`, others as `memprof: warning: …`.
 */
void complain_diag(const struct diag *diag);

/* Complain, point to `memprof COMMAND --help`, return EXIT_USAGE. */
int usage_error(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The exit status that belongs to an error of model_load() and friends. */
int exit_status_of(int err);

#endif
