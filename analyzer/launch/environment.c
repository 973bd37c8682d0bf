/* SPDX-License-Identifier: MIT */
/* environment.c - see environment.h. */
#include "launch/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/xalloc.h"

static void add(struct environment *env, char *entry)
{
	XGROW(env->v, env->n + 1, env->alloc);
	env->v[env->n++] = entry;
	env->v[env->n] = NULL;
}

void environment_init(struct environment *env)
{
	env->alloc = 64;
	env->v = xcalloc(env->alloc, sizeof(*env->v));
	env->n = 0;
	for (char **entry = environ; entry && *entry; entry++)
		add(env, xstrdup(*entry));
}

void environment_release(struct environment *env)
{
	for (size_t i = 0; i < env->n; i++)
		free(env->v[i]);
	free(env->v);
	*env = (struct environment){ .v = NULL };
}

static char **entry_of(const struct environment *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (!strncmp(env->v[i], name, len) && env->v[i][len] == '=')
			return &env->v[i];
	return NULL;
}

const char *environment_get(const struct environment *env, const char *name)
{
	char **entry = entry_of(env, name);

	return entry ? *entry + strlen(name) + 1 : NULL;
}

void environment_set(struct environment *env, const char *name, const char *value)
{
	char **entry = entry_of(env, name);
	char *text = xasprintf("%s=%s", name, value);

	if (entry) {
		free(*entry);
		*entry = text;
	} else {
		add(env, text);
	}
}
