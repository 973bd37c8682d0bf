/* SPDX-License-Identifier: MIT */
/*
 * v_confined.c - a program that gives up what it could do, half way through its
 * allocations: its environment, its descriptors, the size of its files, its
 * memory, its root and its user.  The first argument says what.
 */
#include <errno.h>
#include <grp.h>
#include <sys/resource.h>

#include "truth.h"

static NOINLINE void *before(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *after(size_t size)
{
	return counted(malloc(size), size);
}

static void limit(int what, rlim_t n)
{
	struct rlimit l = { n, n };

	expect(setrlimit(what, &l) == 0);
}

static void busy(void *(*work)(size_t))
{
	for (int i = 0; i < 20; i++) {
		for (size_t n = 1; n < 50; n++)
			drop(work(n), n);
		usleep(10000);
	}
	work(77);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "environment";
	int truth_fd = truth_open();

	busy(before);
	if (!strcmp(what, "environment")) {
		clearenv();
	} else if (!strcmp(what, "nofile")) {
		limit(RLIMIT_NOFILE, 0);
		expect(open("/dev/null", O_RDONLY) == -1 && errno == EMFILE);
	} else if (!strcmp(what, "fsize")) {
		/* A write past it would kill: not one may be made in its name. */
		limit(RLIMIT_FSIZE, 0);
	} else if (!strcmp(what, "as")) {
		limit(RLIMIT_AS, 0);
		errno = 0;
		expect(!keep(malloc(1 << 30)) && errno == ENOMEM);
	} else if (!strcmp(what, "root")) {
		expect(chroot("/proc/self/fdinfo") == 0 && chdir("/") == 0);
		expect(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
		expect(setuid(0) == -1 && getuid() == 65534);
	}
	busy(after);
	/* say() is a write to a descriptor that was there before. */
	if (truth_fd >= 0 && strcmp(what, "fsize"))
		say(truth_fd, "fn before allocations 981\nfn after allocations 981\n"
			      "fn after live_bytes 77\nallocations 1962\nlive_bytes 154\n");
	if (strcmp(what, "fsize"))
		say(1, "done\n");
	return 0;
}
