/* SPDX-License-Identifier: MIT */
/*
 * v_single.c - a program of one thread, which stays that to the C library however
 * many threads a profiler adds; what it asks of all its threads reaches those, too.
 */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include "truth.h"

static NOINLINE void work(void)
{
	for (int i = 0; i < 20; i++) {
		for (size_t n = 1; n < 100; n++)
			drop(counted(malloc(n), n), n);
		usleep(10000);
	}
}

/* The users and groups of a thread, as the kernel tells them. */
static const char *credentials(const char *tid, char *text, size_t size)
{
	char path[300], *start, *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%.200s/status", tid);
	fd = open(path, O_RDONLY);
	memset(text, 0, size);
	if (fd >= 0 && read(fd, text, size - 1) < 0)
		text[0] = '\0';
	close(fd);
	start = strstr(text, "\nUid:");
	end = start ? strstr(start, "\nNStgid:") : NULL;
	if (end)
		*end = '\0';
	return start ? start : "";
}

/* Are those of every thread the same? */
static int same_in_all(void)
{
	static char list[4096], mine[4096], other[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY), same = 1;
	long n = syscall(SYS_getdents64, fd, list, sizeof(list));
	const struct dirent64 *entry;
	const char *first;
	char self[32];

	snprintf(self, sizeof(self), "%d", getpid());
	first = credentials(self, mine, sizeof(mine));
	for (char *at = list; at < list + n; at += entry->d_reclen) {
		entry = (const struct dirent64 *)at;
		if (entry->d_name[0] != '.')
			same &= !strcmp(first, credentials(entry->d_name, other, sizeof(other)));
	}
	close(fd);
	return same && *first;
}

#define TRY(call)                                                                     \
	do {                                                                          \
		int ret_ = (call);                                                    \
                                                                                      \
		say(1, "%s = %d, the same in all: %d, one thread: %d\n", #call, ret_, \
		    same_in_all(), __libc_single_threaded);                           \
	} while (0)

static void change_user(void)
{
	gid_t groups[] = { 1, 2, 3 };

	TRY(setgroups(3, groups));
	TRY(initgroups("nobody", 65534));
	TRY(setregid((gid_t)-1, 11));
	TRY(setegid(12));
	TRY(setresgid(13, 14, 15));
	TRY(setgid(16));
	TRY(setreuid((uid_t)-1, 21));
	TRY(seteuid(0));
	TRY(setresuid(22, 0, 0));
	TRY(setuid(65534));
	TRY(setuid(0));
}

int main(int argc, char **argv)
{
	(void)argv;
	work();
	say(1, "one thread: %d\n", __libc_single_threaded);
	truth_write();
	/* What this allocates is not in the truth. */
	if (argc > 1)
		change_user();
	return 0;
}
