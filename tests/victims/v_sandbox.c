/* SPDX-License-Identifier: MIT */
/*
 * v_sandbox.c - a program that moves into namespaces, or restricts its own
 * system calls, after it has lived long enough to have a helper thread.  The
 * first argument says which.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "truth.h"

static NOINLINE void *before(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *after(size_t size)
{
	return keep(malloc(size));
}

static void live_on(void)
{
	for (int i = 0; i < 15; i++) {
		for (size_t n = 1; n < 500; n++)
			drop(before(n), n);
		usleep(10000);
	}
}

/* Allow all but a few calls that only somebody else in the process would make;
 * those kill, or fail. */
static struct sock_filter program[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fallocate, 4, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

int main(int argc, char **argv)
{
	struct sock_fprog filter = { sizeof(program) / sizeof(*program), program };
	const char *what = argc > 1 ? argv[1] : "namespace";

	live_on();
	if (!strcmp(what, "namespace")) {
		int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

		expect(unshare(CLONE_NEWUSER) == 0);
		setns(fd, CLONE_NEWUTS);
		live_on();
	}
	truth_write();
	if (!strcmp(what, "error"))
		program[6] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1);
	if (!strcmp(what, "filter") || !strcmp(what, "prctl") || !strcmp(what, "error")) {
		expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		if (*what != 'p')
			expect(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0);
		else
			expect(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0);
		for (size_t n = 1; n < 3000; n++)
			free(after(n));
	}
	return 3;
}
