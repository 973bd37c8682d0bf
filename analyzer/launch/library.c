/* SPDX-License-Identifier: MIT */
/* library.c - see library.h. */
#include "launch/library.h"

#include <errno.h>
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

static const char recorder_name[] = "libmemprof.so";

static const struct allocator {
	const char *name, *package;
	const char *libraries[3]; /* the first that is there is taken */
} allocators[] = {
	{ "jemalloc", "libjemalloc2", { "libjemalloc.so.2" } },
	{ "tcmalloc", "libtcmalloc-minimal4", { "libtcmalloc_minimal.so.4", "libtcmalloc.so.4" } },
	{ "mimalloc", "libmimalloc2.0", { "libmimalloc.so.2", "libmimalloc.so.2.0" } },
};

/* Where libraries live when the dynamic linker's own search does not say. */
static const char *const folders[] = {
	"/usr/lib/x86_64-linux-gnu",
	"/usr/lib64",
	"/usr/lib",
	"/usr/local/lib",
};

/* The folder of this program, to free(); NULL when /proc is not there. */
static char *own_folder(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return xstrdup(path);
}

/* `path` when it can be read, made absolute; frees what it is given. */
static char *readable(char *path)
{
	char *real = access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;

	free(path);
	return real;
}

static char *find_recorder(void)
{
	static const char *const beside[] = { "", "/../lib", "/../lib/x86_64-linux-gnu",
					      "/../lib64" };
	char *folder = own_folder(), *found = NULL;

	if (folder)
		found = readable(xasprintf("%s%s/%s", folder, beside[0], recorder_name));
	if (!found)
		found = readable(xasprintf("%s/%s", MEMPROF_LIBDIR, recorder_name));
	for (size_t i = 1; folder && !found && i < sizeof(beside) / sizeof(*beside); i++)
		found = readable(xasprintf("%s%s/%s", folder, beside[i], recorder_name));
	free(folder);
	return found;
}

char *library_recorder(struct diag *diag)
{
	const char *told = getenv("MEMPROF_LIB");
	char *found;

	if (told && *told) {
		found = readable(xstrdup(told));
		if (!found)
			diag_error(diag, 0,
				   "cannot read '%s', which MEMPROF_LIB names as the "
				   "recorder",
				   told);
	} else {
		found = find_recorder();
		if (!found)
			diag_error(diag, 0,
				   "cannot find %s beside this program or in '%s'; set "
				   "MEMPROF_LIB to its path",
				   recorder_name, MEMPROF_LIBDIR);
	}
	/* LD_PRELOAD has no way to quote its separators */
	if (found && strpbrk(found, " :")) {
		diag_error(diag, 0,
			   "cannot preload '%s': its path has a space or a colon; put it "
			   "elsewhere and set MEMPROF_LIB",
			   found);
		free(found);
		found = NULL;
	}
	return found;
}

/*
 * Ask the dynamic linker for `library`.  In a child, because an allocator
 * must not be loaded into a running program.
 */
static char *ask_linker(const char *library)
{
	char path[PATH_MAX];
	size_t len = 0;
	int fds[2];
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return NULL;
	pid = fork();
	if (pid == 0) {
		void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
		struct link_map *map;

		if (handle && !dlinfo(handle, RTLD_DI_LINKMAP, &map) &&
		    write(fds[1], map->l_name, strlen(map->l_name)) < 0)
			_exit(1);
		_exit(0);
	}
	close(fds[1]);
	while (pid > 0 && len < sizeof(path) - 1 &&
	       (n = read(fds[0], path + len, sizeof(path) - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	path[len] = '\0';
	return len ? xstrdup(path) : NULL;
}

static char *find_library(const char *library)
{
	char *found = ask_linker(library);

	for (size_t i = 0; !found && i < sizeof(folders) / sizeof(*folders); i++)
		found = readable(xasprintf("%s/%s", folders[i], library));
	return found;
}

char *library_beside(const char *name, struct diag *diag)
{
	char *recorder = library_recorder(diag), *path, *slash;

	if (!recorder)
		return NULL;
	slash = strrchr(recorder, '/');
	if (slash)
		slash[1] = '\0';
	path = xasprintf("%s%s", slash ? recorder : "", name);
	free(recorder);
	if (access(path, R_OK) == 0)
		return path;
	diag_error(diag, 0, "cannot read '%s': %s; set MEMPROF_LIB to libmemprof.so beside it",
		   path, strerror(errno));
	free(path);
	return NULL;
}

char *library_allocator(const char *name, struct diag *diag)
{
	for (size_t i = 0; i < sizeof(allocators) / sizeof(*allocators); i++) {
		const struct allocator *allocator = &allocators[i];

		if (strcmp(name, allocator->name))
			continue;
		for (size_t k = 0; k < 3 && allocator->libraries[k]; k++) {
			char *found = find_library(allocator->libraries[k]);

			if (found)
				return found;
		}
		diag_error(diag, 0, "cannot find %s (%s); on Debian: apt-get install %s", name,
			   allocator->libraries[0], allocator->package);
		return NULL;
	}
	diag_error(diag, 0, "no allocator is called '%s'", name);
	return NULL;
}

static bool is_recorder(const char *entry, size_t len)
{
	size_t base = len;

	while (base > 0 && entry[base - 1] != '/')
		base--;
	return len - base == strlen(recorder_name) &&
	       !memcmp(entry + base, recorder_name, len - base);
}

char *library_preload(const char *recorder, const char *allocator, const char *inherited)
{
	struct strbuf value = STRBUF_INIT;

	strbuf_addstr(&value, recorder);
	if (allocator)
		strbuf_addf(&value, ":%s", allocator);
	while (inherited && *inherited) {
		size_t len = strcspn(inherited, " :");

		if (len && !is_recorder(inherited, len)) {
			strbuf_addch(&value, ':');
			strbuf_add(&value, inherited, len);
		}
		inherited += len;
		inherited += strspn(inherited, " :");
	}
	return strbuf_detach(&value, NULL);
}
