/* SPDX-License-Identifier: MIT */
/* traces.c - see traces.h. */
#include "launch/traces.h"

#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trace/reader.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

/* File systems keep times more coarsely than the clock tells them. */
#define CLOCK_SLACK_S 2

/* Where the suffixes of the name begin: a.b.jsonl.zst has two that matter. */
static size_t suffixes(const char *output)
{
	static const char *const known[] = { ".zst", ".gz", ".jsonl" };
	size_t len = strlen(output);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t n = strlen(known[i]);

		if (len > n && !memcmp(output + len - n, known[i], n))
			len -= n;
	}
	return len;
}

char *trace_pattern(const char *output, const char *between)
{
	struct strbuf pattern = STRBUF_INIT;
	size_t end = suffixes(output);

	for (size_t i = 0; output[i]; i++) {
		if (i == end)
			strbuf_addstr(&pattern, between);
		if (output[i] == '%' && output[i + 1] && output[i + 1] != '%') {
			strbuf_addch(&pattern, '*');
			i++;
			continue;
		}
		if (output[i] == '%' && output[i + 1] == '%')
			i++;
		if (strchr("*?[\\", output[i]))
			strbuf_addch(&pattern, '\\');
		strbuf_addch(&pattern, output[i]);
	}
	if (!output[end])
		strbuf_addstr(&pattern, between);
	return strbuf_detach(&pattern, NULL);
}

/* True when the first line of `path` is a header of run `run`. */
static bool is_of_run(const char *path, const char *run, uint64_t *pid)
{
	struct diag diag = DIAG_INIT;
	const struct event *event;
	struct reader *reader;
	bool yes = false;

	if (reader_open(&reader, path, 0, &diag) == 0) {
		if (reader_next(reader, &event) == 1 && event->type == MP_header &&
		    !strcmp(event->header_line.run, run)) {
			*pid = event->header_line.pid;
			yes = true;
		}
		reader_close(reader);
	}
	diag_release(&diag);
	return yes;
}

static void consider(struct trace_files *files, const char *path, const char *run, time_t since)
{
	struct stat st;
	uint64_t pid;

	for (size_t i = 0; i < files->n; i++)
		if (!strcmp(files->v[i].path, path))
			return;
	if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_mtim.tv_sec < since ||
	    !is_of_run(path, run, &pid))
		return;
	XGROW(files->v, files->n, files->alloc);
	files->v[files->n++] = (struct trace_file){
		.path = xstrdup(path),
		.pid = pid,
		.written = st.st_mtim,
	};
}

static int newest_first(const void *a, const void *b)
{
	const struct trace_file *x = a, *y = b;

	if (x->written.tv_sec != y->written.tv_sec)
		return x->written.tv_sec > y->written.tv_sec ? -1 : 1;
	if (x->written.tv_nsec != y->written.tv_nsec)
		return x->written.tv_nsec > y->written.tv_nsec ? -1 : 1;
	return strverscmp(y->path, x->path);
}

void trace_files_find(struct trace_files *files, const char *output, const char *run,
		      struct timespec since)
{
	*files = (struct trace_files){ .v = NULL };
	/* a name that exists gets a number, before its suffixes or at its end */
	for (int i = 0; i < 3; i++) {
		char *pattern = trace_pattern(output, i == 1 ? ".*" : "");
		glob_t found = { .gl_pathc = 0 };

		if (i == 2) {
			char *numbered = xasprintf("%s.*", pattern);

			free(pattern);
			pattern = numbered;
		}
		if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc; k++)
				consider(files, found.gl_pathv[k], run,
					 since.tv_sec - CLOCK_SLACK_S);
		globfree(&found);
		free(pattern);
	}
	if (files->n)
		qsort(files->v, files->n, sizeof(*files->v), newest_first);
}

void trace_files_release(struct trace_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->v[i].path);
	free(files->v);
	*files = (struct trace_files){ .v = NULL };
}

const struct trace_file *trace_files_of(const struct trace_files *files, uint64_t pid)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->v[i].pid == pid)
			return &files->v[i];
	return NULL;
}
