/* SPDX-License-Identifier: MIT */
/* outside.c - see outside.h.  The samples are taken by a thread of this process. */
#include <config.h>

#include "launch/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <memprof/encode.h>

#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define LINE_MOST 256
#define FIRST_PAUSE UINT64_C(10000000)

struct watching {
	struct mp_out out; /* first, so that flush finds the rest */
	char buf[8192];
	int fd;
	struct outside *result;
	const char *program, *output, *run, *why;
	char *const *argv;
	pid_t pid;
	uint64_t epoch;
	pthread_t thread;
	bool has_thread;
	atomic_bool stop;
	int error;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int flush_out(struct mp_out *out)
{
	struct watching *w = (struct watching *)out;
	size_t at = 0;

	while (at < out->len) {
		ssize_t n = write(w->fd, out->buf + at, out->len - at);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	out->len = 0;
	return 0;
}

/* The name that the template stands for. */
static char *expand(const struct watching *w)
{
	struct strbuf name = STRBUF_INIT;
	char *copy = xstrdup(w->program), host[256] = "";

	for (const char *p = w->output; *p; p++) {
		if (*p != '%' || !p[1]) {
			strbuf_addch(&name, *p);
			continue;
		}
		switch (*++p) {
		case 'p':
			strbuf_addf(&name, "%d", (int)w->pid);
			break;
		case 'e':
			strbuf_addstr(&name, basename(copy));
			break;
		case 'h':
			gethostname(host, sizeof(host) - 1);
			strbuf_addstr(&name, host);
			break;
		case 't':
			strbuf_addf(&name, "%lld", (long long)time(NULL));
			break;
		case 'n':
			strbuf_addch(&name, '0');
			break;
		default:
			strbuf_addch(&name, *p);
		}
	}
	free(copy);
	return strbuf_detach(&name, NULL);
}

/* What is there is never written over. */
static int make_file(struct watching *w)
{
	char *name = expand(w);

	w->fd = -1;
	for (int i = 0; w->fd < 0 && i < 1000; i++) {
		free(w->result->path);
		w->result->path = i ? xasprintf("%s.%d", name, i) : xstrdup(name);
		w->fd = open(w->result->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			     0600);
		if (w->fd < 0 && errno != EEXIST)
			break;
	}
	free(name);
	return w->fd < 0 ? -errno : 0;
}

/* What stands behind "Name:" of a file of such lines, or NULL; the program's own name is
 * among them, and may be anything but a line end. */
static const char *field_text(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text && strncmp(text, name, len) != 0) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return text ? text + len : NULL;
}

static uint64_t field(const char *text, const char *name)
{
	const char *p = field_text(text, name);

	return p ? strtoull(p, NULL, 10) : 0;
}

static bool slurp(pid_t pid, const char *name, char *text, size_t cap)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, cap - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Its status without what is too long to be of use: the groups of its user. */
static bool slurp_status(pid_t pid, char *text, size_t cap)
{
	char path[64], *line = NULL;
	size_t room = 0, used = 0;
	ssize_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && (n = getline(&line, &room, file)) > 0) {
		if ((size_t)n > LINE_MOST || used + (size_t)n >= cap)
			continue;
		memcpy(text + used, line, (size_t)n);
		used += (size_t)n;
	}
	if (file)
		fclose(file);
	free(line);
	text[used] = '\0';
	return used > 0;
}

/* Field `n` of /proc/pid/stat, counted from 1. */
static uint64_t stat_field(const char *stat, int n)
{
	const char *p = strrchr(stat, ')');

	for (int i = 2; p && i < n; i++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

static void put_sample(struct watching *w)
{
	char status[4096], stat[2048];
	struct mp_sample s = { .t = clock_ns(CLOCK_MONOTONIC) - w->epoch };

	if (!slurp_status(w->pid, status, sizeof(status)) || !field_text(status, "VmRSS:") ||
	    !slurp(w->pid, "stat", stat, sizeof(stat)))
		return;
	s.rss = field(status, "VmRSS:") * 1024;
	s.anon = field(status, "RssAnon:") * 1024;
	s.file = field(status, "RssFile:") * 1024;
	s.shmem = field(status, "RssShmem:") * 1024;
	s.hwm = field(status, "VmHWM:") * 1024;
	s.swap = field(status, "VmSwap:") * 1024;
	s.nthreads = field(status, "Threads:");
	s.minflt = stat_field(stat, 10);
	s.majflt = stat_field(stat, 12);
	s.cpu = (stat_field(stat, 14) + stat_field(stat, 15)) *
		(UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
	if (s.hwm > w->result->highest)
		w->result->highest = s.hwm;
	mp_encode_sample(&w->out, &s);
	if (flush_out(&w->out))
		w->error = -errno;
}

static void put_header(struct watching *w)
{
	char stat[2048], boot[64] = "", cwd[4096] = "", epoch[64];
	struct timespec now;
	struct utsname uts;
	struct tm tm;
	size_t n = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, boot, sizeof(boot) - 1);

	if (fd >= 0)
		close(fd);
	boot[len > 0 ? strcspn(boot, "\n") : 0] = '\0';
	while (w->argv[n])
		n++;
	uname(&uts);
	clock_gettime(CLOCK_REALTIME, &now);
	w->epoch = clock_ns(CLOCK_MONOTONIC);
	gmtime_r(&now.tv_sec, &tm);
	len = (ssize_t)strftime(epoch, sizeof(epoch), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(epoch + len, sizeof(epoch) - (size_t)len, ".%09ldZ", now.tv_nsec);
	slurp(w->pid, "stat", stat, sizeof(stat));
	mp_encode_header(&w->out, &(struct mp_header){
					  .format = MP_FORMAT_VERSION,
					  .version = PACKAGE_VERSION,
					  .run = w->run,
					  .pid = (uint64_t)w->pid,
					  .ppid = (uint64_t)getpid(),
					  .exe = w->program,
					  .argv = { .v = (const char *const *)w->argv, .n = n },
					  .cwd = getcwd(cwd, sizeof(cwd)) ? cwd : "",
					  .arch = uts.machine,
					  .epoch = epoch,
					  .boot = boot,
					  .start = stat_field(stat, 22),
					  .allocator = "unknown",
					  .blocks = "compact",
					  .granule = 1,
					  .sample_ns = FIRST_PAUSE,
					  .page = (uint64_t)sysconf(_SC_PAGESIZE),
					  .sampler = "outside",
				  });
	mp_encode_note(&w->out, &(struct mp_note){
					.level = "warning",
					.code = "outside",
					.text = w->why,
				});
}

static void *take_samples(void *arg)
{
	struct watching *w = arg;

	while (!atomic_load(&w->stop) && !w->error) {
		uint64_t elapsed = clock_ns(CLOCK_MONOTONIC) - w->epoch, pause = elapsed / 1000;

		put_sample(w);
		if (pause < FIRST_PAUSE)
			pause = FIRST_PAUSE;
		/* In short steps, so that the end is not waited for. */
		while (pause && !atomic_load(&w->stop)) {
			uint64_t step = pause < FIRST_PAUSE ? pause : FIRST_PAUSE;

			nanosleep(&(struct timespec){ .tv_nsec = (long)step }, NULL);
			pause -= step;
		}
	}
	return NULL;
}

static void started(pid_t pid, void *ctx)
{
	struct watching *w = ctx;

	w->pid = pid;
	w->error = make_file(w);
	if (w->error)
		return;
	put_header(w);
	w->error = -pthread_create(&w->thread, NULL, take_samples, w);
	w->has_thread = !w->error;
}

static void finish(struct watching *w, const struct process_end *end)
{
	struct mp_footer footer = {
		.reason = WIFSIGNALED(end->status) ? "killed" : "exit",
		.status = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 0,
		.max_rss = w->result->highest,
	};

	atomic_store(&w->stop, true);
	pthread_join(w->thread, NULL);
	footer.t = clock_ns(CLOCK_MONOTONIC) - w->epoch;
	mp_encode_footer(&w->out, &footer);
	if (!w->error)
		w->error = flush_out(&w->out);
}

int outside_run(struct outside *outside, const char *path, char *const argv[], char *const envp[],
		const char *output, const char *run, const char *why, struct process_end *end,
		struct diag *diag)
{
	struct watching w = { .out = { .cap = sizeof(w.buf), .flush = flush_out },
			      .fd = -1,
			      .result = outside,
			      .program = path,
			      .output = output,
			      .run = run,
			      .why = why,
			      .argv = argv };
	int err;

	*outside = (struct outside){ .path = NULL };
	w.out.buf = w.buf;
	err = process_run_with(path, argv, envp, end, started, &w);
	if (w.has_thread)
		finish(&w, end);
	if (w.fd >= 0)
		close(w.fd);
	if (w.error) {
		diag_add(diag, DIAG_WARNING, NULL, 0, "cannot write the trace '%s': %s",
			 outside->path ? outside->path : output, strerror(-w.error));
		free(outside->path);
		outside->path = NULL;
	}
	return err;
}

void outside_release(struct outside *outside)
{
	free(outside->path);
}
