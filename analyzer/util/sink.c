/* SPDX-License-Identifier: MIT */
/* sink.c - where bytes go, with every write checked.  Never prints. */
#include "util/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#define SINK_CHUNK 65536

void sink_to_fd(struct sink *sink, int fd)
{
	*sink = (struct sink){ .fd = fd, .buf = STRBUF_INIT };
}

int sink_to_file(struct sink *sink, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	sink_to_fd(sink, fd);
	sink->owned = true;
	return 0;
}

void sink_to_memory(struct sink *sink)
{
	sink_to_fd(sink, -1);
}

int sink_flush(struct sink *sink)
{
	size_t done = 0;

	if (sink->fd < 0)
		return sink->err;
	while (!sink->err && done < sink->buf.len) {
		ssize_t n = write(sink->fd, sink->buf.buf + done, sink->buf.len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			sink->err = -errno;
	}
	strbuf_clear(&sink->buf);
	return sink->err;
}

static void flush_when_full(struct sink *sink)
{
	if (sink->buf.len >= SINK_CHUNK)
		sink_flush(sink);
}

void sink_write(struct sink *sink, const void *data, size_t len)
{
	if (sink->err)
		return;
	strbuf_add(&sink->buf, data, len);
	flush_when_full(sink);
}

void sink_puts(struct sink *sink, const char *text)
{
	if (sink->err)
		return;
	strbuf_addstr(&sink->buf, text);
	flush_when_full(sink);
}

void sink_putc(struct sink *sink, char c)
{
	sink_write(sink, &c, 1);
}

void sink_printf(struct sink *sink, const char *fmt, ...)
{
	va_list ap;

	if (sink->err)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&sink->buf, fmt, ap);
	va_end(ap);
	flush_when_full(sink);
}

void sink_number(struct sink *sink, uint64_t n)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	sink_write(sink, p, (size_t)(digits + sizeof(digits) - p));
}

int sink_close(struct sink *sink)
{
	int err = sink_flush(sink);

	/* some file systems report a full disk only here; EINTR has closed it */
	if (sink->owned && close(sink->fd) < 0 && !err && errno != EINTR)
		err = -errno;
	strbuf_release(&sink->buf);
	sink->fd = -1;
	sink->owned = false;
	return err;
}
