/* SPDX-License-Identifier: MIT */
/*
 * commands.h - all commands: those of this folder and one for every report.
 */
#ifndef ANALYZER_CMDS_COMMANDS_H
#define ANALYZER_CMDS_COMMANDS_H

#include "cmds/command.h"
#include "util/opt.h"

struct report;
struct strbuf;

/* A name on the command line, and what it stands for: one of the two. */
struct verb {
	const char *name, *summary;
	const struct command *command;
	const struct report *report;
};

/* All verbs, sorted as help lists them; ends with an empty one. */
const struct verb *verbs(void);

const struct verb *verb_find(const char *name);

/* The name that was probably meant, or NULL. */
const char *verb_nearest(const char *name);

/* What `memprof VERB --help` prints. */
void verb_help(const struct verb *verb, struct strbuf *out, int width);

/* Parse the words after the verb and run it.  Returns the exit status. */
int verb_run(const struct verb *verb, int argc, char **argv);

/* What `memprof --help` prints. */
void commands_help(struct strbuf *out, int width);

/*
 * Completion for shells: `argc` words after "memprof", the last one unfinished;
 * prints candidates one a line, or nothing where files are meant.
 */
void commands_complete(struct strbuf *out, int argc, char **argv);

/* reporting.c: the options of a report, its own and everybody's; to be freed. */
struct opt *report_options(const struct report *report);

/*
 * reporting.c: parse the words after a report's name, build, render.  Returns
 * the exit status, or REPORT_HELP when help was asked for.
 */
#define REPORT_HELP (-1)
int report_run(const struct report *report, int argc, char **argv);

/* Print bytes on stdout with every error checked.  Returns the exit status. */
int print_checked(const struct strbuf *text);

#endif
