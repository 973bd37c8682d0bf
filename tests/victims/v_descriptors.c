/* SPDX-License-Identifier: MIT */
/*
 * v_descriptors.c - a daemon's habits: closes every descriptor it did not open,
 * one by one, by close_range, or by putting its own file over each of them; then
 * opens files of its own. Not one byte of somebody else may end up in those.
 * The first argument says how: close, close_range or dup2.
 */
#include <dirent.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "truth.h"

#define MINE "mine.txt"

static NOINLINE void *before(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *after(size_t size)
{
	return counted(malloc(size), size);
}

/* Calls f for each open descriptor above 2; opendir() would allocate. */
static void each_open(void (*f)(int fd, int mine), int mine)
{
	static char buf[1 << 16];
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY), fds[1024];
	size_t count = 0;
	long n;

	expect(dir >= 0);
	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			struct dirent64 *d = (struct dirent64 *)(buf + at);
			int fd = atoi(d->d_name);

			if (fd > 2 && fd != dir && fd != mine && count < 1024)
				fds[count++] = fd;
			at += d->d_reclen;
		}
	close(dir);
	for (size_t i = 0; i < count; i++)
		f(fds[i], mine);
}

static void close_it(int fd, int mine)
{
	(void)mine;
	close(fd);
}

static void put_over(int fd, int mine)
{
	expect(dup2(mine, fd) == fd);
}

/* Work for long enough that a recorder has something to write meanwhile. */
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
	const char *how = argc > 1 ? argv[1] : "close";
	int mine = open(MINE, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char content[64];

	expect(mine == 3);
	expect(write(mine, "first\n", 6) == 6);
	busy(before);
	if (!strcmp(how, "close"))
		each_open(close_it, mine);
	else if (!strcmp(how, "close_range"))
		expect(syscall(SYS_close_range, 4, ~0U, 0) == 0);
	else if (!strcmp(how, "dup2"))
		each_open(put_over, mine);
	/* More of its own, where others' may have been. */
	for (int i = 0; i < 100; i++)
		expect(dup(mine) >= 0);
	busy(after);
	expect(write(mine, "second\n", 7) == 7);
	expect(pread(mine, content, sizeof(content), 0) == 13);
	expect(memcmp(content, "first\nsecond\n", 13) == 0);
	say(1, "mine is mine\n");
	truth_write();
	truth_site("before", 20 * 49 + 1, 20 * 1225 + 77, 1, 77);
	truth_site("after", 20 * 49 + 1, 20 * 1225 + 77, 1, 77);
	return 0;
}
