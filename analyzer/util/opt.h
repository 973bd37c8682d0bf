/* SPDX-License-Identifier: MIT */
/*
 * opt.h - option tables: one table is what parses, what --help shows and what
 * completion offers.
 *
 * A table is const data: a row names the field of the command's own struct by
 * offset.  Accepted are `-n 5`, `-n5`, `--sort key`, `--sort=key`,
 * `--cumulative`, `--no-cumulative`, bundles of short flags, a unique prefix
 * of a long name, and `--`, after which everything is an operand.  Options and
 * operands may be mixed, unless OPT_STOP_AT_OPERAND is asked for.
 */
#ifndef ANALYZER_UTIL_OPT_H
#define ANALYZER_UTIL_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct strbuf;

enum opt_type {
	OPT_END,    /* ends a table */
	OPT_FLAG,   /* bool */
	OPT_TEXT,   /* const char *: any text */
	OPT_PATH,   /* const char *: a file, completed as one */
	OPT_NUMBER, /* uint64_t: decimal */
	OPT_SIZE,   /* uint64_t bytes: 4096, 64K, 1.5 MiB */
	OPT_TIME,   /* uint64_t ns: 250ms, 10s, 5us */
	OPT_WORD,   /* const char *: one of the words in `arg`, split at | */
	OPT_LIST,   /* struct opt_list: may be given several times */
};

/* Check the value as its type says, but store it as text (const char *). */
#define OPT_KEEP_TEXT 1u

/* A row; names are without dashes. */
struct opt {
	char letter; /* 0 when there is none */
	const char *name;
	enum opt_type type;
	unsigned int flags;
	size_t offset;	  /* of the field in the command's struct */
	const char *arg;  /* as --help shows it: FILE; for OPT_WORD the words: a|b|c */
	const char *def;  /* stored before parsing, and shown by --help; NULL for none */
	const char *help; /* a sentence: lower case, no full stop */
	const char *hint; /* words that completion offers where any text will do: a|b|c; or NULL */
	/* What the option means without a value, which then must be given as --name=VALUE;
	 * NULL when it wants one. */
	const char *alone;
};

struct opt_list {
	const char **v;
	size_t n, alloc;
};

/* How opt_parse() ended. */
enum opt_result {
	OPT_FINE,
	OPT_WRONG, /* the diag says why */
	OPT_HELP,  /* --help or -h was met; nothing after it was looked at */
};

/* Flags of opt_parse(). */
#define OPT_STOP_AT_OPERAND 1u /* the first operand ends the options: run PROG ARGS */

/*
 * Parse `argc` words at `argv` into `args`: defaults first, then what was
 * given.  The operands are moved to the front of argv and *n_operands says how
 * many there are.  Stored texts are borrowed from argv and the table; lists
 * are freed by opt_release().
 */
enum opt_result opt_parse(const struct opt *table, void *args, int argc, char **argv,
			  unsigned int flags, int *n_operands, struct diag *diag);

/* Free the lists in `args`. */
void opt_release(const struct opt *table, void *args);

/* Store only the defaults. */
void opt_defaults(const struct opt *table, void *args);

/* The table as --help shows it, wrapped to `width` columns. */
void opt_help(struct strbuf *out, const struct opt *table, int width);

/* Append `text` in lines of `indent` spaces and at most `width` columns. */
void opt_wrap(struct strbuf *out, const char *text, int indent, int width);

/*
 * Completion: every long option (or every value of the option before the
 * word, when it has known ones), one a line, that starts with `word`.
 */
void opt_complete(struct strbuf *out, const struct opt *table, const char *before,
		  const char *word);

/*
 * The candidate closest to `word`, or NULL when none is close enough to be
 * what was meant.  `candidates` ends with NULL.
 */
const char *opt_nearest(const char *word, const char *const *candidates);

/*
 * Index of `word`, the value of --`option`, in `words`, which ends with NULL.  -EINVAL when it
 * is none of them, or NULL; `diag` then says which there are, and which one may have been meant.
 */
int opt_choose(const char *option, const char *word, const char *const *words, struct diag *diag);

/* What opt_choose() says of a word that is none of `words`; `listed` has them as text. */
void opt_wrong_word(const char *option, const char *word, const char *listed,
		    const char *const *words, struct diag *diag);

#endif
