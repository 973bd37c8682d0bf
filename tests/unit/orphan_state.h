/* SPDX-License-Identifier: MIT */
/*
 * orphan_state.h - state files made by hand, for the tests of what reads them:
 * one process with two threads, a few stacks and a peak, dead or alive.
 * A test uses what it needs of it.
 */
#ifndef TESTS_UNIT_ORPHAN_STATE_H
#define TESTS_UNIT_ORPHAN_STATE_H

#pragma GCC diagnostic ignored "-Wunused-function"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "model/model.h"
#include "model/validate.h"
#include "orphan/orphan.h"
#include "orphan/owner.h"
#include "util/diag.h"

/* Behind the model, which has a FRAME_EXACT of its own. */
#include "../../preload/state.h"

#define TRACE "trace.jsonl"
#define STATE "memprof-0.state"
#define NODES 64
#define BLOCKS 4
#define THREADS 4
#define MODULES 4
#define SIZES 4
#define ZONES 4
#define TEXT 4096
/* The pass whose lines are in the trace. */
#define DONE 5

/* A state file: the regions in their order, all of it in memory. */
static struct image {
	struct state s;
	struct node nodes[NODES] __attribute__((aligned(64)));
	uint16_t marks[NODES] __attribute__((aligned(64)));
	struct cell cells[BLOCKS * CELL_BLOCK] __attribute__((aligned(64)));
	struct cell_info infos[BLOCKS * CELL_BLOCK] __attribute__((aligned(64)));
	struct block_owner owners[BLOCKS] __attribute__((aligned(64)));
	struct thread_record threads[THREADS] __attribute__((aligned(64)));
	struct module_record modules[MODULES] __attribute__((aligned(64)));
	struct size_entry sizes[SIZES] __attribute__((aligned(64)));
	struct zone zones[ZONES] __attribute__((aligned(64)));
	struct zone_sum sums[ZONES] __attribute__((aligned(64)));
	struct zone_octave octaves[ZONES] __attribute__((aligned(64)));
	char text[TEXT] __attribute__((aligned(64)));
} image;

static char header[1024];

static void read_line(const char *path, char *text, size_t cap)
{
	FILE *file = fopen(path, "r");

	cr_assert(file && fgets(text, (int)cap, file));
	text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static uint64_t own_start(void)
{
	char text[2048], *p;

	read_line("/proc/self/stat", text, sizeof(text));
	p = strrchr(text, ')') + 2;
	for (int field = 3; field < 22; field++)
		p = strchr(p, ' ') + 1;
	return strtoull(p, NULL, 10);
}

static void place(enum region region, const void *at, size_t size)
{
	image.s.regions[region] = (struct region_place){
		.offset = (uint64_t)((const char *)at - (const char *)&image),
		.capacity = size,
		.reserved = size,
	};
}

/* A site of thread `t`: cell `i` of its newest block. */
static void site(unsigned int cell, uint32_t node, v2 alloc, v2 free)
{
	image.cells[cell].alloc = alloc;
	image.cells[cell].free = free;
	image.infos[cell] = (struct cell_info){ .node = node, .kind = MP_HEAP };
}

static uint32_t text_at = 1;

static uint32_t add_text(const char *text)
{
	uint32_t at = text_at;

	strcpy(image.text + at, text);
	text_at += (uint32_t)strlen(text) + 1;
	return at;
}

/*
 * Two threads of a process that cannot be: this pid with another start.  The
 * first has a full block of cells before its newest one; the second has ended.
 */
static void make_state(void)
{
	struct state *s = &image.s;

	memcpy(s->magic, STATE_MAGIC, sizeof(s->magic));
	s->layout = STATE_LAYOUT;
	s->header_size = sizeof(*s);
	s->file_size = sizeof(image);
	place(REGION_NODES, image.nodes, sizeof(image.nodes));
	place(REGION_MARKS, image.marks, sizeof(image.marks));
	place(REGION_CELLS, image.cells, sizeof(image.cells));
	place(REGION_INFOS, image.infos, sizeof(image.infos));
	place(REGION_OWNERS, image.owners, sizeof(image.owners));
	place(REGION_THREADS, image.threads, sizeof(image.threads));
	place(REGION_MODULES, image.modules, sizeof(image.modules));
	place(REGION_SIZES, image.sizes, sizeof(image.sizes));
	place(REGION_ZONES, image.zones, sizeof(image.zones));
	place(REGION_SUMS, image.sums, sizeof(image.sums));
	place(REGION_OCTAVES, image.octaves, sizeof(image.octaves));
	place(REGION_MOMENTS, image.text, 0);
	place(REGION_TEXT, image.text, sizeof(image.text));
	s->pid = (uint32_t)getpid();
	s->start_ticks = 1;
	read_line("/proc/sys/kernel/random/boot_id", s->boot, sizeof(s->boot));
	s->now = 5000;
	/* The second was handed out and not filled yet; the third is written already. */
	s->sizes = 3;
	image.sizes[0] = (struct size_entry){
		.node = 4, .class = 5, .allocs = 3, .bytes = 60, .usable = 72
	};
	image.sizes[2] = (struct size_entry){
		.node = 5, .class = 0, .allocs = 2, .usable = 48, .drained = 2
	};
	/* A region in another, and the first thread's sum of the inner one. */
	s->zones = 3;
	image.zones[1] = (struct zone){ .name = add_text("outer") };
	image.zones[2] = (struct zone){ .parent = 1, .name = add_text("inner") };
	s->sums = s->octaves = 1;
	image.sums[0] = (struct zone_sum){
		.calls = { 2, 30 },
		.times = { 30, 20 },
		.alloc = { 1, 100 },
		.peak = 100,
		.min = 10,
		.zone = 2,
		.octaves = { 1 },
	};
	image.octaves[0].calls[10] = 2;
	s->nodes = 12;
	for (uint32_t id = NODE_FIRST; id < 10; id++)
		image.nodes[id] = (struct node){
			.frame = (uint64_t)(1 + id % 2) << FRAME_MODULE_SHIFT | (0x100 + id),
			.parent = id > NODE_FIRST ? id - 1 : NODE_ROOT,
		};
	s->modules = 2;
	for (uint32_t id = 1; id <= 2; id++)
		image.modules[id - 1] = (struct module_record){
			.start = id * 0x10000,
			.end = id * 0x10000 + 0x1000,
			.bias = id * 0x10000,
			.path = add_text(id == 1 ? "/bin/program" : "/lib/lib.so"),
			.build_id_len = 3,
		};
	s->blocks = 3;
	image.owners[0] = (struct block_owner){ .thread = 0 };
	image.owners[1] = (struct block_owner){ .thread = 1 };
	image.owners[2] = (struct block_owner){ .thread = 0, .previous = 1 };
	s->threads = 2;
	for (uint32_t i = 0; i < 2; i++)
		image.threads[i] = (struct thread_record){
			.tid = s->pid + i,
			.state = i ? THREAD_ENDED : THREAD_ALIVE,
			.first_block = i ? 2 : 3,
			.used = i ? 3 : 1,
			.name_version = 2,
			.name = "worker",
		};
	for (unsigned int i = 0; i < CELL_BLOCK; i++)
		site(i, NODE_OTHER, (v2){ 0 }, (v2){ 0 });
	site(7, 9, (v2){ 10, 1000 }, (v2){ 4, 400 });
	site(2 * CELL_BLOCK, 8, (v2){ 2, 64 }, (v2){ 0 });
	site(CELL_BLOCK, 5, (v2){ 1, 50 }, (v2){ 1, 50 });
	site(CELL_BLOCK + 1, NODE_TRUNCATED, (v2){ 1, 7 }, (v2){ 0 });
	site(CELL_BLOCK + 2, 9, (v2){ 0 }, (v2){ 1, 100 });
	/* on the way up when it was killed: the shared words lag behind */
	s->peak_index = 3;
	s->text = text_at;
	image.threads[0].first_sum = 1;
	s->peak_bytes = 500;
	s->live = 400;
	s->drain_pass = DONE;
}

/* All of them together. */
#define ALLOCS 14
#define BYTES (1000 + 64 + 50 + 7)
#define FREES 6
#define FREED (400 + 100 + 50)

static void write_state(void)
{
	int fd = open(STATE, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd >= 0 && write(fd, &image, sizeof(image)) == (ssize_t)sizeof(image));
	close(fd);
}

/* The header, and `more` behind what is committed. */
static void write_trace(const char *more)
{
	int fd = open(TRACE, O_RDWR | O_CREAT | O_TRUNC, 0600);
	size_t len = strlen(header);
	struct stat st;

	cr_assert(fd >= 0 && write(fd, header, len) == (ssize_t)len);
	cr_assert_eq(write(fd, more, strlen(more)), (ssize_t)strlen(more));
	cr_assert_eq(fstat(fd, &st), 0);
	close(fd);
	image.s.trace_dev = st.st_dev;
	image.s.trace_ino = st.st_ino;
	image.s.committed = STATE_COMMIT(DONE, false, len);
}

static void make_header(const char *state)
{
	snprintf(header, sizeof(header),
		 "{\"type\":\"header\",\"format\":1,\"version\":\"1\",\"run\":\"r\",\"pid\":%u,"
		 "\"ppid\":1,\"exe\":\"/bin/program\",\"argv\":[\"program\"],\"cwd\":\"%s\","
		 "\"arch\":\"x86_64\",\"epoch\":\"2026-01-01T00:00:00.000000000Z\","
		 "\"boot\":\"%s\",\"start\":%llu,\"allocator\":\"glibc\",\"blocks\":\"compact\","
		 "\"granule\":32,\"sample_ns\":1,\"sites_ns\":1,\"page\":4096,"
		 "\"peak_slack\":65536%s%s%s}\n",
		 image.s.pid, folder, image.s.boot, (unsigned long long)image.s.start_ticks,
		 *state ? ",\"state\":\"" : "", state, *state ? "\"" : "");
}

static void setup(void)
{
	folder_enter();
	make_state();
	make_header(STATE);
	write_trace("");
	write_state();
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* What settling says and does. */
static enum orphan_kind settle(const char *said)
{
	struct diag diag = DIAG_INIT;
	struct orphan orphan;
	enum orphan_kind kind = orphan_settle(&orphan, TRACE, &diag);

	if (said)
		cr_assert(diag.n == 1 && strstr(diag.messages[0].text, said), "said: %s",
			  diag.n ? diag.messages[0].text : "nothing");
	else
		cr_assert_eq(diag.n, 0, "said: %s", diag.n ? diag.messages[0].text : "");
	orphan_release(&orphan);
	diag_release(&diag);
	return kind;
}

/* The trace at `path` is valid and has all that was recorded. */
static void expect_whole(const char *path)
{
	struct diag diag = DIAG_INIT;
	struct validation validation;
	struct model model;
	struct counts total;

	cr_assert_eq(validate_trace(path, &validation, &diag), 0);
	cr_assert_eq(diag.seen[DIAG_ERROR] + diag.seen[DIAG_WARNING], 0, "%s",
		     diag.n ? diag.messages[0].text : "");
	cr_assert_eq(model_load(&model, path, NULL, &diag), 0);
	total = model_total(&model, MP_HEAP);
	cr_assert_eq(total.allocs, ALLOCS);
	cr_assert_eq(total.bytes, BYTES);
	cr_assert_eq(total.frees, FREES);
	cr_assert_eq(total.freed, FREED);
	cr_assert(model.has_footer);
	cr_assert_str_eq(model.footer.reason, "killed");
	cr_assert_eq(model.footer.allocs, ALLOCS);
	cr_assert_eq(model.footer.t, 5000);
	cr_assert_eq(model.footer.peak, BYTES - FREED);
	cr_assert_eq(model.peak_bytes, BYTES - FREED);
	cr_assert_eq(model.n_threads, 2);
	cr_assert_neq(model.threads[1].ended, UINT64_MAX);
	model_release(&model);
	diag_release(&diag);
}

#endif
