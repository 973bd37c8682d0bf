/* SPDX-License-Identifier: MIT */
/*
 * v_titles.c - servers show what they do in ps by writing over their arguments and
 * the environment behind them; what they fork then must still be recorded where
 * the environment said at the start.
 */
#include <sys/wait.h>

#include "truth.h"

extern char **environ;

static NOINLINE void *by_child(size_t size)
{
	return keep(malloc(size));
}

int main(int argc, char **argv)
{
	char *end = argv[argc - 1];
	pid_t child;
	int status;

	for (char **e = environ; *e; e++)
		end = *e;
	end += strlen(end);
	for (char *p = argv[0]; p < end; p++)
		*p = "title/"[(p - argv[0]) % 6];
	environ = (char *[]){ NULL };
	child = fork();
	expect(child >= 0);
	if (!child) {
		for (size_t i = 1; i <= 25; i++)
			by_child(i);
		_exit(0);
	}
	expect(waitpid(child, &status, 0) == child && status == 0);
	keep(malloc(77));
	return 0;
}
