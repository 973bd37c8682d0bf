/* SPDX-License-Identifier: MIT */
/*
 * nearest.c - one of several words, and what a mistyped one was meant to be:
 * edit distance with insertions, deletions, substitutions and swaps of neighbours.
 */
#include "util/opt.h"

#include <errno.h>
#include <string.h>

#include "util/diag.h"
#include "util/strbuf.h"

#define LONGEST 40

static int least(int a, int b, int c)
{
	int m = a < b ? a : b;

	return m < c ? m : c;
}

static int distance(const char *a, const char *b)
{
	int rows[3][LONGEST + 1], n = (int)strlen(b);
	int *before = rows[0], *prev = rows[1], *row = rows[2];

	for (int j = 0; j <= n; j++)
		prev[j] = j;
	for (int i = 1; a[i - 1]; i++) {
		int *oldest = before;

		row[0] = i;
		for (int j = 1; j <= n; j++) {
			row[j] = least(prev[j] + 1, row[j - 1] + 1,
				       prev[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = prev;
		prev = row;
		row = oldest;
	}
	return prev[n];
}

const char *opt_nearest(const char *word, const char *const *candidates)
{
	size_t len = strlen(word);
	const char *best = NULL;
	/* a third of the word may be wrong, and a letter */
	int limit = (int)len / 3 + 1;

	if (len < 2 || len > LONGEST)
		return NULL;
	for (; *candidates; candidates++) {
		size_t n = strlen(*candidates);
		int d;

		if (n > LONGEST)
			continue;
		/* an unfinished word is close to what it begins */
		d = len >= 3 && n > len && !strncmp(word, *candidates, len)
			    ? 1
			    : distance(word, *candidates);
		if (d < limit || (d == limit && !best && len > 2)) {
			best = *candidates;
			limit = d;
		}
	}
	return best;
}

void opt_wrong_word(const char *option, const char *word, const char *listed,
		    const char *const *words, struct diag *diag)
{
	const char *near = opt_nearest(word, words);

	diag_error(diag, 0, "--%s cannot be '%s': it is one of %s%s%s%s", option, word, listed,
		   near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

int opt_choose(const char *option, const char *word, const char *const *words, struct diag *diag)
{
	struct strbuf list = STRBUF_INIT;

	for (int i = 0; word && words[i]; i++)
		if (!strcmp(word, words[i]))
			return i;
	for (int i = 0; words[i]; i++)
		strbuf_addf(&list, "%s%s", i ? ", " : "", words[i]);
	if (word)
		opt_wrong_word(option, word, list.buf, words, diag);
	else
		diag_error(diag, 0, "--%s is missing: it is one of %s", option, list.buf);
	strbuf_release(&list);
	return -EINVAL;
}
