/* SPDX-License-Identifier: MIT */
/*
 * corpus.h - the hand-made traces in tests/traces/v1, for the tests that walk
 * them all.  Header only: every unit test is a program of its own.
 */
#ifndef TESTS_UNIT_CORPUS_H
#define TESTS_UNIT_CORPUS_H

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Go to the corpus, so that its files have short names in messages.  The tree
 * is in $srcdir or above the working directory.  Returns 0 or -1.
 */
static inline int corpus_enter(void)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/traces/v1", srcdir ? srcdir : ".");
	if (!chdir(path))
		return 0;
	for (int up = 0; up < 4; up++)
		if (!chdir("tests/traces/v1"))
			return 0;
		else if (chdir(".."))
			return -1;
	return -1;
}

static inline int corpus_is_trace(const struct dirent *entry)
{
	return !fnmatch("*.jsonl", entry->d_name, 0);
}

/* The names of all traces, sorted; *n is how many.  For a program that ends soon. */
static inline struct dirent **corpus_traces(int *n)
{
	struct dirent **names = NULL;

	*n = scandir(".", &names, corpus_is_trace, alphasort);
	return names;
}

/* A whole file with a NUL behind, to free(); NULL when it cannot be read. */
static inline char *corpus_slurp(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t n = 0;

	if (!file)
		return NULL;
	for (size_t got = 1; got; n += got) {
		text = realloc(text, n + 4096 + 1);
		got = fread(text + n, 1, 4096, file);
	}
	fclose(file);
	text[n] = '\0';
	if (len)
		*len = n;
	return text;
}

#endif
