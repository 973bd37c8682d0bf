/* SPDX-License-Identifier: MIT */
/*
 * v_confined.c - a program that gives up what it could do, half way through its
 * allocations: its environment, its descriptors, the size of its files, its
 * memory, its root and its user.  The first argument says what.  With less memory
 * to come it starts threads that need most of it.
 *
 * link: -pthread
 */
#include <errno.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

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

/* Every thread of the process, also one that is not the program's own, is the user's:
 * true for those made by pthread_create, which setuid tells. */
static void expect_all_threads_to_be(unsigned int uid)
{
	static char list[4096], status[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	long n = syscall(SYS_getdents64, fd, list, sizeof(list));
	char want[64];

	expect(n > 0);
	snprintf(want, sizeof(want), "\nUid:\t%u\t%u\t", uid, uid);
	/* The record's length is at 16, its name at 19. */
	for (char *entry = list; entry < list + n; entry += *(unsigned short *)(entry + 16)) {
		char path[300];
		int status_fd;

		if (entry[19] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%.200s/status", entry + 19);
		status_fd = open(path, O_RDONLY);
		if (status_fd < 0)
			continue;
		memset(status, 0, sizeof(status));
		expect(read(status_fd, status, sizeof(status) - 1) > 0 && strstr(status, want));
		close(status_fd);
	}
	close(fd);
}

static void *thread(void *arg)
{
	drop(after(1000), 1000);
	return arg;
}

/* A program that knows what it needs, and has as much as that. */
static void use_address_space(void)
{
	pthread_attr_t attr;
	pthread_t threads[8];
	void *large;

	mallopt(M_ARENA_MAX, 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 20);
	for (int i = 0; i < 8; i++)
		expect(pthread_create(&threads[i], &attr, thread, NULL) == 0);
	for (int i = 0; i < 8; i++)
		expect(pthread_join(threads[i], NULL) == 0);
	large = after(100 << 20);
	expect(large);
	drop(large, 100 << 20);
	expect(!keep(malloc(290 << 20)));
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
	} else if (!strncmp(what, "space", 5)) {
		struct rlimit l = { 300 << 20, 300 << 20 };
		struct rlimit64 l64 = { 400 << 20, 300 << 20 }, old;

		if (!strcmp(what, "space"))
			limit(RLIMIT_AS, l.rlim_cur);
		else if (!strcmp(what, "space-prlimit"))
			expect(prlimit(getpid(), RLIMIT_AS, &l, NULL) == 0);
		else if (!strcmp(what, "space-64"))
			expect(prlimit64(0, RLIMIT_AS, NULL, &old) == 0 &&
			       setrlimit64(RLIMIT_AS, &l64) == -1 && (l64.rlim_cur = 300 << 20) &&
			       setrlimit64(RLIMIT_AS, &l64) == 0);
		else
			expect(syscall(SYS_prlimit64, 0, RLIMIT_AS, &l, NULL) == 0);
		use_address_space();
	} else if (!strcmp(what, "undumpable")) {
		expect(prctl(PR_SET_DUMPABLE, 0) == 0);
	} else if (!strcmp(what, "user")) {
		/* No more threads or processes, either. */
		expect(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
		expect(setuid(0) == -1 && getuid() == 65534);
		expect_all_threads_to_be(65534);
		limit(RLIMIT_NPROC, 0);
		expect(fork() == -1 && errno == EAGAIN);
	} else if (!strcmp(what, "root")) {
		expect(chroot("/proc/self/fdinfo") == 0 && chdir("/") == 0);
		expect(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
		expect(setuid(0) == -1 && getuid() == 65534);
	}
	busy(after);
	/* say() is a write to a descriptor that was there before. */
	if (truth_fd >= 0 && !strncmp(what, "space", 5))
		say(truth_fd, "fn before allocations 981\nfn before live_bytes 77\n"
			      "fn after allocations 990\nfn after live_bytes 77\n");
	else if (truth_fd >= 0 && strcmp(what, "fsize"))
		say(truth_fd, "fn before allocations 981\nfn after allocations 981\n"
			      "fn after live_bytes 77\nallocations 1962\nlive_bytes 154\n");
	if (strcmp(what, "fsize"))
		say(1, "done\n");
	return 0;
}
