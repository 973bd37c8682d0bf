/* SPDX-License-Identifier: MIT */
/* points.c - snapshots, cases and dumps; see points.h.  Floor: record. */
#include "points.h"

#include <fcntl.h>

#include "arena.h"
#include "drain.h"
#include "lock.h"
#include "output.h"
#include "peak.h"
#include "points_limit.h"
#include "rt.h"
#include "sys.h"

struct point {
	struct thread *t;
	const char *suite, *name;
	uint64_t peak;
	int result;
};

static void put_snapshot(struct drain *d, void *ctx)
{
	const struct point *point = ctx;

	mp_encode_snapshot(d->out, &(struct mp_snapshot){
					   .t = d->t,
					   .tid = point->t->tid,
					   .name = point->name,
				   });
}

void points_snapshot(struct thread *t, const char *name)
{
	struct point point = { .t = t, .name = name };

	output_point(t->state, put_snapshot, &point);
}

/* The case that is open: its names, cut to what fits. */
static struct lock lock;
static bool open_case;
static char open_suite[128], open_name[128];
/* The process's totals where it began. */
static struct drain_totals began;

const char *points_suite(void)
{
	return open_case ? open_suite : "";
}

const char *points_case(void)
{
	return open_case ? open_name : "";
}

uint64_t points_case_live(void)
{
	return open_case ? began.bytes - began.freed : 0;
}

static void keep(char *to, size_t cap, const char *name)
{
	struct rt_text text = { .buf = to, .cap = cap };

	to[0] = '\0';
	rt_put(&text, name);
}

static void put_case(struct drain *d, void *ctx)
{
	const struct point *point = ctx;

	mp_encode_case(d->out, &(struct mp_case){
				       .t = d->t,
				       .tid = point->t->tid,
				       .suite = point->suite,
				       .name = point->name,
			       });
	began = d->totals;
	points_limit_start(d->s);
	peak_window_open(d->s, PEAK_CASE);
}

static void put_case_end(struct drain *d, void *ctx)
{
	struct point *point = ctx;

	point->peak = peak_window_highest(d->s, PEAK_CASE);
	peak_window_close(d->s, PEAK_CASE);
	mp_encode_case_end(d->out, &(struct mp_case_end){
					   .t = d->t,
					   .tid = point->t->tid,
					   .suite = point->suite,
					   .name = point->name,
					   .peak = point->peak,
					   .live = began.bytes - began.freed,
					   .allocs = d->totals.allocs - began.allocs,
					   .bytes = d->totals.bytes - began.bytes,
					   .frees = d->totals.frees - began.frees,
					   .freed = d->totals.freed - began.freed,
				   });
}

/* With the lock held. */
static void end_case(struct thread *t)
{
	struct point point = { .t = t, .suite = open_suite, .name = open_name };

	output_point(t->state, put_case_end, &point);
	open_case = false;
	points_limit_stop();
}

void points_case_begin(struct thread *t, const char *suite, const char *name)
{
	struct point point = { .t = t, .suite = open_suite, .name = open_name };

	lock_take(&lock, t->tid);
	if (open_case)
		end_case(t);
	keep(open_suite, sizeof(open_suite), suite);
	keep(open_name, sizeof(open_name), name);
	open_case = true;
	output_point(t->state, put_case, &point);
	lock_release(&lock);
}

void points_case_end(struct thread *t, const char *suite, const char *name)
{
	char wanted_suite[sizeof(open_suite)], wanted[sizeof(open_name)];

	keep(wanted_suite, sizeof(wanted_suite), suite);
	keep(wanted, sizeof(wanted), name);
	lock_take(&lock, t->tid);
	if (open_case && !rt_strcmp(wanted_suite, open_suite) && !rt_strcmp(wanted, open_name))
		end_case(t);
	lock_release(&lock);
}

void points_after_fork(void)
{
	lock_init(&lock);
	open_case = false;
	points_limit_stop();
}

/* A buffered file of its own for a dump. */
struct dump_file {
	struct mp_out out;
	int fd;
	char buf[16384];
};

static int flush_dump(struct mp_out *out)
{
	struct dump_file *file = (struct dump_file *)out;
	int err = sys_write_all(file->fd, out->buf, out->len);

	out->len = 0;
	return err;
}

static int copy_trace(struct dump_file *file)
{
	int from = sys_open(output_path(), O_RDONLY | O_NOFOLLOW, 0);
	intptr_t n;
	int err = 0;

	if (from < 0)
		return from;
	while (!err && (n = sys_read(from, file->buf, sizeof(file->buf))) != 0)
		err = n < 0 ? (int)n : sys_write_all(file->fd, file->buf, (size_t)n);
	sys_close(from);
	return err;
}

struct dump {
	const char *path;
	int result;
};

/* What was written so far, the peak, and a footer that only the copy has. */
static void put_dump(struct drain *d, void *ctx)
{
	struct dump *dump = ctx;
	size_t len = drain_peak_scratch(d->s);
	void *scratch = arena_map(len, ARENA_OUTPUT);
	struct dump_file *file = arena_map(sizeof(*file), ARENA_OUTPUT);
	struct drain copy = *d;

	drain_peak(d, scratch, len, peak_many_threads);
	arena_unmap(scratch, len);
	if (!file) {
		dump->result = -ENOMEM;
		return;
	}
	file->out = (struct mp_out){ .buf = file->buf,
				     .cap = sizeof(file->buf),
				     .flush = flush_dump };
	copy.out = &file->out;
	dump->result = d->out->flush(d->out);
	file->fd = sys_open(dump->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (file->fd < 0)
		dump->result = file->fd;
	if (!dump->result)
		dump->result = copy_trace(file);
	if (!dump->result) {
		drain_footer(&copy, &(struct mp_footer){
					    .reason = "dump",
					    .max_rss = d->s->max_rss,
				    });
		dump->result = flush_dump(&file->out);
	}
	if (file->fd >= 0)
		sys_close(file->fd);
	arena_unmap(file, sizeof(*file));
}

/* A packed trace cannot be copied and given one more line. */
static bool is_packed(const char *path)
{
	size_t len = rt_strlen(path);

	return (len > 3 && !rt_strcmp(path + len - 3, ".gz")) ||
	       (len > 4 && !rt_strcmp(path + len - 4, ".zst"));
}

int points_dump(struct thread *t, const char *path)
{
	struct dump dump = { .path = path, .result = -EIO };

	if (is_packed(output_path()))
		return -EOPNOTSUPP;

	output_point(t->state, put_dump, &dump);
	return dump.result;
}
