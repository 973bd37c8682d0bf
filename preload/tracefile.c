/* SPDX-License-Identifier: MIT */
/* tracefile.c - name, open and write the trace; see tracefile.h.  Floor: drain. */
#define _GNU_SOURCE
#include "tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "arena.h"
#include "rt.h"
#include "sys.h"

#define BUFFER 65536

/* Names tried before giving up on one that always exists. */
#define ATTEMPTS 10000
#define SUFFIX (sizeof(".9999"))

static void expand(struct rt_text *path, const char *template, const char *program, uint64_t run)
{
	char host[65] = "", machine[65];

	if (template[0] != '/') {
		intptr_t n = sys_getcwd(path->buf, path->cap);

		/* An unreachable folder is named "(unreachable)..." by the kernel. */
		if (n > 0 && path->buf[0] == '/') {
			path->len = rt_strlen(path->buf);
			if (path->len > 1)
				rt_put_char(path, '/');
		}
	}
	for (const char *p = template; *p; p++) {
		if (*p != '%' || !p[1]) {
			rt_put_char(path, *p);
			continue;
		}
		switch (*++p) {
		case 'p':
			rt_put_u64(path, (uint64_t)sys_getpid());
			break;
		case 'e':
			rt_put(path, program);
			break;
		case 'h':
			sys_uname(host, machine);
			rt_put(path, host);
			break;
		case 't':
			rt_put_u64(path, sys_clock_ns(CLOCK_REALTIME) / 1000000000);
			break;
		case 'n':
			rt_put_u64(path, run);
			break;
		case '%':
			rt_put_char(path, '%');
			break;
		default:
			rt_put_char(path, '%');
			rt_put_char(path, *p);
		}
	}
}

/* A place for a descriptor that programs do not count on: high, but below the
 * limit.  Without one the low descriptor is kept. */
static int move_high(int fd)
{
	uint64_t limit;
	int high;

	if (sys_getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fd;
	if (limit > 1024)
		limit = 1024;
	for (int least = (int)limit - 8; least > 16; least /= 2) {
		high = sys_dup_high(fd, least);
		if (high >= 0) {
			sys_close(fd);
			return high;
		}
	}
	return fd;
}

static bool is_ours(const struct tracefile *file)
{
	struct stat st;

	return file->fd >= 0 && sys_fstat(file->fd, &st) == 0 && st.st_dev == file->dev &&
	       st.st_ino == file->ino;
}

static int open_again(struct tracefile *file)
{
	int fd = sys_open(file->path, O_WRONLY | O_APPEND | O_NOFOLLOW, 0);

	if (fd < 0)
		return fd;
	file->fd = fd;
	if (!is_ours(file)) {
		sys_close(fd);
		file->fd = -1;
		return -ESTALE;
	}
	file->fd = move_high(fd);
	return 0;
}

/* A write past the largest file the process may have raises SIGXFSZ, which is
 * deadly by default. */
static bool fits(const struct tracefile *file, size_t len)
{
	uint64_t limit;

	return sys_getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit == RLIM_INFINITY ||
	       file->size + len <= limit;
}

static int flush(struct mp_out *out)
{
	struct tracefile *file = (struct tracefile *)out;
	const char *text = out->buf;
	size_t len = out->len;
	int err = 0;

	if (!len)
		return 0;
	out->len = 0;
	if (file->pack.form != PACK_NONE) {
		err = pack_piece(&file->pack, text, len, &len);
		text = file->pack.buf;
	}
	if (!err && !fits(file, len))
		err = -EFBIG;
	if (!err && !is_ours(file))
		err = open_again(file);
	if (!err)
		err = sys_write_all(file->fd, text, len);
	if (!err)
		file->size += len;
	return err;
}

int tracefile_open(struct tracefile *file, const char *template, const char *program, uint64_t run)
{
	struct rt_text path = { .buf = file->path, .cap = sizeof(file->path) };
	struct stat st;
	size_t plain;
	int fd = -EEXIST;

	file->out = (struct mp_out){ .buf = arena_map(BUFFER, ARENA_OUTPUT),
				     .cap = BUFFER,
				     .flush = flush };
	file->fd = -1;
	file->size = 0;
	if (!file->out.buf || pack_start(&file->pack, pack_form(template), BUFFER) != 0)
		return -ENOMEM;
	expand(&path, template, program, run);
	plain = path.len;
	/* cut short it would be another file's name, and .1 has to find room */
	if (plain + SUFFIX >= path.cap)
		return -ENAMETOOLONG;
	for (uint64_t i = 0; fd == -EEXIST && i < ATTEMPTS; i++) {
		if (i) {
			path.len = plain;
			rt_put_char(&path, '.');
			rt_put_u64(&path, i);
		}
		fd = sys_open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW,
			      0600);
	}
	if (fd < 0)
		return fd;
	file->fd = move_high(fd);
	if (sys_fstat(file->fd, &st) != 0)
		return -EIO;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	return 0;
}

int tracefile_flush(struct tracefile *file)
{
	int err = file->out.error ? file->out.error : flush(&file->out);

	if (err)
		file->out.error = err;
	return err;
}

int tracefile_cut(struct tracefile *file, uint64_t size)
{
	int err = is_ours(file) ? 0 : open_again(file);

	if (!err)
		err = sys_ftruncate(file->fd, (int64_t)size);
	if (!err)
		file->size = size;
	return err;
}

void tracefile_close(struct tracefile *file)
{
	if (is_ours(file))
		sys_close(file->fd);
	file->fd = -1;
	arena_unmap(file->out.buf, BUFFER);
	file->out.buf = NULL;
	pack_end(&file->pack);
}
