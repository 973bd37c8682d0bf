/* SPDX-License-Identifier: MIT */
/*
 * symbols_image.c - find and check the file of a module; see symbols_image.h.
 *
 * Must not use a file that only has the right name: names of another build
 * look right and are wrong.
 */
#include "model/symbols_image.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

static const char standard_debug[] = "/usr/lib/debug";

void image_paths_init(struct image_paths *paths, const char *sysroot, const char *debug_path)
{
	/* the folder of the file itself, .debug in it, then absolute folders */
	struct strbuf list = STRBUF_INIT;
	char *copy = xstrdup(debug_path ? debug_path : ""), *rest = copy, *dir;

	strbuf_addstr(&list, ":.debug");
	while ((dir = strsep(&rest, ":"))) {
		char *absolute = *dir ? realpath(dir, NULL) : NULL;

		/* libdwfl looks for build ids in absolute folders only */
		if (absolute && !strchr(absolute, ':'))
			strbuf_addf(&list, ":%s", absolute);
		free(absolute);
	}
	if (sysroot && *sysroot)
		strbuf_addf(&list, ":%s%s", sysroot, standard_debug);
	strbuf_addf(&list, ":%s", standard_debug);
	free(copy);
	paths->sysroot = sysroot ? sysroot : "";
	paths->debug = strbuf_detach(&list, NULL);
}

void image_paths_release(struct image_paths *paths)
{
	free(paths->debug);
	paths->debug = NULL;
}

/* The build id of the file in hex digits, "" when it has none; NULL when it is no ELF file. */
static char *build_id_of(int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	const unsigned char *bytes;
	struct strbuf hex = STRBUF_INIT;
	ssize_t len;
	const void *note;

	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		return NULL;
	}
	len = dwelf_elf_gnu_build_id(elf, &note);
	bytes = note;
	for (ssize_t i = 0; i < len; i++)
		strbuf_addf(&hex, "%02x", bytes[i]);
	elf_end(elf);
	return hex.len ? strbuf_detach(&hex, NULL) : xstrdup("");
}

/* Open without waiting: a path may name a FIFO by now. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

/* Opens `path` when it is the wanted build; else -errno, and `problem` when it is given. */
static int open_build(const char *path, const char *build_id, char **problem)
{
	int fd = open_file(path);
	char *found;

	if (fd < 0) {
		if (problem && fd == -ENOENT)
			*problem = xasprintf("'%s' is not on this machine", path);
		else if (problem)
			*problem = xasprintf("cannot read '%s': %s", path, strerror(-fd));
		return fd;
	}
	found = build_id_of(fd);
	if (found && (!build_id || !strcasecmp(found, build_id))) {
		free(found);
		return fd;
	}
	if (problem && !found)
		*problem = xasprintf("'%s' is not an ELF file", path);
	else if (problem && *found)
		*problem = xasprintf(
			"'%s' is another build than the one that ran: build id %s here, "
			"%s in the trace",
			path, found, build_id);
	else if (problem)
		*problem = xasprintf("'%s' is another build than the one that ran: it has no build "
				     "id, the trace says %s",
				     path, build_id);
	free(found);
	close(fd);
	return -ESTALE;
}

/* A file of this build id in one of the debug folders, the whole file or its debug part. */
static int open_by_build_id(const char *build_id, const char *folders, char **path)
{
	static const char *const suffixes[] = { ".debug", "" };
	char *copy, *rest, *dir;
	int fd = -ENOENT;

	if (strlen(build_id) < 4 || strspn(build_id, "0123456789abcdefABCDEF") != strlen(build_id))
		return -ENOENT;
	rest = copy = xstrdup(folders);
	while (fd < 0 && (dir = strsep(&rest, ":"))) {
		for (size_t i = 0; *dir == '/' && fd < 0 && i < 2; i++) {
			*path = xasprintf("%s/.build-id/%.2s/%s%s", dir, build_id, build_id + 2,
					  suffixes[i]);
			fd = open_build(*path, build_id, NULL);
			if (fd < 0)
				free(*path);
		}
	}
	free(copy);
	return fd;
}

/* The user data of a module are its image_paths. */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	const struct image_paths *paths = *userdata;
	size_t len = strlen(paths->sysroot);
	int fd = dwfl_standard_find_debuginfo(module, userdata, name, base, file, link, crc, found);

	/* under /usr/lib/debug the folders are named without the sysroot */
	if (fd < 0 && len && file && !strncmp(file, paths->sysroot, len))
		fd = dwfl_standard_find_debuginfo(module, userdata, name, base, file + len, link,
						  crc, found);
	return fd;
}

static bool report(struct image *image, int fd, const char *path, const struct image_paths *paths)
{
	void **userdata;

	image->callbacks = (Dwfl_Callbacks){
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = (char **)&paths->debug,
	};
	image->dwfl = dwfl_begin(&image->callbacks);
	if (!image->dwfl) {
		close(fd);
		return false;
	}
	/* loaded at 0, so that a module's addresses are those in the file */
	image->module = dwfl_report_elf(image->dwfl, path, path, fd, 0, true);
	if (!image->module) {
		close(fd);
		dwfl_end(image->dwfl);
		image->dwfl = NULL;
		return false;
	}
	dwfl_module_info(image->module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = (void *)paths;
	dwfl_report_end(image->dwfl, NULL, NULL);
	return true;
}

void image_open(struct image *image, const char *path, const char *build_id,
		const struct image_paths *paths)
{
	char *file, *other;
	int fd;

	*image = (struct image){ .dwfl = NULL };
	if (path[0] != '/')
		return; /* [vdso] and the like have no file, and nothing is wrong */
	elf_version(EV_CURRENT);
	file = xasprintf("%s%s", paths->sysroot, path);
	fd = open_build(file, build_id, &image->problem);
	if (fd < 0 && build_id) {
		int err = open_by_build_id(build_id, paths->debug, &other);

		if (err >= 0) {
			fd = err;
			free(file);
			file = other;
			free(image->problem);
			image->problem = NULL;
		}
	}
	if (fd >= 0 && !report(image, fd, file, paths))
		image->problem = xasprintf("cannot use '%s': %s", file, dwfl_errmsg(-1));
	free(file);
}

void image_release(struct image *image)
{
	if (image->dwfl)
		dwfl_end(image->dwfl);
	free(image->problem);
	*image = (struct image){ .dwfl = NULL };
}
