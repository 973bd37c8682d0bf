/* SPDX-License-Identifier: MIT */
/* pager.c - see pager.h. */
#include "cmds/pager.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *chosen(void)
{
	const char *pager = getenv("MEMPROF_PAGER");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager)
		pager = "less";
	return *pager && strcmp(pager, "cat") ? pager : NULL;
}

static size_t lines_of(const char *text, size_t len)
{
	size_t n = 0;

	for (const char *p = text; (p = memchr(p, '\n', len - (size_t)(p - text))); p++)
		n++;
	return n;
}

static bool fits(const char *text, size_t len)
{
	struct winsize ws;

	/* a terminal that does not say how high it is scrolls */
	return !isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || !ws.ws_row ||
	       lines_of(text, len) < ws.ws_row;
}

static void run_pager(const char *pager, const int ends[2])
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
	/* colours as they are; gone at once when all fits after all */
	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
	_exit(127);
}

bool pager_show(const char *text, size_t len)
{
	const char *pager = chosen();
	int ends[2], status = 0;
	pid_t pid;

	if (!pager || fits(text, len) || pipe(ends) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		run_pager(pager, ends);
	close(ends[0]);
	/* what the user stops the pager with is not for us */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	while (pid > 0 && len) {
		ssize_t n = write(ends[1], text, len);

		if (n <= 0)
			break;
		text += n;
		len -= (size_t)n;
	}
	close(ends[1]);
	if (pid < 0)
		return false;
	waitpid(pid, &status, 0);
	signal(SIGINT, SIG_DFL);
	/* 127: there is no such program */
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}
