/* SPDX-License-Identifier: MIT */
/*
 * v_children.c - processes that make processes: fork, _Fork, vfork,
 * posix_spawn, and exec chains that come back to this program.  Each process
 * writes its own truth, into $TRUTH.ROLE.
 *
 * link: -pthread
 */
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

#include "truth.h"

extern char **environ;

static NOINLINE void *by_parent(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *by_child(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *by_image(size_t size)
{
	return counted(malloc(size), size);
}

/* From here on truth goes to a file of this role's own.  setenv() would allocate. */
static void become(const char *role)
{
	static char entry[4096];
	const char *path = getenv("TRUTH");

	if (!path)
		return;
	snprintf(entry, sizeof(entry), "TRUTH=%.3000s.%s", path, role);
	for (char **e = environ; *e; e++)
		if (!strncmp(*e, "TRUTH=", 6))
			*e = entry;
}

static void work_as_child(void)
{
	for (size_t i = 0; i < 500; i++)
		drop(by_child(i), i);
	by_child(77);
	truth_site("by_child", 501, 124750 + 77, 1, 77);
}

static int wait_for(pid_t pid)
{
	int status;

	expect(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		expect(errno == EINTR);
	return status;
}

static void forked(void)
{
	void *inherited = by_parent(1000);
	pid_t pid = fork();

	if (pid == 0) {
		become("fork");
		free(inherited);
		work_as_child();
		_exit(3);
	}
	expect(WEXITSTATUS(wait_for(pid)) == 3);
	drop(inherited, 1000);
}

static void forked_and_exits(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		become("exit");
		work_as_child();
		exit(4);
	}
	expect(WEXITSTATUS(wait_for(pid)) == 4);
}

static void grandchild(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			become("grandchild");
			work_as_child();
			_exit(5);
		}
		_exit(WEXITSTATUS(wait_for(pid)));
	}
	expect(WEXITSTATUS(wait_for(pid)) == 5);
}

static void idle_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(6);
	expect(WEXITSTATUS(wait_for(pid)) == 6);
}

/* What a vfork child allocates is the parent's: they share the heap. */
static void vforked(const char *self)
{
	char *const argv[] = { (char *)self, "image", "vfork", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execv(self, argv);
		_exit(99);
	}
	expect(WEXITSTATUS(wait_for(pid)) == 8);
	pid = vfork();
	if (pid == 0)
		_exit(7);
	expect(WEXITSTATUS(wait_for(pid)) == 7);
}

static void spawned(const char *self)
{
	char *const argv[] = { (char *)self, "image", "spawn", NULL };
	pid_t pid;

	expect(posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0);
	expect(WEXITSTATUS(wait_for(pid)) == 8);
	expect(posix_spawnp(&pid, self, NULL, NULL, argv, environ) == 0);
	expect(WEXITSTATUS(wait_for(pid)) == 8);
}

static void image(const char *role)
{
	become(role);
	for (size_t i = 0; i < 300; i++)
		by_image(10);
	truth_site("by_image", 300, 3000, 300, 3000);
	say(1, "image %s\n", role);
}

/* One process, an image for each function of the exec family; then one in vain. */
static void chain(char *self, const char *step)
{
	static char next[12];
	char *argv[] = { self, "chain", next, NULL };
	int n = atoi(step);

	image(step);
	snprintf(next, sizeof(next), "%d", n + 1);
	switch (n) {
	case 1:
		execl(self, self, "chain", next, NULL);
		break;
	case 2:
		execlp(self, self, "chain", next, NULL);
		break;
	case 3:
		execle(self, self, "chain", next, NULL, environ);
		break;
	case 4:
		execv(self, argv);
		break;
	case 5:
		execve(self, argv, environ);
		break;
	case 6:
		execvp(self, argv);
		break;
	case 7:
		execvpe(self, argv, environ);
		break;
	case 8:
		fexecve(open(self, O_RDONLY | O_CLOEXEC), argv, environ);
		break;
	default:
		execve("/nonexistent", argv, environ);
		expect(errno == ENOENT);
	}
	/* A failed exec leaves the process as it was, recorded as before. */
	by_parent(5);
	truth_site("by_parent", 1, 5, 1, 5);
}

int main(int argc, char **argv)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	expect(n > 0);
	self[n] = '\0';
	if (argc == 3 && !strcmp(argv[1], "image")) {
		image(argv[2]);
		return 8;
	}
	if (argc == 3 && !strcmp(argv[1], "chain")) {
		chain(self, argv[2]);
		return 9;
	}
	for (size_t i = 0; i < 200; i++)
		drop(by_parent(i), i);
	forked();
	forked_and_exits();
	grandchild();
	idle_child();
	vforked(self);
	spawned(self);
	by_parent(123);
	say(1, "parent done\n");
	truth_site("by_parent", 202, 19900 + 1000 + 123, 1, 123);
	return 0;
}
