/* SPDX-License-Identifier: MIT */
/* process.c - see process.h. */
#include "launch/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int passed_on[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };

/* The terminal sends these to the whole group: the program decides what they mean. */
static const int left_alone[] = { SIGINT, SIGQUIT };

#define N_LEFT_ALONE (sizeof(left_alone) / sizeof(*left_alone))

struct signal_state {
	sigset_t mask;
	struct sigaction left_alone[N_LEFT_ALONE];
	struct sigaction child;
};

static void signals_hold(struct signal_state *saved, sigset_t *waited)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction standard = { .sa_handler = SIG_DFL };

	sigemptyset(waited);
	sigaddset(waited, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(*passed_on); i++)
		sigaddset(waited, passed_on[i]);
	sigprocmask(SIG_BLOCK, waited, &saved->mask);
	for (size_t i = 0; i < N_LEFT_ALONE; i++)
		sigaction(left_alone[i], &ignore, &saved->left_alone[i]);
	/* an ignored SIGCHLD, if inherited, would take the exit status from us */
	sigaction(SIGCHLD, &standard, &saved->child);
}

static void signals_restore(const struct signal_state *saved)
{
	for (size_t i = 0; i < N_LEFT_ALONE; i++)
		sigaction(left_alone[i], &saved->left_alone[i], NULL);
	sigaction(SIGCHLD, &saved->child, NULL);
	sigprocmask(SIG_SETMASK, &saved->mask, NULL);
}

/* In the child: become the program, or tell the parent why not. */
static _Noreturn void become(const char *path, char *const argv[], char *const envp[], int report)
{
	ssize_t n;
	int err;

	execvpe(path, argv, envp);
	err = errno;
	do
		n = write(report, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	_exit(127);
}

/* 0 when the program was started, else the errno of its exec. */
static int wait_for_exec(int report)
{
	int err = 0;
	ssize_t n;

	do
		n = read(report, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(err) ? err : 0;
}

static void wait_for_end(const sigset_t *waited, struct process_end *end)
{
	while (waitpid(end->pid, &end->status, WNOHANG) != end->pid) {
		siginfo_t info;
		int number = sigwaitinfo(waited, &info);

		/* the kernel's own reach the program as well, and its own are no news to it */
		if (number > 0 && number != SIGCHLD && info.si_code <= 0 && info.si_pid != end->pid)
			kill(end->pid, number);
	}
	/* one that came too late must not end us before the summary */
	while (sigtimedwait(waited, NULL, &(struct timespec){ 0 }) > 0)
		;
}

int process_run(const char *path, char *const argv[], char *const envp[], struct process_end *end)
{
	return process_run_with(path, argv, envp, end, NULL, NULL);
}

int process_run_with(const char *path, char *const argv[], char *const envp[],
		     struct process_end *end, void (*started)(pid_t pid, void *ctx), void *ctx)
{
	struct signal_state saved;
	sigset_t waited;
	int report[2], err;

	*end = (struct process_end){ .pid = -1 };
	if (pipe2(report, O_CLOEXEC))
		return -errno;
	signals_hold(&saved, &waited);
	end->pid = fork();
	if (end->pid == 0) {
		signals_restore(&saved);
		become(path, argv, envp, report[1]);
	}
	err = end->pid < 0 ? errno : 0;
	close(report[1]);
	if (!err) {
		err = wait_for_exec(report[0]);
		if (!err && started)
			started(end->pid, ctx);
		wait_for_end(&waited, end);
	}
	close(report[0]);
	signals_restore(&saved);
	return -err;
}

int process_exit_status(const struct process_end *end)
{
	if (WIFSIGNALED(end->status))
		return 128 + WTERMSIG(end->status);
	return WEXITSTATUS(end->status);
}
