/* SPDX-License-Identifier: MIT */
/*
 * v_daemon.c - a process that goes on in a child: by daemon(), with its streams
 * closed or not, by forkpty() or by _Fork().  The child releases what it took
 * along and allocates something of its own; each of the two has a truth.
 */
#include <pty.h>
#include <sys/wait.h>

#include "truth.h"

#define KEPT 100

static void *kept[KEPT];

/* What is true of one of the two, and how it ends; setenv() would allocate. */
static void part(const char *name, const char *end, const char *lines)
{
	const char *base = getenv("TRUTH");
	char path[512];
	int fd;

	if (!base)
		return;
	snprintf(path, sizeof(path), "%s.%s.end", base, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	expect(fd >= 0);
	say(fd, "%s\n", end);
	close(fd);
	snprintf(path, sizeof(path), "%s.%s", base, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	expect(fd >= 0);
	say(fd, "%s", lines);
	close(fd);
}

static NOINLINE void *by_parent(size_t size)
{
	return keep(malloc(size));
}

static NOINLINE void *by_child(size_t size)
{
	return keep(malloc(size));
}

static void parent_says(const char *end)
{
	part("parent", end,
	     "fn by_parent allocations 100\nfn by_parent live_count 100\nallocations 100\n"
	     "live_bytes 100000\n");
}

static int child(const char *end)
{
	part("child", end,
	     "fn by_child allocations 1\nfn by_child live_bytes 77\nallocations 1\n"
	     "frees 0\nlive_bytes 77\n");
	for (int i = 0; i < KEPT; i++)
		free(keep(kept[i]));
	keep(by_child(77));
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "daemon";
	int status, primary = -1;
	pid_t pid;

	for (int i = 0; i < KEPT; i++)
		kept[i] = by_parent(1000);
	if (!strncmp(how, "daemon", 6)) {
		parent_says("_exit 0");
		/* Keeps its folder: the truth is there. */
		expect(daemon(1, !strcmp(how, "daemon")) == 0);
		expect(getsid(0) == getpid());
		return child("exit 0");
	}
	pid = strcmp(how, "_Fork") ? forkpty(&primary, NULL, NULL, NULL) : _Fork();
	expect(pid >= 0);
	if (pid == 0)
		return child("exit 0");
	expect(waitpid(pid, &status, 0) == pid && status == 0);
	parent_says("exit 0");
	return 0;
}
