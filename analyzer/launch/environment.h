/* SPDX-License-Identifier: MIT */
/* environment.h - the environment of a program to be started: a copy of ours, changed. */
#ifndef ANALYZER_LAUNCH_ENVIRONMENT_H
#define ANALYZER_LAUNCH_ENVIRONMENT_H

#include <stddef.h>

struct environment {
	char **v; /* "NAME=value", ends with NULL; all owned */
	size_t n, alloc;
};

/* Copy this process's environment. */
void environment_init(struct environment *env);
void environment_release(struct environment *env);

/* The value of `name`, or NULL. */
const char *environment_get(const struct environment *env, const char *name);

void environment_set(struct environment *env, const char *name, const char *value);

#endif
