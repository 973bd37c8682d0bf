/* SPDX-License-Identifier: MIT */
/* progress.c - see progress.h. */
#include "cmds/progress.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "trace/source.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/units.h"
#include "util/utf8.h"

#define QUIET_NS 1000000000 /* reading that is over by then needs no bar */
#define STEP_NS 100000000
#define WIDTH 24

static struct {
	const char *name;
	uint64_t size; /* of the file; 0: not known */
	uint64_t began, next;
	bool shown;
} progress;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void show(uint64_t done)
{
	struct strbuf line = STRBUF_INIT;
	int full = progress.size ? (int)((double)done / (double)progress.size * WIDTH) : 0;

	strbuf_addstr(&line, "\r\033[Kreading ");
	utf8_add_clean(&line, progress.name);
	strbuf_addstr(&line, "  ");
	if (progress.size && done <= progress.size) {
		strbuf_addch(&line, '[');
		strbuf_addchars(&line, '#', (size_t)full);
		strbuf_addchars(&line, ' ', (size_t)(WIDTH - full));
		strbuf_addf(&line, "] %d%%", (int)((double)done / (double)progress.size * 100));
	} else {
		units_add_bytes(&line, done);
	}
	fputs(line.buf, stderr);
	fflush(stderr);
	strbuf_release(&line);
	progress.shown = true;
}

static void step(uint64_t done)
{
	uint64_t now = now_ns();

	if (now < progress.next)
		return;
	progress.next = now + STEP_NS;
	show(done);
}

void progress_begin(const char *path)
{
	struct stat st;

	if (!isatty(STDERR_FILENO))
		return;
	progress.name = path_last(path);
	progress.size = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	progress.began = now_ns();
	progress.next = progress.began + QUIET_NS;
	progress.shown = false;
	source_watch(step);
}

void progress_end(void)
{
	source_watch(NULL);
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}
