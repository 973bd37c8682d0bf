/* SPDX-License-Identifier: MIT */
/* script.c - see script.h. */
#include "launch/script.h"

#include <string.h>
#include <unistd.h>

#include "util/xalloc.h"

/* What the kernel reads of a file to tell how to run it. */
#define LINE_MAX_KERNEL 256

/* Options of env that take the next word. */
static bool takes_word(const char *option)
{
	return !strcmp(option, "-u") || !strcmp(option, "--unset") || !strcmp(option, "-C") ||
	       !strcmp(option, "--chdir");
}

/* The program among the words of an env line; NULL when there is none. */
static const char *env_program(char *words)
{
	char *word;

	while ((word = strsep(&words, " \t"))) {
		if (takes_word(word))
			strsep(&words, " \t");
		else if (*word && *word != '-' && !strchr(word, '='))
			return word;
		else if (!strncmp(word, "-S", 2) && word[2])
			return word + 2;
	}
	return NULL;
}

/* The first bytes are no program and no binary: execvp hands such files to the shell. */
static bool is_text(const char *bytes, ssize_t len)
{
	for (ssize_t i = 0; i < len && bytes[i] != '\n'; i++)
		if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\t' && bytes[i] != '\r')
			return false;
	return len > 0;
}

bool script_interpreter(int fd, char **interpreter)
{
	char line[LINE_MAX_KERNEL + 1];
	ssize_t len = pread(fd, line, LINE_MAX_KERNEL, 0);
	char *rest = line + 2, *path;
	const char *program = NULL, *name;

	if (len < 0)
		len = 0;
	line[len] = '\0';
	if (len < 2 || line[0] != '#' || line[1] != '!') {
		if (!is_text(line, len))
			return false;
		*interpreter = xstrdup("/bin/sh");
		return true;
	}
	rest[strcspn(rest, "\n")] = '\0';
	rest += strspn(rest, " \t");
	path = strsep(&rest, " \t");
	name = strrchr(path, '/');
	if (rest && !strcmp(name ? name + 1 : path, "env"))
		program = env_program(rest);
	/* a line that names none is no program to the kernel, and execvp hands it to the shell */
	*interpreter = xstrdup(program ? program : *path ? path : "/bin/sh");
	return true;
}
