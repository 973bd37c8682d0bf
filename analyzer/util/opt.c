/* SPDX-License-Identifier: MIT */
/*
 * opt.c - parsing by an option table.  Never prints: what is wrong goes to the
 * diag.  opt_help.c holds help and completion.
 */
#include "util/opt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/diag.h"
#include "util/units.h"
#include "util/xalloc.h"

#define FIELD_OF(args, opt, type) (*(type *)((char *)(args) + (opt)->offset))

/* Is `value` one of the words in `words`, split at |? */
static bool is_word(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (const char *p = words; len; p++) {
		size_t n = strcspn(p, "|");

		if (n == len && !strncmp(p, value, len))
			return true;
		p += n;
		if (!*p)
			break;
	}
	return false;
}

static void wrong_word(const struct opt *opt, const char *value, struct diag *diag)
{
	char *copy = xstrdup(opt->arg), *save, *list[65];
	size_t n = 0;

	for (char *p = strtok_r(copy, "|", &save); p && n < 64; p = strtok_r(NULL, "|", &save))
		list[n++] = p;
	list[n] = NULL;
	opt_wrong_word(opt->name, value, opt->arg, (const char *const *)list, diag);
	free(copy);
}

/* The value as a number, by the option's type. */
static int parse_number(const struct opt *opt, const char *value, uint64_t *n, struct diag *diag)
{
	static const struct {
		int (*parse)(const char *text, uint64_t *n);
		const char *want;
	} kinds[] = {
		[OPT_NUMBER] = { units_parse_number, "a number such as 20" },
		[OPT_SIZE] = { units_parse_size, "a size such as 4096, 64K or 1.5 MiB" },
		[OPT_TIME] = { units_parse_time, "a time such as 250ms, 10s or 5min" },
	};
	int err = kinds[opt->type].parse(value, n);

	if (err == -ERANGE)
		diag_error(diag, 0, "--%s: '%s' is too large", opt->name, value);
	else if (err)
		diag_error(diag, 0, "--%s wants %s, not '%s'", opt->name, kinds[opt->type].want,
			   value);
	return err;
}

static enum opt_result store(const struct opt *opt, void *args, const char *value,
			     struct diag *diag)
{
	struct opt_list *list;
	uint64_t n;

	switch (opt->type) {
	case OPT_NUMBER:
	case OPT_SIZE:
	case OPT_TIME:
		if (parse_number(opt, value, &n, diag))
			return OPT_WRONG;
		if (opt->flags & OPT_KEEP_TEXT)
			FIELD_OF(args, opt, const char *) = value;
		else
			FIELD_OF(args, opt, uint64_t) = n;
		return OPT_FINE;
	case OPT_WORD:
		if (!is_word(opt->arg, value)) {
			wrong_word(opt, value, diag);
			return OPT_WRONG;
		}
		FIELD_OF(args, opt, const char *) = value;
		return OPT_FINE;
	case OPT_LIST:
		list = &FIELD_OF(args, opt, struct opt_list);
		XGROW(list->v, list->n, list->alloc);
		list->v[list->n++] = value;
		return OPT_FINE;
	default:
		FIELD_OF(args, opt, const char *) = value;
		return OPT_FINE;
	}
}

void opt_defaults(const struct opt *table, void *args)
{
	for (const struct opt *opt = table; opt->type; opt++)
		if (opt->def && opt->type == OPT_FLAG)
			FIELD_OF(args, opt, bool) = !strcmp(opt->def, "1");
		else if (opt->def)
			store(opt, args, opt->def, NULL);
}

void opt_release(const struct opt *table, void *args)
{
	for (const struct opt *opt = table; opt->type; opt++) {
		if (opt->type == OPT_LIST) {
			struct opt_list *list = &FIELD_OF(args, opt, struct opt_list);

			free(list->v);
			*list = (struct opt_list){ .v = NULL };
		}
	}
}

/* By whole name, or by a prefix that only one name has. */
static const struct opt *find_long(const struct opt *table, const char *name, size_t len,
				   struct diag *diag)
{
	const struct opt *found = NULL, *second = NULL;

	for (const struct opt *opt = table; opt->type; opt++) {
		if (!opt->name || strncmp(opt->name, name, len))
			continue;
		if (!opt->name[len])
			return opt;
		second = found;
		found = opt;
	}
	if (found && second) {
		diag_error(diag, 0, "option '--%.*s' could be --%s or --%s", (int)len, name,
			   second->name, found->name);
		return NULL;
	}
	if (!found) {
		const char *names[65], *near;
		char *word = xstrndup(name, len);
		size_t n = 0;

		for (const struct opt *opt = table; opt->type && n < 63; opt++)
			if (opt->name)
				names[n++] = opt->name;
		names[n++] = "help";
		names[n] = NULL;
		near = opt_nearest(word, names);
		diag_error(diag, 0, "no option '--%s'%s%s%s", word, near ? "; did you mean --" : "",
			   near ? near : "", near ? "?" : "");
		free(word);
	}
	return found;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
	for (const struct opt *opt = table; opt->type; opt++)
		if (opt->letter == letter)
			return opt;
	return NULL;
}

/* State of one parse: the words, and where we are. */
struct cursor {
	const struct opt *table;
	void *args;
	char **argv;
	int argc, i;
	struct diag *diag;
};

static enum opt_result take_value(struct cursor *c, const struct opt *opt, const char *value)
{
	if (!value && c->i + 1 >= c->argc) {
		diag_error(c->diag, 0, "--%s wants a value: %s", opt->name,
			   opt->arg ? opt->arg : "TEXT");
		return OPT_WRONG;
	}
	return store(opt, c->args, value ? value : c->argv[++c->i], c->diag);
}

/* One word that starts with two dashes; `word` points behind them. */
static enum opt_result parse_long(struct cursor *c, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct opt *opt;

	if (!strcmp(word, "help"))
		return OPT_HELP;
	if (!strncmp(word, "no-", 3) && !value) {
		for (opt = c->table; opt->type; opt++) {
			if (opt->type == OPT_FLAG && !strcmp(opt->name, word + 3)) {
				FIELD_OF(c->args, opt, bool) = false;
				return OPT_FINE;
			}
		}
	}
	opt = find_long(c->table, word, len, c->diag);
	if (!opt)
		return OPT_WRONG;
	if (!value && opt->alone)
		return store(opt, c->args, opt->alone, c->diag);
	if (opt->type != OPT_FLAG)
		return take_value(c, opt, value);
	if (value) {
		diag_error(c->diag, 0, "--%s takes no value", opt->name);
		return OPT_WRONG;
	}
	FIELD_OF(c->args, opt, bool) = true;
	return OPT_FINE;
}

/* One word that starts with one dash; `word` points behind it. */
static enum opt_result parse_letters(struct cursor *c, const char *word)
{
	for (; *word; word++) {
		const struct opt *opt = find_letter(c->table, *word);

		if (!opt && *word == 'h')
			return OPT_HELP;
		if (!opt) {
			diag_error(c->diag, 0, "no option '-%c'", *word);
			return OPT_WRONG;
		}
		if (opt->type != OPT_FLAG)
			return take_value(c, opt, word[1] ? word + 1 : NULL);
		FIELD_OF(c->args, opt, bool) = true;
	}
	return OPT_FINE;
}

enum opt_result opt_parse(const struct opt *table, void *args, int argc, char **argv,
			  unsigned int flags, int *n_operands, struct diag *diag)
{
	struct cursor c = {
		.table = table, .args = args, .argv = argv, .argc = argc, .diag = diag
	};
	enum opt_result result = OPT_FINE;
	bool only_operands = false;

	*n_operands = 0;
	opt_defaults(table, args);
	for (; c.i < argc && result == OPT_FINE; c.i++) {
		char *word = argv[c.i];

		if (only_operands || word[0] != '-' || !word[1] || word[1] == '@') {
			/* "-" alone is standard input, and -@POINT a point of it */
			argv[(*n_operands)++] = word;
			only_operands |= flags & OPT_STOP_AT_OPERAND;
		} else if (!strcmp(word, "--")) {
			only_operands = true;
		} else if (word[1] == '-') {
			result = parse_long(&c, word + 2);
		} else {
			result = parse_letters(&c, word + 1);
		}
	}
	return result;
}
