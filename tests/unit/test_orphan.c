/* SPDX-License-Identifier: MIT */
/*
 * test_orphan.c - states of dead processes, made by hand: what is drained, what is
 * left alone, and that no bytes in them do harm.  MEMPROF_ORPHAN_FUZZ=N sets the
 * number of mutations.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
#define TEXT 4096
/* The pass whose lines are in the trace. */
#define DONE 5

/* A state file: the regions in their order, all of it in memory. */
static struct image {
	struct state s;
	struct node nodes[NODES] __attribute__((aligned(64)));
	struct cell cells[BLOCKS * CELL_BLOCK] __attribute__((aligned(64)));
	struct cell_info infos[BLOCKS * CELL_BLOCK] __attribute__((aligned(64)));
	struct block_owner owners[BLOCKS] __attribute__((aligned(64)));
	struct thread_record threads[THREADS] __attribute__((aligned(64)));
	struct module_record modules[MODULES] __attribute__((aligned(64)));
	char text[TEXT] __attribute__((aligned(64)));
} image;

static char folder[64];
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
	place(REGION_CELLS, image.cells, sizeof(image.cells));
	place(REGION_INFOS, image.infos, sizeof(image.infos));
	place(REGION_OWNERS, image.owners, sizeof(image.owners));
	place(REGION_THREADS, image.threads, sizeof(image.threads));
	place(REGION_MODULES, image.modules, sizeof(image.modules));
	place(REGION_TEXT, image.text, sizeof(image.text));
	s->pid = (uint32_t)getpid();
	s->start_ticks = 1;
	read_line("/proc/sys/kernel/random/boot_id", s->boot, sizeof(s->boot));
	s->now = 5000;
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
	strcpy(folder, "/tmp/memprof-test-XXXXXX");
	cr_assert(mkdtemp(folder) && chdir(folder) == 0);
	make_state();
	make_header(STATE);
	write_trace("");
	write_state();
}

static void teardown(void)
{
	char command[128];

	if (strncmp(folder, "/tmp/memprof-test-", 18))
		return;
	snprintf(command, sizeof(command), "rm -rf -- '%s'", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(orphan, .init = setup, .fini = teardown);

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

Test(orphan, drained)
{
	cr_assert_eq(settle("was drained from the state of a killed process"), ORPHAN_DRAINED);
	cr_assert_not(is_there(STATE));
	expect_whole(TRACE);
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	expect_whole(TRACE);
}

Test(orphan, lines_after_the_last_commit_are_written_anew)
{
	write_trace("{\"type\":\"stack\",\"id\":3,\"parent\":0,\"module\":0,\"offset\":\"0x1\"}\n"
		    "{\"type\":\"delta\",\"t\":1,\"tid\":1,\"rows\":[[3,\"heap\",1");
	image.nodes[3].drained = DONE + 1;
	image.modules[0].drained = DONE + 1;
	image.threads[0].drained_version = 3;
	image.threads[0].first_named = image.threads[0].last_named = DONE + 1;
	image.threads[1].state = THREAD_FINAL;
	image.threads[1].final_drained = DONE + 1;
	image.infos[7].drained = 14;
	image.s.drain_pass = DONE + 1;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, committed_lines_are_not_written_twice)
{
	FILE *file;
	char line[512];
	int stacks = 0, names = 0;

	image.nodes[3].drained = DONE;
	image.threads[0].drained_version = 3;
	image.threads[0].first_named = image.threads[0].last_named = DONE - 1;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	file = fopen(TRACE, "r");
	while (fgets(line, sizeof(line), file)) {
		stacks += strstr(line, "\"type\":\"stack\",\"id\":3,") != NULL;
		names += strstr(line, "\"type\":\"thread\",") != NULL;
	}
	fclose(file);
	cr_assert_eq(stacks, 0);
	cr_assert_eq(names, 1);
}

Test(orphan, a_trace_cut_from_outside_gets_all_lines)
{
	image.nodes[3].drained = DONE;
	image.modules[0].drained = DONE;
	image.s.committed = STATE_COMMIT(DONE, false, strlen(header) + 1000);
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, names_and_blocks_half_made)
{
	/* killed while a name was written, and with a block that was nobody's yet */
	image.threads[0].name_version = 3;
	image.s.blocks = 4;
	image.owners[3] = (struct block_owner){ .thread = 2 };
	image.infos[3 * CELL_BLOCK].node = NODE_OTHER;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, a_live_owner_is_left_alone)
{
	image.s.start_ticks = own_start();
	make_header(STATE);
	write_trace("");
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_LIVE);
	cr_assert(is_there(STATE));
	make_header("");
	write_trace("");
	cr_assert_eq(settle(NULL), ORPHAN_LIVE);
}

Test(orphan, a_dead_process_that_waits_for_its_parent_is_dead)
{
	pid_t pid = fork();
	siginfo_t info;
	char path[64], text[1024], *p;

	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	read_line(path, text, sizeof(text));
	p = strrchr(text, ')') + 2;
	cr_assert_eq(*p, 'Z');
	for (int field = 3; field < 22; field++)
		p = strchr(p, ' ') + 1;
	cr_assert_eq(owner_look((uint32_t)pid, 0, strtoull(p, NULL, 10), ""), OWNER_DEAD);
	waitpid(pid, NULL, 0);
	cr_assert_eq(owner_look((uint32_t)getpid(), 0, own_start(), ""), OWNER_LIVES);
	cr_assert_eq(owner_look((uint32_t)getpid(), 0, own_start(), "another-boot"), OWNER_DEAD);
}

Test(orphan, one_that_ended_well_is_only_removed)
{
	image.s.committed = STATE_COMMIT(DONE, true, strlen(header));
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	cr_assert_not(is_there(STATE));
}

Test(orphan, what_is_not_its_state_is_left_alone)
{
	image.s.trace_ino++;
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	image.s.trace_ino--;
	image.s.pid++;
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	image.s.pid--;
	image.s.layout++;
	write_state();
	cr_assert_eq(settle("another version"), ORPHAN_FAILED);
	image.s.layout--;
	image.s.magic[0]++;
	write_state();
	cr_assert_eq(settle("damaged"), ORPHAN_FAILED);
	image.s.magic[0]--;
	write_state();
	cr_assert_eq(truncate(STATE, sizeof(image) - 1), 0);
	cr_assert_eq(settle("damaged"), ORPHAN_FAILED);
	write_state();
	cr_assert_eq(chmod(STATE, 0644), 0);
	cr_assert_eq(settle("others can write it"), ORPHAN_FAILED);
	cr_assert_eq(chmod(STATE, 0600), 0);
	cr_assert_eq(rename(STATE, "elsewhere"), 0);
	cr_assert_eq(symlink("elsewhere", STATE), 0);
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	cr_assert(is_there(STATE));
}

Test(orphan, a_trace_that_cannot_be_written_is_read_with_its_rest)
{
	struct diag diag = DIAG_INIT;
	struct orphan orphan;

	cr_assert_eq(chmod(TRACE, 0400), 0);
	if (geteuid() == 0) {
		/* nothing is forbidden to root */
		cr_assert_eq(chmod(folder, 0755), 0);
		cr_assert_eq(chown(TRACE, 65534, 65534) + chown(STATE, 65534, 65534), 0);
		cr_assert_eq(seteuid(65534), 0);
	}
	cr_assert_eq(orphan_settle(&orphan, TRACE, &diag), ORPHAN_COPIED);
	cr_assert(orphan.path);
	expect_whole(orphan.path);
	cr_assert(is_there(STATE));
	orphan_release(&orphan);
	diag_release(&diag);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
}

Test(orphan, of_many_readers_one_drains)
{
	int status, drained = 0;

	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			struct orphan orphan;

			_exit((int)orphan_settle(&orphan, TRACE, NULL));
		}
	while (wait(&status) > 0) {
		cr_assert(WIFEXITED(status));
		cr_assert(WEXITSTATUS(status) == ORPHAN_NONE ||
			  WEXITSTATUS(status) == ORPHAN_DRAINED);
		drained += WEXITSTATUS(status) == ORPHAN_DRAINED;
	}
	cr_assert_eq(drained, 1);
	expect_whole(TRACE);
}

Test(orphan, a_sweep_finds_states_by_themselves)
{
	struct orphan_sweep done = { 0 };

	image.s.trace_path = add_text(folder);
	strcpy(image.text + image.s.trace_path + strlen(folder), "/" TRACE);
	image.s.text = TEXT;
	write_state();
	orphan_sweep(".", &done, NULL);
	cr_assert_eq(done.drained, 1);
	expect_whole(TRACE);
	/* without its trace, and one that is none */
	write_state();
	cr_assert_eq(unlink(TRACE), 0);
	cr_assert_eq(symlink("/etc/passwd", "memprof-1.state"), 0);
	orphan_sweep(".", &done, NULL);
	cr_assert_eq(done.removed, 1);
	cr_assert_eq(done.drained, 1);
	cr_assert_eq(done.left, 0);
	cr_assert_not(is_there(STATE));
	cr_assert(is_there("memprof-1.state"));
}

/* xorshift: the same mutations every time. */
static uint64_t random_state = 88172645463325252ULL;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint32_t odd_value(uint32_t old)
{
	const uint32_t values[] = { 0,
				    1,
				    UINT32_MAX,
				    INT32_MAX,
				    (uint32_t)next_random(),
				    (uint32_t)next_random() % 70,
				    old + 1,
				    old - 1,
				    old ^ 0x80000000,
				    sizeof(image),
				    NODES,
				    old << 1 };

	return values[next_random() % (sizeof(values) / sizeof(*values))];
}

/* Words that are in use are the ones that lead somewhere. */
static uint32_t *some_word(uint32_t *words, size_t n)
{
	for (int attempt = 0; attempt < 50; attempt++) {
		uint32_t *word = &words[next_random() % n];

		if (*word)
			return word;
	}
	return &words[next_random() % n];
}

Test(orphan, no_bytes_in_it_do_harm, .timeout = 120)
{
	const char *told = getenv("MEMPROF_ORPHAN_FUZZ");
	unsigned long rounds = told ? strtoul(told, NULL, 10) : 1500;
	static struct image good;
	unsigned int used = 0;

	good = image;
	for (unsigned long i = 0; i < rounds; i++) {
		unsigned int n = 1 + (unsigned int)(next_random() % 6);
		struct orphan orphan;
		struct diag diag = DIAG_INIT;
		struct model model;

		write_trace("");
		good.s.trace_ino = image.s.trace_ino;
		image = good;
		while (n--) {
			/* every second one in the header, where most follows from */
			size_t words = (n & 1 ? sizeof(image.s) : sizeof(image)) / 4;
			uint32_t *word = some_word((uint32_t *)&image, words);

			*word = odd_value(*word);
		}
		write_state();
		orphan_settle(&orphan, TRACE, &diag);
		used += orphan.kind == ORPHAN_DRAINED;
		diag_release(&diag);
		cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
		model_release(&model);
		orphan_release(&orphan);
	}
	cr_assert_gt(used, rounds / 10, "only %u of %lu were drained", used, rounds);
}
