/* SPDX-License-Identifier: MIT */
/* state.c - make, grow and remove the state file; see state.h.  Floor: state. */
#define _GNU_SOURCE
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "config.h"
#include "rt.h"
#include "sys.h"

#define PAGE 4096
#define MOST_AHEAD ((uint64_t)1 << 20)
#define PATH_CAP 4352

/* Entries a region could ever hold.  Address space only: what is not used
 * costs neither memory nor disk. */
static const struct {
	uint64_t entries;
	uint32_t size;
} shape[REGIONS] = {
	[REGION_NODES] = { (uint64_t)1 << NODE_BITS, sizeof(struct node) },
	[REGION_MARKS] = { (uint64_t)1 << NODE_BITS, sizeof(uint16_t) },
	[REGION_CELLS] = { (uint64_t)1 << 25, sizeof(struct cell) },
	[REGION_INFOS] = { (uint64_t)1 << 25, sizeof(struct cell_info) },
	[REGION_OWNERS] = { ((uint64_t)1 << 25) / CELL_BLOCK, sizeof(struct block_owner) },
	[REGION_THREADS] = { (uint64_t)1 << 20, sizeof(struct thread_record) },
	[REGION_MODULES] = { (uint64_t)1 << 15, sizeof(struct module_record) },
	[REGION_SIZES] = { (uint64_t)1 << 24, sizeof(struct size_entry) },
	[REGION_ZONES] = { (uint64_t)1 << 20, sizeof(struct zone) },
	[REGION_SUMS] = { (uint64_t)1 << 20, sizeof(struct zone_sum) },
	[REGION_OCTAVES] = { (uint64_t)1 << 22, sizeof(struct zone_octave) },
	[REGION_MOMENTS] = { MOMENTS, sizeof(struct moment) },
	[REGION_TEXT] = { (uint64_t)1 << 26, 1 },
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Places of the regions for 1/2^shift of the full shape; the file's size. */
static uint64_t lay_out(struct region_place *regions, int shift)
{
	uint64_t at = round_up(sizeof(struct state), PAGE);

	for (int i = 0; i < REGIONS; i++) {
		regions[i].offset = at;
		regions[i].capacity = round_up((shape[i].entries >> shift) * shape[i].size, PAGE);
		if (i == REGION_SIZES && !config.sizes)
			regions[i].capacity = 0;
		/* A ring is all there or not. */
		if (i == REGION_MOMENTS)
			regions[i].capacity = shape[i].entries * shape[i].size;
		regions[i].reserved = 0;
		at += regions[i].capacity;
	}
	return at;
}

/* Small enough for the limits the process lives under: a tenth of its address
 * space, and below its largest file (a longer one would raise SIGXFSZ). */
static uint64_t choose_layout(struct region_place *regions, bool file)
{
	uint64_t limit = UINT64_MAX, soft, size;

	if (sys_getrlimit(RLIMIT_AS, &soft) == 0 && soft != RLIM_INFINITY)
		limit = soft / 10;
	if (file && sys_getrlimit(RLIMIT_FSIZE, &soft) == 0 && soft != RLIM_INFINITY &&
	    soft < limit)
		limit = soft;
	for (int shift = 0; shift < 12; shift++) {
		size = lay_out(regions, shift);
		if (size <= limit)
			return size;
	}
	return 0;
}

static int open_file(char *path, size_t cap, const char *dir, size_t dir_len)
{
	for (int attempt = 0; attempt < 8; attempt++) {
		struct rt_text text = { .buf = path, .cap = cap };
		uint64_t unique[2];
		int fd;

		if (sys_random(unique, sizeof(unique)) != 0) {
			unique[0] = sys_clock_ns(CLOCK_MONOTONIC);
			unique[1] = (uint64_t)(uintptr_t)&text;
		}
		for (size_t i = 0; i < dir_len; i++)
			rt_put_char(&text, dir[i]);
		rt_put(&text, "/memprof-");
		rt_put_hex(&text, unique[0], 16);
		rt_put_hex(&text, unique[1], 8);
		rt_put(&text, ".state");
		fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
		if (fd != -EEXIST)
			return fd;
	}
	return -EEXIST;
}

/* What every process needs is had now, while the file is open: a page each. */
static void reserve_first(struct region_place *regions, int fd)
{
	static const enum region wanted[] = { REGION_NODES,  REGION_MARKS,  REGION_CELLS,
					      REGION_INFOS,  REGION_OWNERS, REGION_THREADS,
					      REGION_MODULES };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct region_place *place = &regions[wanted[i]];

		if (place->capacity >= PAGE && sys_fallocate(fd, (int64_t)place->offset, PAGE) == 0)
			place->reserved = PAGE;
	}
}

/* Map a new state file in `dir`; NULL when it cannot be had there. */
static struct state *create_in(const char *dir, size_t dir_len)
{
	struct region_place regions[REGIONS];
	uint64_t size = choose_layout(regions, true);
	char path[PATH_CAP];
	struct state *s = NULL;
	intptr_t p;
	int fd;

	if (!size || dir_len + 64 > sizeof(path))
		return NULL;
	fd = open_file(path, sizeof(path), dir, dir_len);
	if (fd < 0)
		return NULL;
	if (sys_ftruncate(fd, (int64_t)size) == 0 && sys_fallocate(fd, 0, PAGE) == 0 &&
	    sys_fallocate(fd, (int64_t)regions[REGION_TEXT].offset, 2 * PAGE) == 0) {
		p = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
		if (!sys_failed(p))
			s = (struct state *)p;
	}
	if (s)
		reserve_first(regions, fd);
	sys_close(fd);
	if (!s) {
		sys_unlink(path);
		return NULL;
	}
	sys_madvise(s, size, MADV_DONTDUMP);
	sys_madvise(s, size, MADV_NOHUGEPAGE);
	for (int i = 0; i < REGIONS; i++)
		s->regions[i] = regions[i];
	s->regions[REGION_TEXT].reserved = 2 * PAGE;
	s->file_size = size;
	s->text = 1;
	/* Fits what was just reserved: growing needs this very path. */
	s->state_path = state_add_text(s, path);
	return s;
}

static struct state *create_anonymous(void)
{
	struct region_place regions[REGIONS];
	uint64_t size = choose_layout(regions, false);
	struct state *s = size ? arena_map(size, ARENA_COUNTERS) : NULL;

	if (!s)
		return NULL;
	for (int i = 0; i < REGIONS; i++)
		s->regions[i] = regions[i];
	s->file_size = size;
	s->text = 1;
	return s;
}

/* Around every change of what is reserved, and of what there is to reserve. */
static struct lock growing;

/* After a refusal nothing is asked for until s->now has come this far: a full disk
 * must not cost a few system calls an event. */
static uint64_t ask_again;
#define PATIENCE 10000000

struct state *state_create(const char *dir, const char *trace_path, bool *anonymous)
{
	static const char shm[] = "/dev/shm";
	struct state *s = NULL;

	lock_init(&growing);
	ask_again = 0;
	*anonymous = false;
	if (dir && *dir)
		s = create_in(dir, rt_strlen(dir));
	if (!s)
		s = create_in(shm, sizeof(shm) - 1);
	if (!s && trace_path) {
		const char *base = rt_basename(trace_path);

		s = create_in(trace_path,
			      base > trace_path + 1 ? (size_t)(base - trace_path - 1) : 0);
	}
	if (!s) {
		s = create_anonymous();
		*anonymous = true;
	}
	if (!s)
		return NULL;
	for (int i = 0; i < 8; i++)
		s->magic[i] = STATE_MAGIC[i];
	s->layout = STATE_LAYOUT;
	s->header_size = sizeof(struct state);
	s->page = PAGE;
	s->peak_index = 1;
	s->nodes = NODE_FIRST;
	s->zones = ZONE_FIRST;
	if (state_reserve(s, REGION_NODES, NODE_FIRST * sizeof(struct node)) != 0 ||
	    state_reserve(s, REGION_MARKS, NODE_FIRST * sizeof(uint16_t)) != 0) {
		state_remove(s);
		return NULL;
	}
	return s;
}

/* What was given back (state_shrink) may hold mappings of the program's by now. */
static void unmap(struct state *s)
{
	uint64_t from = 0, to = s->regions[0].offset;
	struct region_place regions[REGIONS];

	for (int i = 0; i < REGIONS; i++)
		regions[i] = s->regions[i];
	for (int i = 0; i < REGIONS; i++) {
		if (regions[i].offset != to) {
			sys_munmap((char *)s + from, to - from);
			from = regions[i].offset;
		}
		to = regions[i].offset + regions[i].capacity;
	}
	sys_munmap((char *)s + from, to - from);
}

void state_remove(struct state *s)
{
	if (s->state_path)
		sys_unlink(state_text(s, s->state_path));
	unmap(s);
}

/* The detached file, or -1. */
static int detached_fd = -1;

void state_detach(struct state *s)
{
	const char *path = state_text(s, s->state_path);
	int fd;

	if (!s->state_path)
		return;
	fd = sys_open(path, O_RDWR | O_NOFOLLOW, 0);
	if (fd < 0)
		return;
	detached_fd = fd;
	sys_unlink(path);
}

static int copy_to(const struct state *s, int fd, uint64_t offset, uint64_t len)
{
	int64_t at = sys_lseek(fd, (int64_t)offset, SEEK_SET);
	int err = at < 0 ? (int)at : sys_fallocate(fd, (int64_t)offset, (int64_t)len);

	return err ? err : sys_write_all(fd, (const char *)s + offset, len);
}

/* Part of the file takes the place of what is mapped there. */
static int map_over(struct state *s, int fd, uint64_t offset, uint64_t len)
{
	intptr_t p = sys_mmap((char *)s + offset, len, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd, (int64_t)offset);

	return sys_failed(p) ? (int)p : 0;
}

int state_attach(struct state *s)
{
	const char *path = state_text(s, s->state_path);
	int fd, err;

	if (detached_fd < 0)
		return 0;
	fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	err = sys_ftruncate(fd, (int64_t)s->file_size);
	if (!err)
		err = copy_to(s, fd, 0, PAGE);
	for (int i = 0; !err && i < REGIONS; i++)
		if (s->regions[i].reserved)
			err = copy_to(s, fd, s->regions[i].offset, s->regions[i].reserved);
	if (!err)
		err = map_over(s, fd, 0, s->regions[0].offset);
	for (int i = 0; !err && i < REGIONS; i++)
		err = map_over(s, fd, s->regions[i].offset, s->regions[i].capacity);
	if (err) {
		sys_unlink(path);
	} else {
		sys_madvise(s, s->file_size, MADV_DONTDUMP);
		sys_madvise(s, s->file_size, MADV_NOHUGEPAGE);
		sys_close(detached_fd);
		detached_fd = -1;
	}
	sys_close(fd);
	return err;
}

void state_forget(struct state *s)
{
	unmap(s);
}

void state_shrink(struct state *s, uint64_t limit)
{
	struct region_place wanted[REGIONS];
	int shift = 0;

	while (lay_out(wanted, shift) > limit / 10 && shift < 12)
		shift++;
	lock_take(&growing, (uint32_t)sys_gettid());
	for (int i = 0; i < REGIONS; i++) {
		struct region_place *place = &s->regions[i];
		uint64_t keep = round_up(place->reserved, PAGE), had = place->capacity;

		if (keep < wanted[i].capacity)
			keep = wanted[i].capacity;
		if (keep >= had)
			continue;
		__atomic_store_n(&place->capacity, keep, __ATOMIC_RELEASE);
		sys_munmap((char *)s + place->offset + keep, had - keep);
	}
	lock_release(&growing);
}

/* A page at first, since most processes are small; then twice what there is, later
 * half of it more, so that growth costs few system calls; and never much more than
 * is used, for what is reserved is taken from somebody. */
static uint64_t next_reserve(const struct region_place *place, uint64_t bytes)
{
	uint64_t more = place->reserved < 16 * PAGE ? place->reserved : place->reserved / 2;
	uint64_t want = place->reserved + (more < MOST_AHEAD ? more : MOST_AHEAD);

	if (want < bytes)
		want = bytes;
	want = round_up(want, PAGE);
	return want < place->capacity ? want : place->capacity;
}

/* Since Linux 5.14; older headers do not know it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static bool over_file_limit(int64_t end)
{
	uint64_t limit;

	return sys_getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit != RLIM_INFINITY &&
	       (uint64_t)end > limit;
}

static int reserve_in_file(struct state *s, struct region_place *place, uint64_t upto)
{
	int64_t from = (int64_t)(place->offset + place->reserved);
	int64_t len = (int64_t)(upto - place->reserved);
	int fd = -EFBIG, err;

	/* Anonymous memory needs nothing. */
	if (!s->state_path)
		return 0;
	if (!over_file_limit(from + len)) {
		fd = sys_open(state_text(s, s->state_path), O_RDWR | O_NOFOLLOW, 0);
		if (fd < 0 && detached_fd >= 0)
			return sys_fallocate(detached_fd, from, len);
	}
	/* The program may have changed its root or its user, or have no descriptor
	 * left: the mapping is still ours.  This gives an error, too, and no SIGBUS,
	 * when there is no room. */
	if (fd < 0)
		return sys_madvise((char *)s + from, (size_t)len, MADV_POPULATE_WRITE);
	err = sys_fallocate(fd, from, len);
	sys_close(fd);
	return err;
}

/* With the lock held. */
static int reserve_more(struct state *s, struct region_place *place, uint64_t bytes)
{
	uint64_t upto, now = __atomic_load_n(&s->now, __ATOMIC_RELAXED);
	int err;

	if (bytes <= place->reserved)
		return 0;
	if (bytes > place->capacity || now < ask_again)
		return -ENOSPC;
	upto = next_reserve(place, bytes);
	err = reserve_in_file(s, place, upto);
	if (err && upto > round_up(bytes, PAGE)) {
		upto = round_up(bytes, PAGE);
		err = reserve_in_file(s, place, upto);
	}
	if (err)
		ask_again = now + PATIENCE;
	else
		__atomic_store_n(&place->reserved, upto, __ATOMIC_RELEASE);
	return err;
}

int state_reserve(struct state *s, enum region region, uint64_t bytes)
{
	struct region_place *place = &s->regions[region];
	int err;

	if (bytes <= __atomic_load_n(&place->reserved, __ATOMIC_ACQUIRE))
		return 0;
	lock_take(&growing, (uint32_t)sys_gettid());
	err = reserve_more(s, place, bytes);
	lock_release(&growing);
	return err;
}

uint32_t state_add_text(struct state *s, const char *text)
{
	size_t len = rt_strlen(text) + 1;
	uint32_t at = __atomic_fetch_add(&s->text, (uint32_t)len, __ATOMIC_RELAXED);
	char *to = (char *)state_region(s, REGION_TEXT) + at;

	if (state_reserve(s, REGION_TEXT, at + len) != 0)
		return 0;
	for (size_t i = 0; i < len; i++)
		to[i] = text[i];
	return at;
}
