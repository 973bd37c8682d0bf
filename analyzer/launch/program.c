/* SPDX-License-Identifier: MIT */
/* program.c - see program.h. */
#include "launch/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "launch/elf_check.h"
#include "launch/script.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* 0 when `path` is a file that may be executed, else why not, as execve has it. */
static int may_execute(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS))
		return -EACCES;
	return 0;
}

/* The first match in $PATH that may be executed; a match that may not is kept for the message. */
static int search_path(const char *name, char **found)
{
	const char *path = getenv("PATH");
	char *copy, *rest, *dir;
	int err = -ENOENT;

	rest = copy = xstrdup(path ? path : "/bin:/usr/bin");
	while ((dir = strsep(&rest, ":"))) {
		char *candidate = xasprintf("%s%s%s", dir, *dir ? "/" : "./", name);
		int this = may_execute(candidate);

		/* a folder that may not be entered is no match */
		if (this == -EACCES && access(candidate, F_OK))
			this = -ENOENT;
		if (this == 0 || (this == -EACCES && err == -ENOENT)) {
			free(*found);
			*found = candidate;
			err = this;
		} else {
			free(candidate);
		}
		if (err == 0)
			break;
	}
	free(copy);
	return err;
}

static int find(const char *name, char **path)
{
	*path = NULL;
	if (!*name)
		return -ENOENT;
	if (!strchr(name, '/'))
		return search_path(name, path);
	*path = xstrdup(name);
	return may_execute(name);
}

int program_find(struct program *program, const char *name, struct diag *diag)
{
	int err;

	*program = (struct program){ .path = NULL };
	err = find(name, &program->path);
	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
	case -ENOTDIR:
		if (strchr(name, '/'))
			return diag_error(diag, -ENOENT, "cannot run '%s': %s", name,
					  strerror(-err));
		return diag_error(diag, err, "cannot run '%s': no such program in $PATH%s", name,
				  access(name, F_OK) ? "" : "; for the file here say ./ before it");
	case -EISDIR:
		return diag_error(diag, -EACCES, "cannot run '%s': it is a directory", name);
	case -EACCES:
		return diag_error(diag, err,
				  "cannot run '%s': it is not executable for you; "
				  "chmod +x makes it so",
				  program->path);
	default:
		return diag_error(diag, err, "cannot run '%s': %s", program->path, strerror(-err));
	}
}

/* Why the kernel would make the dynamic linker ignore LD_PRELOAD, or NULL. */
static char *privilege_problem(const char *image, int fd)
{
	const char *what = NULL;
	struct stat st;

	if (fstat(fd, &st))
		return NULL;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		what = "is setuid";
	else if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && st.st_gid != getgid())
		what = "is setgid";
	else if (getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		what = "has file capabilities";
	if (!what)
		return NULL;
	return xasprintf("'%s' %s, and the system preloads nothing into programs with more rights "
			 "than their user; record a plain copy of it, or run as its owner",
			 image, what);
}

static char *elf_problem(const char *image, const struct elf_facts *facts)
{
	switch (facts->verdict) {
	case ELF_STATIC:
		return xasprintf("'%s' is statically linked, so the recorder cannot be preloaded; "
				 "link it without -static",
				 image);
	case ELF_32BIT:
		return xasprintf("'%s' is a 32-bit program, and the recorder is 64-bit; "
				 "build it with -m64",
				 image);
	case ELF_OTHER_MACHINE:
		return xasprintf("'%s' is for another machine than x86-64", image);
	case ELF_MUSL:
		return xasprintf("'%s' uses musl libc, and the recorder needs glibc; "
				 "build it for glibc",
				 image);
	case ELF_BIONIC:
		return xasprintf("'%s' is an Android program, and the recorder needs glibc", image);
	case ELF_SANITIZER:
		return xasprintf("'%s' is built with %s, which has an allocator of its own; "
				 "build it without -fsanitize",
				 image, facts->sanitizer);
	default:
		return NULL;
	}
}

static int inspect_image(struct program *program, int fd, struct diag *diag)
{
	struct elf_facts facts;

	elf_check(fd, &facts);
	program->own_malloc = facts.own_malloc;
	program->cxx = facts.cxx;
	program->problem = elf_problem(program->image, &facts);
	program->children = facts.verdict == ELF_STATIC;
	if (!program->problem && facts.verdict != ELF_NOT_ELF)
		program->problem = privilege_problem(program->image, fd);
	if (!program->problem && facts.loader[0] == '/' && access(facts.loader, F_OK) &&
	    errno == ENOENT)
		return diag_error(diag, -EACCES,
				  "cannot run '%s': its dynamic linker '%s' is not on "
				  "this machine",
				  program->image, facts.loader);
	return 0;
}

int program_inspect(struct program *program, struct diag *diag)
{
	char *next = xstrdup(program->path);

	/* the kernel follows as many */
	for (int depth = 0; depth < 5; depth++) {
		char *word = NULL, *resolved;
		int err, fd;

		free(program->image);
		program->image = next;
		fd = open(next, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			return 0; /* executable but not readable: it can run all the same */
		if (!script_interpreter(fd, &word)) {
			err = inspect_image(program, fd, diag);
			close(fd);
			return err;
		}
		close(fd);
		err = find(word, &resolved);
		if (err)
			err = diag_error(diag, -EACCES, "cannot run '%s': its interpreter '%s' %s",
					 program->image, word,
					 err == -ENOENT ? "does not exist" : "cannot be executed");
		free(word);
		if (err) {
			free(resolved);
			return err;
		}
		next = resolved;
	}
	free(next);
	return 0;
}

void program_release(struct program *program)
{
	free(program->path);
	free(program->image);
	free(program->problem);
	*program = (struct program){ .path = NULL };
}
