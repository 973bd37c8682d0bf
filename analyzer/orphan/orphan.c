/* SPDX-License-Identifier: MIT */
/* orphan.c - see orphan.h.  The state file is never written, only removed. */
#include "orphan/orphan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memprof/encode.h>
#include <memprof/statefile.h>

#include "orphan/owner.h"
#include "orphan/packing.h"
#include "trace/reader.h"
#include "util/diag.h"
#include "util/xalloc.h"

#define BUFFER 65536

/* Everything about one trace while it is settled. */
struct settling {
	const char *trace;
	struct diag *diag;
	int trace_fd, state_fd;
	struct stat trace_stat, state_stat;
	char *state_path;
	uint32_t pid; /* of the header, as are the next */
	uint64_t start;
	char *boot;
	struct mp_state *state;
	enum packing packing; /* of the trace */
};

static enum orphan_kind failed(const struct settling *s, const char *why)
{
	diag_add(s->diag, DIAG_WARNING, NULL, 0,
		 "what '%s' lacks stays in '%s': %s; what was written is used", s->trace,
		 s->state_path, why);
	return ORPHAN_FAILED;
}

/* What the first line says; false when it is none. */
static bool read_header(struct settling *s)
{
	struct diag unheard = DIAG_INIT;
	struct reader *reader = NULL;
	const struct event *event;
	bool found = false;

	if (!reader_open(&reader, s->trace, 0, &unheard) && reader_next(reader, &event) == 1 &&
	    event->type == MP_header) {
		const struct mp_header *header = &event->header_line;

		found = true;
		s->pid = (uint32_t)header->pid;
		s->start = header->start;
		s->boot = xstrdup(header->boot);
		/* the folder of states may have been named relative to the program's own */
		if (*header->state)
			s->state_path = *header->state == '/'
						? xstrdup(header->state)
						: xasprintf("%s/%s", header->cwd, header->state);
	}
	reader_close(reader);
	diag_release(&unheard);
	return found;
}

/* Anybody may leave a file in /dev/shm: only one that its owner alone can
 * write, and who owns the trace, too. */
static bool is_trusted(const struct settling *s)
{
	return S_ISREG(s->state_stat.st_mode) && !(s->state_stat.st_mode & 077) &&
	       s->state_stat.st_uid == s->trace_stat.st_uid &&
	       (s->state_stat.st_uid == geteuid() || geteuid() == 0);
}

static bool open_both(struct settling *s)
{
	s->trace_fd = open(s->trace, O_RDONLY | O_CLOEXEC);
	s->state_fd = open(s->state_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return s->trace_fd >= 0 && s->state_fd >= 0 && !fstat(s->trace_fd, &s->trace_stat) &&
	       !fstat(s->state_fd, &s->state_stat);
}

/* The state of another process may have got the name, and the trace may be a copy. */
static bool belongs(const struct settling *s)
{
	const struct mp_state_facts *facts = mp_state_facts(s->state);

	return facts->pid == s->pid && facts->start_ticks == s->start &&
	       !strcmp(facts->boot, s->boot) && facts->trace_dev == s->trace_stat.st_dev &&
	       facts->trace_ino == s->trace_stat.st_ino;
}

static int read_state(struct settling *s)
{
	mp_state_free(s->state);
	s->state = NULL;
	return mp_state_read(&s->state, s->state_fd);
}

static const char *why_not(int err)
{
	switch (-err) {
	case EINVAL:
		return "it is damaged";
	case EPROTONOSUPPORT:
		return "another version of memprof wrote it";
	default:
		return strerror(-err);
	}
}

static bool ends_line(int fd, uint64_t at)
{
	char c;

	return at > 0 && pread(fd, &c, 1, (off_t)at - 1) == 1 && c == '\n';
}

/* Bytes of the trace that stay; *all is set when not all the lines are there that
 * the recorder wrote.  Only a plain trace can be cut where a line ends. */
static uint64_t bytes_to_keep(const struct settling *s, bool *all)
{
	uint64_t size = (uint64_t)s->trace_stat.st_size;
	uint64_t whole = mp_state_facts(s->state)->trace_size;

	if (s->packing != PACKING_PLAIN) {
		*all = !whole || whole > size;
		return *all ? size : whole;
	}
	*all = !whole || whole > size || !ends_line(s->trace_fd, whole);
	if (!*all)
		return whole;
	while (size && !ends_line(s->trace_fd, size))
		size--;
	return size;
}

/* Lines that end within the first `keep` bytes; of a packed trace all. */
static uint64_t count_lines(const struct settling *s, uint64_t keep)
{
	char buf[16384];
	uint64_t lines = 0;
	ssize_t n = 1;

	if (s->packing != PACKING_PLAIN)
		return UINT64_MAX;
	for (uint64_t at = 0; at < keep && n > 0; at += n > 0 ? (uint64_t)n : 0) {
		n = pread(s->trace_fd, buf, keep - at < sizeof(buf) ? keep - at : sizeof(buf),
			  (off_t)at);
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	}
	return lines;
}

/* Tell the state which lines there still are. */
static void tell_kept(struct settling *s, uint64_t keep)
{
	uint64_t lines = count_lines(s, keep);
	struct diag unheard = DIAG_INIT;
	struct reader *reader = NULL;
	const struct event *event;

	if (!reader_open(&reader, s->trace, 0, &unheard))
		while (reader_next(reader, &event) == 1 && event->line <= lines) {
			if (event->type == MP_module)
				mp_state_has(s->state, MP_STATE_MODULE, event->module_line.id, 0);
			else if (event->type == MP_stack)
				mp_state_has(s->state, MP_STATE_STACK, event->stack_line.id, 0);
			else if (event->type == MP_region)
				mp_state_has(s->state, MP_STATE_REGION, event->region_line.id, 0);
			else if (event->type == MP_thread_end)
				mp_state_has(s->state, MP_STATE_THREAD_END,
					     event->thread_end_line.tid, event->thread_end_line.t);
		}
	reader_close(reader);
	diag_release(&unheard);
}

struct writer {
	struct mp_out out; /* must stay the first */
	int fd;
	enum packing packing;
};

static int write_all(int fd, const char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, data + done, len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int write_out(struct mp_out *out)
{
	const struct writer *writer = (struct writer *)out;
	size_t len = out->len;
	char *packed;
	int err;

	out->len = 0;
	if (!len || writer->packing == PACKING_PLAIN)
		return write_all(writer->fd, out->buf, len);
	packed = packing_pack(writer->packing, out->buf, len, &len);
	err = packed ? write_all(writer->fd, packed, len) : -EIO;
	free(packed);
	return err;
}

/* The missing lines to `fd`, whose offset is where they belong. */
static int drain_to(struct settling *s, int fd, bool all)
{
	struct writer writer = {
		.out = { .buf = xmalloc(BUFFER), .cap = BUFFER, .flush = write_out },
		.fd = fd,
		.packing = s->packing,
	};
	int err = mp_state_drain(s->state, &writer.out, "killed", all);

	free(writer.out.buf);
	return err;
}

/* The trace and the rest of it, where both can be read. */
static int drain_to_memory(struct settling *s, struct orphan *orphan, uint64_t keep, bool all)
{
	int fd = memfd_create("memprof", MFD_CLOEXEC), err = 0;
	char *buf = xmalloc(BUFFER);

	if (fd < 0)
		err = -errno;
	for (uint64_t at = 0; !err && at < keep;) {
		uint64_t want = keep - at < BUFFER ? keep - at : BUFFER;
		ssize_t n = pread(s->trace_fd, buf, want, (off_t)at);

		if (n <= 0)
			err = n < 0 ? -errno : -EIO;
		else if (write(fd, buf, (size_t)n) != n)
			err = errno ? -errno : -ENOSPC;
		at += n > 0 ? (uint64_t)n : 0;
	}
	free(buf);
	if (!err)
		err = drain_to(s, fd, all);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	orphan->fd = fd;
	orphan->path = xasprintf("/proc/self/fd/%d", fd);
	return 0;
}

static int drain_to_trace(struct settling *s, int fd, uint64_t keep, bool all)
{
	int err = 0;

	if (ftruncate(fd, (off_t)keep) < 0 || lseek(fd, (off_t)keep, SEEK_SET) < 0)
		return -errno;
	err = drain_to(s, fd, all);
	/* half of it helps nobody: the next reader begins anew */
	if (err && ftruncate(fd, (off_t)keep) < 0)
		return -errno;
	return err;
}

static bool is_refusal(int err)
{
	return err == EACCES || err == EPERM || err == EROFS || err == ETXTBSY;
}

/* With the lock, and the owner dead. */
static enum orphan_kind drain(struct settling *s, struct orphan *orphan)
{
	bool all, own = s->state_stat.st_uid == geteuid();
	uint64_t keep;
	int fd = -1, err;
	struct stat st;

	s->packing = packing_of(s->trace_fd);
	keep = bytes_to_keep(s, &all);
	if (all)
		tell_kept(s, keep);
	if (s->packing != PACKING_PLAIN && mp_state_facts(s->state)->trace_size > keep)
		return failed(s, "the trace is shorter than what was written into it");
	if (own)
		fd = open(s->trace, O_WRONLY | O_CLOEXEC);
	if (own && fd < 0 && !is_refusal(errno))
		return failed(s, strerror(errno));
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_ino != s->trace_stat.st_ino ||
			st.st_dev != s->trace_stat.st_dev)) {
		close(fd);
		return failed(s, "the trace was replaced meanwhile");
	}
	err = fd < 0 ? drain_to_memory(s, orphan, keep, all) : drain_to_trace(s, fd, keep, all);
	if (fd >= 0)
		close(fd);
	if (err)
		return failed(s, why_not(err));
	if (fd < 0) {
		diag_add(s->diag, DIAG_NOTE, NULL, 0,
			 "'%s' cannot be written: the rest of it is read from the state of a "
			 "killed process",
			 s->trace);
		return ORPHAN_COPIED;
	}
	unlink(s->state_path);
	diag_add(s->diag, DIAG_NOTE, NULL, 0, "'%s' was drained from the state of a killed process",
		 s->trace);
	return ORPHAN_DRAINED;
}

/* With the owner dead. */
static enum orphan_kind drain_alone(struct settling *s, struct orphan *orphan)
{
	struct stat st;
	int err;

	/* goes away with this process, whatever happens to it */
	while (flock(s->state_fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return failed(s, strerror(errno));
	/* another reader was faster */
	if (fstat(s->state_fd, &st) < 0 || st.st_nlink == 0)
		return ORPHAN_NONE;
	/* what was read before may be older than the owner's last words */
	err = read_state(s);
	if (err || fstat(s->trace_fd, &s->trace_stat) < 0)
		return failed(s, why_not(err ? err : -errno));
	if (mp_state_facts(s->state)->finished) {
		if (st.st_uid == geteuid())
			unlink(s->state_path);
		return ORPHAN_NONE;
	}
	return drain(s, orphan);
}

static enum orphan_kind settle(struct settling *s, struct orphan *orphan)
{
	const struct mp_state_facts *facts;
	int err;

	if (!read_header(s))
		return ORPHAN_NONE;
	/* a state in memory is gone with its process */
	if (!s->state_path)
		return owner_look(s->pid, 0, s->start, s->boot) == OWNER_LIVES ? ORPHAN_LIVE
									       : ORPHAN_NONE;
	if (!open_both(s))
		return ORPHAN_NONE;
	if (!is_trusted(s))
		return failed(s, "that file is another user's, or others can write it");
	err = read_state(s);
	if (err)
		return failed(s, why_not(err));
	if (!belongs(s))
		return ORPHAN_NONE;
	facts = mp_state_facts(s->state);
	switch (owner_look(facts->pid, facts->pid_namespace, facts->start_ticks, facts->boot)) {
	case OWNER_DEAD:
		return drain_alone(s, orphan);
	case OWNER_UNKNOWN:
		diag_add(s->diag, DIAG_NOTE, NULL, 0,
			 "cannot see from here whether the process of '%s' still runs: what it "
			 "lacks stays in '%s'",
			 s->trace, s->state_path);
		return ORPHAN_LIVE;
	default:
		return ORPHAN_LIVE;
	}
}

enum orphan_kind orphan_settle(struct orphan *orphan, const char *trace, struct diag *diag)
{
	struct settling s = { .trace = trace, .diag = diag, .trace_fd = -1, .state_fd = -1 };
	struct stat st;

	*orphan = (struct orphan){ .kind = ORPHAN_NONE, .fd = -1 };
	/* what comes through a pipe can be read only once */
	if (stat(trace, &st) < 0 || !S_ISREG(st.st_mode))
		return ORPHAN_NONE;
	orphan->kind = settle(&s, orphan);
	mp_state_free(s.state);
	if (s.trace_fd >= 0)
		close(s.trace_fd);
	if (s.state_fd >= 0)
		close(s.state_fd);
	free(s.state_path);
	free(s.boot);
	return orphan->kind;
}

void orphan_release(struct orphan *orphan)
{
	if (orphan->fd >= 0)
		close(orphan->fd);
	free(orphan->path);
	*orphan = (struct orphan){ .kind = ORPHAN_NONE, .fd = -1 };
}
