/* SPDX-License-Identifier: MIT */
/*
 * case_main.c - libmemprof-case.so, which `memprof case` preloads: runs one case of the program
 * in place of its main().  Not part of the recorder, and of no use to other programs.
 *
 *   MEMPROF_CASE         "list", or SUITE/NAME
 *   MEMPROF_CASE_FILE    a shared object that has the cases; empty: the program itself
 *   MEMPROF_CASE_REPORT  descriptor for lines about how far it came
 *
 * By the time of main() all constructors have run, and what follows is exit(), with all
 * destructors: a case finds the process as main() would.  It is found by the section that
 * memprof.h puts it in.
 *
 * The teardown of a suite must run whatever a case does.  A guardian, forked after the setup,
 * waits for the end of the process and runs it then, unless the process itself came that far.
 */
#define _GNU_SOURCE
#include <memprof/memprof.h>

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exit statuses of our own; cases that end well leave 0. */
enum { CANNOT_LOAD = 120, NO_SUCH_CASE = 121 };

typedef int main_fn(int argc, char **argv, char **envp);
typedef int start_fn(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		     void (*rtld_fini)(void), void *stack_end);

__attribute__((visibility("default"))) start_fn __libc_start_main;

static int report_fd = -1;

/* A line for `memprof case`. */
static void __attribute__((format(printf, 1, 2))) tell(const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || report_fd < 0)
		return;
	n = n < (int)sizeof(line) - 1 ? n : (int)sizeof(line) - 2;
	line[n++] = '\n';
	while (write(report_fd, line, (size_t)n) < 0 && errno == EINTR)
		;
}

/* Where a section of the file at `path`, loaded with `bias`, is in memory. */
static const void *section(const char *path, uintptr_t bias, const char *name, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const void *found = NULL;
	const Elf64_Ehdr *header;
	const Elf64_Shdr *sections, *names;
	struct stat st;
	char *map;

	*size = 0;
	if (fd < 0)
		return NULL;
	map = fstat(fd, &st) == 0 && (size_t)st.st_size > sizeof(*header)
		      ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
		      : MAP_FAILED;
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	/* The loader has accepted this file: only its end is checked. */
	header = (const void *)map;
	sections = (const void *)(map + header->e_shoff);
	if (header->e_shoff + header->e_shnum * sizeof(*sections) <= (size_t)st.st_size &&
	    header->e_shstrndx < header->e_shnum) {
		names = &sections[header->e_shstrndx];
		for (int i = 0; i < header->e_shnum && !found; i++) {
			if (strcmp(map + names->sh_offset + sections[i].sh_name, name) != 0)
				continue;
			found = (const void *)(bias + sections[i].sh_addr);
			*size = sections[i].sh_size;
		}
	}
	munmap(map, (size_t)st.st_size);
	return found;
}

struct place {
	const char *path;
	uintptr_t bias;
};

static int first_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct place *place = ctx;

	(void)size;
	place->bias = info->dlpi_addr;
	return 1;
}

/* Where the cases are; false when their object cannot be loaded. */
static bool find_place(struct place *place)
{
	const char *file = getenv("MEMPROF_CASE_FILE");
	struct link_map *map;
	void *handle;

	*place = (struct place){ .path = "/proc/self/exe" };
	if (!file || !*file) {
		dl_iterate_phdr(first_object, place);
		return true;
	}
	handle = dlopen(file, RTLD_NOW | RTLD_GLOBAL);
	if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) {
		tell("error\t%s", dlerror());
		return false;
	}
	*place = (struct place){ .path = file, .bias = map->l_addr };
	return true;
}

static const char *text(const char *s)
{
	return s ? s : "";
}

static void list(const struct memprof_case *const *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tell("case\t%s\t%s\t%s\t%d\t%s\t%s\t%s", cases[i]->suite, cases[i]->name,
		     cases[i]->file, cases[i]->line, text(cases[i]->skip),
		     text(cases[i]->skip_profiler), text(cases[i]->accept_profiler));
}

/* The guardian: waits for the end of the process, and tears down if that did not. */
static void guard(const struct memprof_suite *suite, int waiting)
{
	char done;
	ssize_t n;

	do
		n = read(waiting, &done, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1) {
		tell("teardown");
		suite->teardown();
		tell("torn");
	}
	_exit(0);
}

/* Start the guardian; a descriptor to tell it that all is done, or -1. */
static int start_guardian(const struct memprof_suite *suite)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		/* Of its own, so that what is sent to the case does not reach it. */
		setpgid(0, 0);
		close(ends[1]);
		guard(suite, ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return -1;
	}
	tell("guarded");
	return ends[1];
}

static void run(const struct memprof_case *c, const struct memprof_suite *suite)
{
	int guardian = -1;

	if (suite && suite->setup) {
		tell("setup");
		suite->setup();
	}
	if (suite && suite->teardown)
		guardian = start_guardian(suite);
	tell("run");
	memprof_case_begin(c->suite, c->name);
	memprof_mark("start");
	c->run();
	memprof_mark("end");
	memprof_case_end(c->suite, c->name);
	tell("ran");
	if (suite && suite->teardown) {
		/* From here on it is ours to finish. */
		if (guardian >= 0 && write(guardian, "", 1) != 1)
			tell("error\tthe guardian of the teardown is gone");
		tell("teardown");
		suite->teardown();
		tell("torn");
	}
}

static const struct memprof_suite *find_suite(const struct memprof_suite *const *suites, size_t n,
					      const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(suites[i]->name, name))
			return suites[i];
	return NULL;
}

static int case_main(int argc, char **argv, char **envp)
{
	const char *fd = getenv("MEMPROF_CASE_REPORT"), *wanted = getenv("MEMPROF_CASE");
	const struct memprof_case *const *cases;
	const struct memprof_suite *const *suites;
	size_t n_cases, n_suites, len;
	char name[512];
	struct place place;

	(void)argc;
	(void)argv;
	(void)envp;
	snprintf(name, sizeof(name), "%s", wanted);
	report_fd = fd ? (int)strtol(fd, NULL, 10) : -1;
	fcntl(report_fd, F_SETFD, FD_CLOEXEC);
	if (!find_place(&place))
		return CANNOT_LOAD;
	/* Programs that the case starts are not to run one. */
	unsetenv("MEMPROF_CASE");
	unsetenv("MEMPROF_CASE_REPORT");
	cases = section(place.path, place.bias, "memprof_cases", &n_cases);
	suites = section(place.path, place.bias, "memprof_suites", &n_suites);
	n_cases /= sizeof(*cases);
	n_suites /= sizeof(*suites);
	if (!strcmp(name, "list")) {
		list(cases, n_cases);
		_exit(0);
	}
	for (size_t i = 0; i < n_cases; i++) {
		len = strlen(cases[i]->suite);
		if (strncmp(name, cases[i]->suite, len) || name[len] != '/' ||
		    strcmp(name + len + 1, cases[i]->name))
			continue;
		run(cases[i], find_suite(suites, n_suites, cases[i]->suite));
		return 0;
	}
	return NO_SUCH_CASE;
}

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	start_fn *next = (start_fn *)dlsym(RTLD_NEXT, "__libc_start_main");

	return next(getenv("MEMPROF_CASE") ? case_main : main, argc, argv, init, fini, rtld_fini,
		    stack_end);
}
