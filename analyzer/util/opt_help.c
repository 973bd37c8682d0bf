/* SPDX-License-Identifier: MIT */
/* opt_help.c - an option table as --help shows it, and as completion needs it. */
#include "util/opt.h"

#include <string.h>

#include "util/strbuf.h"

#define HELP_COLUMN 26

/* Append `text` wrapped at `width`; the cursor stands in column `at`, new lines start at `indent`. */
static void add_wrapped(struct strbuf *out, const char *text, int at, int indent, int width)
{
	if (width < indent + 20)
		width = indent + 20;
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + (int)len > width) {
			strbuf_addch(out, '\n');
			strbuf_addchars(out, ' ', (size_t)indent);
			at = indent;
		} else if (at > indent) {
			strbuf_addch(out, ' ');
			at++;
		}
		strbuf_add(out, text, len);
		at += (int)len;
		text += len;
		text += strspn(text, " ");
	}
	strbuf_addch(out, '\n');
}

static void add_option(struct strbuf *out, const struct opt *opt, int width)
{
	struct strbuf left = STRBUF_INIT, right = STRBUF_INIT;
	bool words = opt->type == OPT_WORD && strlen(opt->arg) > 24;

	strbuf_addstr(&left, "  ");
	if (opt->letter)
		strbuf_addf(&left, "-%c", opt->letter);
	else
		strbuf_addstr(&left, "  ");
	strbuf_addf(&left, "%s --%s", opt->letter ? "," : " ", opt->name);
	if (opt->type != OPT_FLAG)
		strbuf_addf(&left, opt->alone ? "[=%s]" : " %s",
			    words      ? "WORD"
			    : opt->arg ? opt->arg
				       : "TEXT");

	strbuf_addstr(&right, opt->help);
	/* apart, so that a long list can be wrapped */
	for (const char *p = words ? opt->arg : ""; *p;) {
		size_t n = strcspn(p, "|");

		strbuf_addf(&right, "%s %.*s", p == opt->arg ? ":" : ",", (int)n, p);
		p += n + (p[n] == '|');
	}
	if (opt->def && *opt->def && opt->type != OPT_FLAG)
		strbuf_addf(&right, " (default: %s)", opt->def);
	else if (opt->type == OPT_LIST)
		strbuf_addstr(&right, " (may be repeated)");

	strbuf_addbuf(out, &left);
	if (left.len + 2 > HELP_COLUMN) {
		strbuf_addch(out, '\n');
		left.len = 0;
	}
	strbuf_addchars(out, ' ', HELP_COLUMN - left.len);
	add_wrapped(out, right.buf, HELP_COLUMN, HELP_COLUMN, width);
	strbuf_release(&left);
	strbuf_release(&right);
}

void opt_help(struct strbuf *out, const struct opt *table, int width)
{
	static const struct opt help = {
		.letter = 'h',
		.name = "help",
		.type = OPT_FLAG,
		.help = "show this help",
	};

	for (const struct opt *opt = table; opt->type; opt++)
		add_option(out, opt, width);
	add_option(out, &help, width);
}

void opt_wrap(struct strbuf *out, const char *text, int indent, int width)
{
	strbuf_addchars(out, ' ', (size_t)indent);
	add_wrapped(out, text, indent, indent, width);
}

static void add_match(struct strbuf *out, const char *prefix, const char *text, size_t len,
		      const char *word)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(&line, prefix);
	strbuf_add(&line, text, len);
	if (!strncmp(line.buf, word, strlen(word)))
		strbuf_addf(out, "%s\n", line.buf);
	strbuf_release(&line);
}

/* The words of an option's value, or NULL when it is anything. */
static const char *words_of(const struct opt *opt)
{
	return opt->type == OPT_WORD ? opt->arg : opt->hint;
}

static void add_words(struct strbuf *out, const struct opt *opt, const char *prefix,
		      const char *word)
{
	for (const char *p = words_of(opt); *p;) {
		size_t n = strcspn(p, "|");

		add_match(out, prefix, p, n, word);
		p += n;
		p += *p == '|';
	}
}

/* The option that `word` names in full: -n, --sort, --sort=… */
static const struct opt *named(const struct opt *table, const char *word)
{
	if (!word || word[0] != '-')
		return NULL;
	for (const struct opt *opt = table; opt->type; opt++) {
		if (word[1] == '-' && strcspn(word + 2, "=") == strlen(opt->name) &&
		    !strncmp(word + 2, opt->name, strlen(opt->name)))
			return opt;
		if (opt->letter && word[1] == opt->letter && !word[2])
			return opt;
	}
	return NULL;
}

void opt_complete(struct strbuf *out, const struct opt *table, const char *before, const char *word)
{
	const struct opt *opt = named(table, before);
	const char *equals = strchr(word, '=');

	if (opt && opt->type != OPT_FLAG && !strchr(before, '=')) {
		if (words_of(opt))
			add_words(out, opt, "", word);
		return;
	}
	opt = equals ? named(table, word) : NULL;
	if (opt && words_of(opt)) {
		struct strbuf prefix = STRBUF_INIT;

		strbuf_add(&prefix, word, (size_t)(equals - word) + 1);
		add_words(out, opt, prefix.buf, word);
		strbuf_release(&prefix);
	}
	if (equals || word[0] != '-')
		return;
	for (opt = table; opt->type; opt++)
		add_match(out, "--", opt->name, strlen(opt->name), word);
	add_match(out, "--", "help", 4, word);
}
