/* SPDX-License-Identifier: MIT */
/* test_opt.c - option tables: parsing, help, completion, near misses. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "util/diag.h"
#include "util/opt.h"
#include "util/strbuf.h"

struct args {
	bool all, loud;
	const char *name, *color, *raw;
	uint64_t rows, size, time;
	struct opt_list filters;
};

#define AT(field) .offset = offsetof(struct args, field)

static const struct opt table[] = {
	{ .letter = 'a', .name = "all", .type = OPT_FLAG, AT(all), .help = "all of it" },
	{ .letter = 'l', .name = "loud", .type = OPT_FLAG, AT(loud), .def = "1", .help = "noise" },
	{ .letter = 'n',
	  .name = "rows",
	  .type = OPT_NUMBER,
	  AT(rows),
	  .arg = "N",
	  .def = "10",
	  .help = "how many" },
	{ .name = "name", .type = OPT_TEXT, AT(name), .arg = "NAME", .help = "what it is called" },
	{ .name = "size", .type = OPT_SIZE, AT(size), .arg = "SIZE", .help = "how large" },
	{ .name = "sizes",
	  .type = OPT_SIZE,
	  .flags = OPT_KEEP_TEXT,
	  AT(raw),
	  .arg = "SIZE",
	  .help = "kept as it is" },
	{ .name = "time", .type = OPT_TIME, AT(time), .arg = "TIME", .help = "how long" },
	{ .name = "color",
	  .type = OPT_WORD,
	  AT(color),
	  .arg = "auto|always|never",
	  .def = "auto",
	  .help = "colours" },
	{ .name = "filter", .type = OPT_LIST, AT(filters), .arg = "F", .help = "what to keep" },
	{ .type = OPT_END },
};

/* Parse words up to NULL; the message, or "" when all is fine. */
static enum opt_result parse(struct args *args, char **words, unsigned int flags, int *n,
			     struct strbuf *message)
{
	struct diag diag = DIAG_INIT;
	enum opt_result result;
	int argc = 0;

	while (words[argc])
		argc++;
	*args = (struct args){ .all = false };
	result = opt_parse(table, args, argc, words, flags, n, &diag);
	strbuf_clear(message);
	if (diag.n)
		strbuf_addstr(message, diag.messages[0].text);
	diag_release(&diag);
	return result;
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

Test(opt, all_spellings)
{
	struct strbuf message = STRBUF_INIT;
	struct args args;
	char **w = WORDS("in", "-an5", "--name=x=y", "--size", "1.5K", "--filter", "one",
			 "--filter=two", "--time=5ms", "-", "--", "--all");
	int n;

	cr_assert_eq(parse(&args, w, 0, &n, &message), OPT_FINE, "%s", message.buf);
	cr_assert(args.all && args.loud);
	cr_assert_eq(args.rows, 5u);
	cr_assert_str_eq(args.name, "x=y");
	cr_assert_eq(args.size, 1536u);
	cr_assert_eq(args.time, 5000000u);
	cr_assert_str_eq(args.color, "auto");
	cr_assert_eq(args.filters.n, 2u);
	cr_assert_str_eq(args.filters.v[1], "two");
	cr_assert_eq(n, 3);
	cr_assert_str_eq(w[0], "in");
	cr_assert_str_eq(w[1], "-");
	cr_assert_str_eq(w[2], "--all");
	opt_release(table, &args);
	strbuf_release(&message);
}

Test(opt, prefixes_negation_and_order)
{
	struct strbuf message = STRBUF_INIT;
	struct args args;
	int n;

	cr_assert_eq(parse(&args, WORDS("--no-loud", "--ro", "3", "--co=never"), 0, &n, &message),
		     OPT_FINE);
	cr_assert_not(args.loud);
	cr_assert_eq(args.rows, 3u);
	cr_assert_str_eq(args.color, "never");
	/* the whole name of one is a prefix of the other */
	cr_assert_eq(parse(&args, WORDS("--size", "1", "--sizes", "2 KiB"), 0, &n, &message),
		     OPT_FINE);
	cr_assert_str_eq(args.raw, "2 KiB");
	cr_assert_eq(parse(&args, WORDS("--a", "prog", "-n", "x"), OPT_STOP_AT_OPERAND, &n,
			   &message),
		     OPT_FINE);
	cr_assert_eq(n, 3);
	cr_assert_eq(args.rows, 10u);
	strbuf_release(&message);
}

Test(opt, help_wins_over_what_follows)
{
	struct strbuf message = STRBUF_INIT;
	struct args args;
	int n;

	cr_assert_eq(parse(&args, WORDS("--help", "--nonsense"), 0, &n, &message), OPT_HELP);
	cr_assert_eq(parse(&args, WORDS("-ah"), 0, &n, &message), OPT_HELP);
	cr_assert_eq(parse(&args, WORDS("--", "--help"), 0, &n, &message), OPT_FINE);
	strbuf_release(&message);
}

Test(opt, wrong_use_is_explained)
{
	static const struct {
		const char *a, *b, *want;
	} rows[] = {
		{ "--colour", "x", "did you mean --color?" },
		{ "--lofd", NULL, "did you mean --loud?" },
		{ "--color", "alwayz", "did you mean 'always'?" },
		{ "--color", "pink", "auto|always|never" },
		{ "-x", NULL, "no option '-x'" },
		{ "-n", NULL, "wants a value" },
		{ "-n", "many", "a number" },
		{ "--size", "99999999P", "too large" },
		{ "--time", "10", "250ms" },
		{ "--all=1", NULL, "takes no value" },
		{ "--si", "1", "could be --size or --sizes" },
	};
	struct strbuf message = STRBUF_INIT;
	struct args args;
	int n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char **w = WORDS((char *)rows[i].a, (char *)rows[i].b);

		cr_expect_eq(parse(&args, w, 0, &n, &message), OPT_WRONG, "%s", rows[i].a);
		cr_expect(strstr(message.buf, rows[i].want), "%s: '%s', want '%s'", rows[i].a,
			  message.buf, rows[i].want);
	}
	strbuf_release(&message);
}

Test(opt, help_names_every_option_and_fits)
{
	struct strbuf sb = STRBUF_INIT;

	opt_help(&sb, table, 60);
	for (const struct opt *opt = table; opt->type; opt++) {
		cr_expect(strstr(sb.buf, opt->name), "--%s is missing", opt->name);
		cr_expect(strstr(sb.buf, opt->help), "help of --%s is missing", opt->name);
	}
	cr_expect(strstr(sb.buf, "(default: 10)"));
	for (char *line = strtok(sb.buf, "\n"); line; line = strtok(NULL, "\n"))
		cr_expect_leq(strlen(line), 60u, "too long: %s", line);
	strbuf_release(&sb);
}

static void check_complete(const char *before, const char *word, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	opt_complete(&sb, table, before, word);
	cr_expect_str_eq(sb.buf, want, "%s %s: '%s'", before ? before : "", word, sb.buf);
	strbuf_release(&sb);
}

Test(opt, completion)
{
	check_complete(NULL, "--si", "--size\n--sizes\n");
	check_complete("x", "--he", "--help\n");
	check_complete("--color", "a", "auto\nalways\n");
	check_complete("x", "--color=n", "--color=never\n");
	check_complete("--name", "--", "");
	check_complete("x", "file", "");
}

Test(opt, nearest)
{
	static const char *const words[] = { "top", "tree", "threads", "info", "run", NULL };

	cr_expect_str_eq(opt_nearest("tpo", words), "top");
	cr_expect_str_eq(opt_nearest("thread", words), "threads");
	cr_expect_str_eq(opt_nearest("ifno", words), "info");
	cr_expect_null(opt_nearest("memory", words));
	cr_expect_null(opt_nearest("", words));
}

/* What opt_choose() returns; its message goes to `text`. */
static int choose(const char *word, char *text, size_t size)
{
	static const char *const words[] = { "live", "peak", "count", NULL };
	struct diag diag = DIAG_INIT;
	int chosen = opt_choose("sort", word, words, &diag);

	snprintf(text, size, "%s", diag.n ? diag.messages[0].text : "");
	diag_release(&diag);
	return chosen;
}

Test(opt, choose)
{
	char text[200];

	cr_expect_eq(choose("live", text, sizeof(text)), 0);
	cr_expect_str_eq(text, "");
	cr_expect_eq(choose("count", text, sizeof(text)), 2);
	cr_expect_eq(choose("paek", text, sizeof(text)), -EINVAL);
	cr_expect_str_eq(text, "--sort cannot be 'paek': it is one of live, peak, count "
			       "(did you mean 'peak'?)");
	cr_expect_eq(choose("", text, sizeof(text)), -EINVAL);
	cr_expect_str_eq(text, "--sort cannot be '': it is one of live, peak, count");
	cr_expect_eq(choose(NULL, text, sizeof(text)), -EINVAL);
	cr_expect_str_eq(text, "--sort is missing: it is one of live, peak, count");
}
