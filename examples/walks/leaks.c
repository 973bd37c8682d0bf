/* SPDX-License-Identifier: MIT */
/*
 * leaks.c - what is never freed?
 *
 *     cc -g leaks.c -o leaks
 *     memprof run --leaks ./leaks
 *     memprof leaks memprof.leaks.*.jsonl            the stacks of what is lost
 *     memprof leaks --fail-on definite memprof.leaks.*.jsonl
 */
#include <memprof/memprof.h>
#include <stdlib.h>
#include <string.h>

struct user {
	char *name;
};

static struct user *add_user(const char *name)
{
	struct user *user = malloc(sizeof(*user));

	user->name = strdup(name);
	return user;
}

/* Forgets the name. */
static void remove_user(struct user *user)
{
	free(user);
}

int main(void)
{
	for (int i = 0; i < 100; i++) {
		struct user *user = add_user("a name that is lost");

		remove_user(user);
	}
	/* A test would fail here: 100 blocks of 20 bytes from one place. */
	return memprof_limit_leaks("1 KiB") ? 1 : 0;
}
