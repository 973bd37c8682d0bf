/* SPDX-License-Identifier: MIT */
/* registry.c - all profilers, and the words they are reported with. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profilers/profiler.h"
#include "util/xalloc.h"

#define PROFILER(name) extern const struct profiler profiler_##name;
#include "profilers/profilers.def"
#undef PROFILER

const struct profiler *const profilers[] = {
#define PROFILER(name) &profiler_##name,
#include "profilers/profilers.def"
#undef PROFILER
	NULL,
};

const struct profiler *profiler_find(const char *name)
{
	for (size_t i = 0; profilers[i]; i++)
		if (!strcmp(profilers[i]->name, name))
			return profilers[i];
	return NULL;
}

void words_add(struct words *words, const char *fmt, ...)
{
	va_list ap;
	char *word;

	va_start(ap, fmt);
	if (vasprintf(&word, fmt, ap) < 0)
		word = xstrdup("");
	va_end(ap);
	XGROW(words->v, words->n, words->alloc);
	words->v[words->n++] = word;
	XGROW(words->v, words->n, words->alloc);
	words->v[words->n] = NULL;
}

void words_release(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->v[i]);
	free(words->v);
	*words = (struct words){ .v = NULL };
}
