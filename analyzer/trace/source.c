/* SPDX-License-Identifier: MIT */
/*
 * source.c - lines out of plain, gzip and zstd files.  Reads in big blocks and
 * not by mmap: a trace may be cut short by its owner while it is read, which
 * is an end of file here and would be a SIGBUS there.
 */
#include "trace/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "util/diag.h"
#include "util/xalloc.h"

enum { RAW_SIZE = 256 << 10, TEXT_SIZE = 1 << 20, LOOK_AT = 512 };

static void (*watcher)(uint64_t bytes);

struct source {
	uint64_t raw_read; /* bytes of the file */
	const struct packing *packing;
	const char *name; /* for messages */
	char *path;
	struct diag *diag;
	int fd;
	bool own_fd;

	unsigned char *raw; /* bytes as they are in the file */
	size_t raw_pos, raw_len;
	bool raw_end;

	char *text; /* unpacked; cap + SOURCE_PAD bytes */
	size_t pos, len, cap;
	uint64_t bytes;
	bool end, cut;

	z_stream gzip;
	ZSTD_DStream *zstd;
	bool inside; /* of a member or frame that has not ended */
};

/* How bytes get from `raw` into `text`. */
struct packing {
	const char *name;
	unsigned char magic[4];
	size_t magic_len;
	int (*start)(struct source *source);
	/* Unpack into `room` bytes at `out`; returns how many, 0 at the end, -errno. */
	ssize_t (*fill)(struct source *source, char *out, size_t room);
	void (*stop)(struct source *source);
};

/* More raw bytes, when there are none left.  Returns 0 or -errno. */
static int read_raw(struct source *source)
{
	if (source->raw_pos < source->raw_len || source->raw_end)
		return 0;

	ssize_t n;

	do
		n = read(source->fd, source->raw, RAW_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		int err = -errno;

		return diag_error(source->diag, err, "cannot read '%s': %s", source->name,
				  strerror(-err));
	}
	source->raw_pos = 0;
	source->raw_len = (size_t)n;
	source->raw_end = n == 0;
	source->raw_read += (uint64_t)n;
	if (watcher)
		watcher(source->raw_read);
	return 0;
}

static int plain_start(struct source *source)
{
	(void)source;
	return 0;
}

static ssize_t plain_fill(struct source *source, char *out, size_t room)
{
	int err = read_raw(source);

	if (err)
		return err;

	size_t n = source->raw_len - source->raw_pos;

	if (n > room)
		n = room;
	memcpy(out, source->raw + source->raw_pos, n);
	source->raw_pos += n;
	return (ssize_t)n;
}

static void plain_stop(struct source *source)
{
	(void)source;
}

/* What was unpacked before stays good: a damaged tail costs the tail only. */
static ssize_t damaged(struct source *source)
{
	source->cut = true;
	diag_add(source->diag, DIAG_WARNING, NULL, 0,
		 "the %s data in '%s' is damaged after %llu bytes of text: the rest is lost",
		 source->packing->name, source->name,
		 (unsigned long long)(source->bytes + source->len - source->pos));
	return 0;
}

static int gzip_start(struct source *source)
{
	/* 15 + 16: the largest window, gzip framing only */
	if (inflateInit2(&source->gzip, 15 + 16) != Z_OK)
		return diag_error(source->diag, -ENOMEM, "cannot unpack '%s': out of memory",
				  source->name);
	return 0;
}

static ssize_t gzip_fill(struct source *source, char *out, size_t room)
{
	z_stream *z = &source->gzip;

	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)room;
	while (z->avail_out == room) {
		int err = read_raw(source);

		if (err)
			return err;
		if (source->raw_pos == source->raw_len) {
			source->cut |= source->inside;
			return 0;
		}
		z->next_in = source->raw + source->raw_pos;
		z->avail_in = (uInt)(source->raw_len - source->raw_pos);
		source->inside = true;
		err = inflate(z, Z_NO_FLUSH);
		source->raw_pos = source->raw_len - z->avail_in;
		if (err == Z_STREAM_END) {
			/* members may follow each other, as appending makes them */
			source->inside = false;
			inflateReset(z);
		} else if (err != Z_OK && err != Z_BUF_ERROR) {
			source->raw_end = true;
			source->raw_pos = source->raw_len;
			source->inside = false;
			damaged(source);
			break;
		}
	}
	return (ssize_t)(room - z->avail_out);
}

static void gzip_stop(struct source *source)
{
	inflateEnd(&source->gzip);
}

static int zstd_start(struct source *source)
{
	source->zstd = ZSTD_createDStream();
	if (!source->zstd)
		return diag_error(source->diag, -ENOMEM, "cannot unpack '%s': out of memory",
				  source->name);
	return 0;
}

static ssize_t zstd_fill(struct source *source, char *out, size_t room)
{
	ZSTD_outBuffer to = { .dst = out, .size = room };

	while (to.pos == 0) {
		int err = read_raw(source);

		if (err)
			return err;

		ZSTD_inBuffer from = { .src = source->raw,
				       .size = source->raw_len,
				       .pos = source->raw_pos };
		bool dry = from.pos == from.size;
		/* a call without input flushes what the last one had no room for */
		size_t left = source->inside || !dry
				      ? ZSTD_decompressStream(source->zstd, &to, &from)
				      : 0;

		source->raw_pos = from.pos;
		if (ZSTD_isError(left)) {
			source->raw_end = true;
			source->raw_pos = source->raw_len;
			source->inside = false;
			damaged(source);
			break;
		}
		source->inside = left != 0;
		if (dry && to.pos == 0) {
			source->cut |= source->inside;
			break;
		}
	}
	return (ssize_t)to.pos;
}

static void zstd_stop(struct source *source)
{
	ZSTD_freeDStream(source->zstd);
}

static const struct packing packings[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, gzip_start, gzip_fill, gzip_stop },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_start, zstd_fill, zstd_stop },
	{ "plain", { 0 }, 0, plain_start, plain_fill, plain_stop }, /* fits all: the last */
};

/* Room for more text behind what is there.  Returns 0 or -EINVAL. */
static int make_room(struct source *source)
{
	if (source->pos) {
		memmove(source->text, source->text + source->pos, source->len - source->pos);
		source->len -= source->pos;
		source->pos = 0;
	}
	if (source->len < source->cap / 2)
		return 0;
	if (source->len >= SOURCE_LINE_MAX)
		return diag_error(source->diag, -EINVAL,
				  "'%s' has a line of more than %zu MiB: "
				  "this is not a memprof trace",
				  source->name, SOURCE_LINE_MAX >> 20);
	source->cap *= 2;
	source->text = xrealloc(source->text, source->cap + SOURCE_PAD);
	return 0;
}

static int fill(struct source *source)
{
	int err = make_room(source);

	if (err)
		return err;

	ssize_t n = source->packing->fill(source, source->text + source->len,
					  source->cap - source->len);

	if (n < 0)
		return (int)n;
	source->len += (size_t)n;
	source->end = n == 0;
	memset(source->text + source->len, 0, SOURCE_PAD);
	return 0;
}

/* Say what a file is that cannot be a trace.  Returns 0 or -EINVAL. */
static int look_at_start(struct source *source)
{
	size_t n = source->len < LOOK_AT ? source->len : LOOK_AT;

	if (n == 0 && source->cut)
		return diag_error(source->diag, -EINVAL,
				  "'%s' ends before its first line: no trace is left in it",
				  source->name);
	if (n == 0)
		return diag_error(source->diag, -EINVAL,
				  "'%s' is empty: nothing was recorded into it", source->name);
	if (n >= 4 && !memcmp(source->text,
			      "\x7f"
			      "ELF",
			      4))
		return diag_error(source->diag, -EINVAL,
				  "'%s' is a program or library, not a trace: record one with "
				  "'memprof run'",
				  source->name);
	if (memchr(source->text, 0, n))
		return diag_error(source->diag, -EINVAL,
				  "'%s' is a binary file, not a memprof trace", source->name);
	return 0;
}

static int start(struct source *source)
{
	struct stat st;
	int err;

	if (source->fd < 0 || fstat(source->fd, &st) < 0) {
		err = -errno;
		return diag_error(source->diag, err, "cannot open '%s': %s", source->name,
				  strerror(-err));
	}
	if (S_ISDIR(st.st_mode))
		return diag_error(source->diag, -EISDIR, "'%s' is a directory: name a trace in it",
				  source->name);
	/* a pipe may give a byte at a time; the longest magic is 4 */
	do {
		ssize_t n = read(source->fd, source->raw + source->raw_len,
				 RAW_SIZE - source->raw_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			return diag_error(source->diag, err, "cannot read '%s': %s", source->name,
					  strerror(-err));
		}
		source->raw_len += (size_t)n;
		source->raw_end = n == 0;
	} while (source->raw_len < 4 && !source->raw_end);

	const struct packing *packing = packings;

	while (source->raw_len < packing->magic_len ||
	       memcmp(source->raw, packing->magic, packing->magic_len))
		packing++;
	err = packing->start(source);
	if (err)
		return err;
	source->packing = packing;
	while (!err && !source->end && source->len < LOOK_AT)
		err = fill(source);
	return err ? err : look_at_start(source);
}

int source_open(struct source **out, const char *path, struct diag *diag)
{
	struct source *source = xcalloc(1, sizeof(*source));
	bool std = !strcmp(path, "-");

	*out = NULL;
	source->diag = diag;
	source->path = xstrdup(path);
	source->name = std ? "standard input" : source->path;
	source->raw = xmalloc(RAW_SIZE);
	source->cap = TEXT_SIZE;
	source->text = xmalloc(source->cap + SOURCE_PAD);
	source->own_fd = !std;
	source->fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	int err = start(source);

	if (err) {
		source_close(source);
		return err;
	}
	*out = source;
	return 0;
}

int source_line(struct source *source, char **line, size_t *len)
{
	size_t seen = 0; /* bytes after pos known to hold no newline */

	for (;;) {
		char *start_of_line = source->text + source->pos;
		size_t have = source->len - source->pos;
		char *newline = memchr(start_of_line + seen, '\n', have - seen);
		int err;

		if (newline || (source->end && have)) {
			*line = start_of_line;
			*len = newline ? (size_t)(newline - start_of_line) : have;
			start_of_line[*len] = '\0';
			source->pos += *len + (newline != NULL);
			source->bytes += *len + (newline != NULL);
			return newline ? SOURCE_LINE : SOURCE_OPEN_LINE;
		}
		if (source->end)
			return SOURCE_END;
		seen = have;
		err = fill(source);
		if (err)
			return err;
	}
}

bool source_cut(const struct source *source)
{
	return source->cut;
}

void source_watch(void (*step)(uint64_t bytes))
{
	watcher = step;
}

uint64_t source_bytes(const struct source *source)
{
	return source->bytes;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	if (source->packing)
		source->packing->stop(source);
	if (source->own_fd && source->fd >= 0)
		close(source->fd);
	free(source->raw);
	free(source->text);
	free(source->path);
	free(source);
}
