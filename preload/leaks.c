/* SPDX-License-Identifier: MIT */
/* leaks.c - look for leaks from outside the moment; see leaks.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leaks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

#include <memprof/trace.h>

#include "arch/x86_64/syscall.h"
#include "arena.h"
#include "blocks.h"
#include "config.h"
#include "ignored.h"
#include "leak_scan.h"
#include "leak_stack.h"
#include "leak_wishes.h"
#include "output.h"
#include "rt.h"
#include "sampler.h"
#include "shadow_walk.h"
#include "sys.h"
#include "thread.h"

/* The longest the copy may take, and the steps in which it is waited for. */
#define MOST_SECONDS 120
#define FIRST_PAUSE 50000
#define LONGEST_PAUSE 2000000

/* General registers of a thread that may hold a pointer. */
#define REGISTERS 15

/* The program asked for the check that counts. */
static bool had_the_last;

/* Everything of one look. */
struct look {
	struct state *s;
	struct leak_thread *threads;
	size_t n_threads, room;
	struct leak_result *result;
	size_t result_size;
	const char *why; /* nothing is known, for this reason */
	struct leak_wishes wishes;
};

bool leaks_wanted(void)
{
	return config.leaks != LEAKS_OFF;
}

void leaks_ignore(const void *p)
{
	uint32_t node;
	size_t size;
	uintptr_t start = shadow_find((uintptr_t)p, &node, &size);

	if (start)
		ignored_add(start, blocks_usable((void *)start));
}

void leaks_after_fork(void)
{
	ignored_after_fork();
	leak_regions_after_fork();
	had_the_last = false;
}

/* The stack pointer of a thread that waits in the kernel, which is the last number
 * but one of its `syscall` file; 0 while it runs. */
static uintptr_t waiting_at(const char *task, bool *running)
{
	char path[64], line[256];
	struct rt_text text = RT_TEXT(path);
	uintptr_t value = 0, before = 0;
	intptr_t n;

	rt_put(&text, "/proc/self/task/");
	rt_put(&text, task);
	rt_put(&text, "/syscall");
	n = sys_read_file(path, line, sizeof(line));
	*running = n <= 0 || line[0] == 'r';
	for (const char *p = line; !*running && *p; p++) {
		if (*p == ' ') {
			before = value;
			value = 0;
		} else if (*p >= '0' && *p <= '9') {
			value = value * 16 + (uintptr_t)(*p - '0');
		} else if (*p >= 'a' && *p <= 'f') {
			value = value * 16 + (uintptr_t)(*p - 'a' + 10);
		} else if (*p == 'x') {
			value = 0;
		}
	}
	return *running ? 0 : before;
}

/* PF_EXITING of the kernel, in the ninth field of a task's `stat`: the thread will run no more
 * of the program, whoever waited for it goes on, and it is listed for a while. */
#define LEAVING 4
#define FIELDS_TO_FLAGS 6 /* behind the name in parentheses and the state */

static bool is_leaving(const char *task)
{
	char path[64], line[512];
	struct rt_text text = RT_TEXT(path);
	const char *p = NULL;
	uint64_t flags;
	intptr_t n;

	rt_put(&text, "/proc/self/task/");
	rt_put(&text, task);
	rt_put(&text, "/stat");
	n = sys_read_file(path, line, sizeof(line));
	for (intptr_t i = 0; i < n; i++)
		if (line[i] == ')')
			p = &line[i + 1];
	for (int field = 0; p && field <= FIELDS_TO_FLAGS; field++) {
		while (*p && *p != ' ')
			p++;
		while (*p == ' ')
			p++;
	}
	return p && rt_parse_u64(&p, &flags) && (flags & LEAVING);
}

static void add_thread(struct look *look, uint32_t tid, const char *task, uintptr_t sp)
{
	struct leak_thread *t;

	if (look->n_threads == look->room) {
		size_t more = look->room * 2;
		struct leak_thread *v = arena_grow(look->threads, look->room * sizeof(*v),
						   more * sizeof(*v), ARENA_OUTPUT);

		if (!v) {
			look->why = "there is no memory for it";
			return;
		}
		look->threads = v;
		look->room = more;
	}
	t = &look->threads[look->n_threads++];
	*t = (struct leak_thread){
		.tid = tid,
		.main = tid == look->s->pid,
		.sp = sp,
	};
	if (sp) {
		t->pointer = arch_thread_pointer();
	} else {
		t->sp = waiting_at(task, &t->running);
		t->pointer = thread_pointer_of(look->s, tid);
	}
}

/* All threads of the program; the caller's stack is in use from `sp` up. */
static void find_threads(struct look *look, uintptr_t sp)
{
	uint32_t self = (uint32_t)sys_gettid(), helper = sampler_tid();
	int fd = sys_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0);
	char entries[2048] __attribute__((aligned(8)));
	intptr_t n;

	add_thread(look, self, NULL, sp);
	if (fd < 0) {
		look->why = "/proc cannot be read";
		return;
	}
	while ((n = sys_read_folder(fd, entries, sizeof(entries))) > 0 && !look->why)
		for (intptr_t at = 0; at < n;) {
			const struct dirent64 *entry = (const void *)(entries + at);
			const char *p = entry->d_name;
			uint64_t tid;

			at += entry->d_reclen;
			if (rt_parse_u64(&p, &tid) && !*p && tid != self && tid != helper &&
			    !is_leaving(entry->d_name))
				add_thread(look, (uint32_t)tid, entry->d_name, 0);
		}
	sys_close(fd);
}

static void wait_for(int pid)
{
	uint64_t start = sys_clock_ns(CLOCK_MONOTONIC), pause = FIRST_PAUSE;
	bool clean;

	while (!sys_copy_ended(pid, &clean)) {
		if (sys_clock_ns(CLOCK_MONOTONIC) - start > MOST_SECONDS * UINT64_C(1000000000))
			sys_kill(pid);
		sys_sleep_ns(pause);
		if (pause < LONGEST_PAUSE)
			pause += pause / 2;
	}
}

/* In a copy of the process; its registers were saved on the stack before. */
static void run_copy(struct look *look)
{
	const struct leak_task task = {
		.s = look->s,
		.memcheck = config.leaks == LEAKS_MEMCHECK,
		.threads = look->threads,
		.n_threads = look->n_threads,
		.wishes = &look->wishes,
		.result = look->result,
	};
	int pid = sys_copy_process(MOST_SECONDS);

	if (pid == 0) {
		leak_scan(&task);
		sys_exit_group(0);
	}
	if (pid < 0) {
		look->why = "the process may not be copied: memory or processes are limited";
		return;
	}
	wait_for(pid);
	if (__atomic_load_n(&look->result->done, __ATOMIC_ACQUIRE))
		return;
	look->why = look->result->error == -ENOMEM ? "there was not memory enough for it"
		    : look->result->error	   ? "/proc cannot be read"
						   : "the search failed: is the heap damaged?";
}

static void prepare(struct look *look, uintptr_t sp, const uintptr_t *registers)
{
	size_t rows = (size_t)look->s->nodes * MP_LEAKS;
	intptr_t p;

	look->room = 4096 / sizeof(*look->threads);
	look->threads = arena_map(look->room * sizeof(*look->threads), ARENA_OUTPUT);
	look->result_size = sizeof(*look->result) + rows * sizeof(*look->result->rows);
	p = sys_mmap(NULL, look->result_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	look->result = sys_failed(p) ? NULL : (void *)p;
	if (!look->threads || !look->result) {
		look->why = "there is no memory for it";
		return;
	}
	look->result->room = (uint32_t)rows;
	find_threads(look, sp);
	look->threads[0].registers = registers;
}

/*
 * Other threads' registers are not to be had: so many blocks may be held by nothing
 * else.  A site with more of them than that has lost some for certain.  A stack that
 * was not found may hold any number.
 */
static uint64_t soften(struct look *look, bool at_end)
{
	struct leak_result *result = look->result;
	uint64_t limit = at_end ? 0 : (look->n_threads - 1) * REGISTERS, soft = 0;

	if (result->no_stack)
		limit = UINT64_MAX;

	for (uint32_t i = 0; limit && i < result->n_rows; i++)
		if (result->rows[i].class == MP_DEFINITE && result->rows[i].count <= limit) {
			result->rows[i].class = MP_POSSIBLE;
			soft += result->rows[i].count;
		}
	return soft;
}

static void say_note(const struct look *look, uint64_t soft, struct rt_text *note)
{
	uint64_t others = look->n_threads - 1;

	if (look->why) {
		rt_put(note, "not classified: ");
		rt_put(note, look->why);
		return;
	}
	if (!soft)
		return;
	rt_put_u64(note, look->result->no_stack ? look->result->no_stack : others);
	rt_put(note, look->result->no_stack ? " of the threads had a stack that was not found: "
		     : others == 1	    ? " other thread was running, whose registers cannot "
					      "be read: "
					    : " other threads were running, whose registers "
					      "cannot be read: ");
	rt_put_u64(note, soft);
	rt_put(note, soft == 1 ? " block that may be held there counts as possible"
			       : " blocks that may be held there count as possible");
}

static bool has_lost(const struct leak_result *result)
{
	for (uint32_t i = 0; i < result->n_rows; i++)
		if (result->rows[i].class == MP_DEFINITE || result->rows[i].class == MP_INDIRECT)
			return true;
	return false;
}

/* Is there to be a check?  Says so in the trace when it is the program that wants none. */
static bool is_due(struct look *look, enum leaks_when when)
{
	const char *why = NULL;

	if (had_the_last && when >= LEAKS_FINAL)
		return false;
	leak_wishes_ask(look->s, &look->wishes);
	had_the_last |= when == LEAKS_FINAL;
	if (look->wishes.off && when != LEAKS_ASKED)
		why = "the program turns leak checks off";
	else if (look->wishes.not_at_exit && when == LEAKS_AT_END)
		why = "the program wants no leak check at its end";
	if (why && when >= LEAKS_FINAL)
		output_note(look->s, "info", "lsan-turned-off", why);
	return !why;
}

/* Its frame holds all registers that a call preserves. */
__attribute__((noinline)) bool leaks_check(struct state *s, const char *name, enum leaks_when when)
{
	struct look look = { .s = s };
	uint64_t start = sys_clock_ns(CLOCK_MONOTONIC);
	char text[256];
	struct rt_text note = RT_TEXT(text);
	struct mp_leak_check line = { .tid = (uint64_t)sys_gettid(), .name = name };
	uintptr_t registers[LEAK_REGISTERS] = { 0 }, sp;
	struct cfi_regs here;
	bool lost = false;

	if (!is_due(&look, when))
		return false;
	__builtin_unwind_init();
	cfi_regs_here(&here);
	sp = leak_stack_find(&here, registers);
	/* Without a way out: all from here, where every register was saved. */
	if (!sp)
		sp = (uintptr_t)__builtin_frame_address(0) - REGISTERS * 8;
	text[0] = '\0';
	prepare(&look, sp, registers);
	if (!look.why)
		run_copy(&look);
	say_note(&look, look.why ? 0 : soften(&look, when == LEAKS_AT_END), &note);
	line.rules = config.leaks == LEAKS_MEMCHECK ? "memcheck" : "lsan";
	line.note = text;
	line.took = sys_clock_ns(CLOCK_MONOTONIC) - start;
	if (!look.why) {
		line.scanned = look.result->scanned;
		line.rows = look.result->rows;
		line.n_rows = look.result->n_rows;
		lost = has_lost(look.result);
	}
	output_leaks(s, &line);
	if (look.result)
		sys_munmap(look.result, look.result_size);
	if (look.threads)
		arena_unmap(look.threads, look.room * sizeof(*look.threads));
	return lost;
}
