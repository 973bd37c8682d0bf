/* SPDX-License-Identifier: MIT */
/* cases.c - see cases.h. */
#include "launch/cases.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launch/environment.h"
#include "launch/library.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* For a program to come to its main(), and for a teardown after the end of its case. */
#define PATIENCE UINT64_C(10000000000)
/* Between two looks whether a process has ended. */
#define LOOK_MS 10

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static bool has_section(Elf *elf, const char *name)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		const char *s = NULL;

		if (gelf_getshdr(section, &header))
			s = elf_strptr(elf, names, header.sh_name);
		if (s && !strcmp(s, name))
			return true;
	}
	return false;
}

/* Does it name a loader, as programs do and shared objects do not? */
static bool has_loader(Elf *elf)
{
	GElf_Phdr header;
	size_t n;

	if (elf_getphdrnum(elf, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP)
			return true;
	return false;
}

static int inspect(struct case_list *list, const char *file, struct diag *diag)
{
	int fd = open(list->path, O_RDONLY | O_CLOEXEC), err = 0;
	GElf_Ehdr header;
	Elf *elf;

	if (fd < 0)
		return diag_error(diag, -errno, "cannot open '%s': %s", file, strerror(errno));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || !gelf_getehdr(elf, &header) ||
	    (header.e_type != ET_EXEC && header.e_type != ET_DYN)) {
		err = diag_error(diag, -ENOEXEC, "'%s' is neither a program nor a shared object",
				 file);
	} else if (!has_section(elf, "memprof_cases")) {
		err = diag_error(diag, -ENOENT,
				 "'%s' has no cases: MEMPROF_CASE of <memprof/memprof.h> makes one",
				 file);
	} else {
		list->program = has_loader(elf);
		if (!list->program && header.e_type == ET_EXEC)
			err = diag_error(diag, -ENOEXEC, "'%s' is static: its cases cannot be run",
					 file);
	}
	elf_end(elf);
	close(fd);
	return err;
}

/* The environment that has a case of the list run; to be released. */
static int prepare(struct environment *env, const struct case_list *list,
		   const struct environment *from, const char *wanted, int report, char **program,
		   struct diag *diag)
{
	char *library = library_beside("libmemprof-case.so", diag), *preload, number[16];
	const char *others;

	environment_init(env);
	if (!library)
		return -ENOENT;
	*program = list->program ? xstrdup(list->path) : library_beside("memprof-case-host", diag);
	if (!*program) {
		free(library);
		return -ENOENT;
	}
	others = environment_get(from ? from : env, "LD_PRELOAD");
	if (from)
		for (size_t i = 0; i < from->n; i++) {
			char *name = xstrdup(from->v[i]), *value = strchr(name, '=');

			if (value) {
				*value = '\0';
				environment_set(env, name, value + 1);
			}
			free(name);
		}
	preload = others && *others ? xasprintf("%s:%s", others, library) : xstrdup(library);
	environment_set(env, "LD_PRELOAD", preload);
	environment_set(env, "MEMPROF_CASE", wanted);
	environment_set(env, "MEMPROF_CASE_FILE", list->program ? "" : list->path);
	snprintf(number, sizeof(number), "%d", report);
	environment_set(env, "MEMPROF_CASE_REPORT", number);
	free(preload);
	free(library);
	return 0;
}

/* Start it; what it reports can be read from *from. */
static int start(const struct case_list *list, const struct environment *env, const char *wanted,
		 pid_t *pid, int *from, struct diag *diag)
{
	struct environment with;
	char *program = NULL;
	int ends[2], err;

	if (pipe(ends))
		return diag_error(diag, -errno, "cannot make a pipe: %s", strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	err = prepare(&with, list, env, wanted, ends[1], &program, diag);
	if (!err) {
		char *argv[] = { list->path, NULL };

		*pid = fork();
		if (*pid == 0) {
			execve(program, argv, with.v);
			_exit(127);
		}
		if (*pid < 0)
			err = diag_error(diag, -errno, "cannot start a process: %s",
					 strerror(errno));
	}
	close(ends[1]);
	if (err)
		close(ends[0]);
	*from = ends[0];
	environment_release(&with);
	free(program);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct case_info *x = a, *y = b;
	int order = strcmp(x->suite, y->suite);

	return order ? order : strcmp(x->name, y->name);
}

static void add_case(struct case_list *list, char *line)
{
	char *fields[7];

	for (int i = 0; i < 7; i++) {
		fields[i] = strsep(&line, "\t");
		if (!fields[i])
			return;
	}
	XGROW(list->v, list->n, list->alloc);
	list->v[list->n++] = (struct case_info){
		.suite = xstrdup(fields[0]),
		.name = xstrdup(fields[1]),
		.file = xstrdup(fields[2]),
		.line = (int)strtol(fields[3], NULL, 10),
		.skip = xstrdup(fields[4]),
		.skip_profiler = xstrdup(fields[5]),
		.accept_profiler = xstrdup(fields[6]),
	};
}

struct watch {
	pid_t pid;
	int from;
	struct strbuf text; /* what came and is no whole line yet */
	bool guarded;
	struct case_end *end;
	struct case_list *list; /* where cases go */
	char *error;
};

static void take_line(struct watch *w, char *line)
{
	static const char *const stages[CASE_STAGES] = { "", "setup", "run", "ran" };

	if (!strncmp(line, "case\t", 5) && w->list)
		add_case(w->list, line + 5);
	else if (!strncmp(line, "error\t", 6) && !w->error)
		w->error = xstrdup(line + 6);
	else if (!strcmp(line, "guarded"))
		w->guarded = true;
	else if (!strcmp(line, "teardown"))
		w->end->teardown = true;
	else if (!strcmp(line, "torn"))
		w->end->torn = true;
	for (int i = CASE_SETUP; i < CASE_STAGES; i++)
		if (!strcmp(line, stages[i]))
			w->end->stage = (enum case_stage)i;
}

/* Read what there is; false at its end. */
static bool take(struct watch *w)
{
	char buf[4096], *newline;
	ssize_t n = read(w->from, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	strbuf_add(&w->text, buf, (size_t)n);
	while ((newline = memchr(w->text.buf, '\n', w->text.len))) {
		size_t len = (size_t)(newline - w->text.buf) + 1;

		*newline = '\0';
		take_line(w, w->text.buf);
		memmove(w->text.buf, w->text.buf + len, w->text.len - len);
		w->text.len -= len;
	}
	return true;
}

/* Until the process has ended, and then for the teardown that its guardian may have to run. */
static void watch(struct watch *w, uint64_t timeout)
{
	uint64_t deadline = now_ns() + timeout, ended = 0;
	struct pollfd fd = { .fd = w->from, .events = POLLIN };
	bool open = true;

	while (!ended || (open && w->guarded && !w->end->torn && now_ns() - ended < PATIENCE)) {
		if (open && poll(&fd, 1, LOOK_MS) > 0)
			open = take(w);
		else if (!open)
			nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000 / 2 }, NULL);
		if (!ended && waitpid(w->pid, &w->end->status, WNOHANG) == w->pid)
			ended = now_ns();
		if (!ended && now_ns() > deadline && !w->end->timed_out) {
			w->end->timed_out = true;
			kill(w->pid, SIGKILL);
		}
	}
	/* What it said last. */
	while (open && poll(&fd, 1, 0) > 0)
		open = take(w);
}

static void watch_release(struct watch *w)
{
	close(w->from);
	strbuf_release(&w->text);
	free(w->error);
}

int case_list_read(struct case_list *list, const char *file, struct diag *diag)
{
	struct case_end end = { .stage = CASE_STARTED };
	struct watch w = { .text = STRBUF_INIT, .end = &end, .list = list };
	int err;

	*list = (struct case_list){ .path = realpath(file, NULL) };
	if (!list->path)
		return diag_error(diag, -errno, "cannot open '%s': %s", file, strerror(errno));
	err = inspect(list, file, diag);
	if (!err)
		err = start(list, NULL, "list", &w.pid, &w.from, diag);
	if (err)
		return err;
	watch(&w, PATIENCE);
	if (w.error)
		err = diag_error(diag, -ENOEXEC, "cannot load '%s': %s", file, w.error);
	else if (!WIFEXITED(end.status) || WEXITSTATUS(end.status))
		err = diag_error(diag, -ENOEXEC,
				 "'%s' did not come as far as its main(): no case can be run",
				 file);
	watch_release(&w);
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), compare);
	return err;
}

void case_list_release(struct case_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].suite);
		free(list->v[i].name);
		free(list->v[i].file);
		free(list->v[i].skip);
		free(list->v[i].skip_profiler);
		free(list->v[i].accept_profiler);
	}
	free(list->v);
	free(list->path);
	*list = (struct case_list){ .path = NULL };
}

int case_run(const struct case_list *list, const struct case_info *info,
	     const struct environment *env, uint64_t timeout, struct case_end *end,
	     struct diag *diag)
{
	char *wanted = xasprintf("%s/%s", info->suite, info->name);
	struct watch w = { .text = STRBUF_INIT, .end = end };
	int err;

	*end = (struct case_end){ .stage = CASE_STARTED };
	err = start(list, env, wanted, &w.pid, &w.from, diag);
	free(wanted);
	if (err)
		return err;
	watch(&w, timeout);
	end->pid = w.pid;
	if (w.error)
		diag_add(diag, DIAG_WARNING, NULL, 0, "%s", w.error);
	watch_release(&w);
	return 0;
}
