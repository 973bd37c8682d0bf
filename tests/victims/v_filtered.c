/* SPDX-License-Identifier: MIT */
/*
 * v_filtered.c - a program under a seccomp filter that it did not ask for: the first call
 * installs it and runs the program again, as service managers and containers do.
 *
 *   v_filtered errno|kill CALL [-- BLOCKS]
 *
 * That call fails with EPERM, or kills the process.  With BLOCKS so many more are allocated
 * at once, in a child, too.
 *
 * The program itself makes none of those that the filter may name, once it runs.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "truth.h"

static NOINLINE void *work(size_t size)
{
	return counted(malloc(size), size);
}

static void install(const char *action, const char *call)
{
	struct sock_filter code[4];
	struct sock_fprog filter = { .filter = code };
	unsigned int deny = *action == 'e' ? SECCOMP_RET_ERRNO | 1 : SECCOMP_RET_KILL_PROCESS;
	unsigned short at = 0;
	unsigned int nr = (unsigned int)atoi(call);

	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, deny);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter.len = at;
	expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	expect(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0);
}

int main(int argc, char **argv)
{
	char *again[] = { argv[0], argc > 4 ? argv[4] : NULL, NULL };
	int status = 0;

	if (argc > 2) {
		install(argv[1], argv[2]);
		execve("/proc/self/exe", again, environ);
		_exit(98);
	}
	for (int round = 0; round < 8; round++) {
		void *kept[100];

		for (size_t i = 0; i < 100; i++)
			kept[i] = work(i);
		for (size_t i = 0; i < 100; i++)
			drop(kept[i], i);
		if (round < 7)
			usleep(12000);
	}
	if (argc == 2) {
		pid_t child = fork();

		for (int n = atoi(argv[1]); n; n--)
			expect(work(10));
		if (!child)
			_exit(5);
		expect(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
	}
	say(1, "filtered %lu\n", truth.allocs);
	truth_site("work", 800, 8 * 4950, 0, 0);
	return 4;
}
