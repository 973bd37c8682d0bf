/* SPDX-License-Identifier: MIT */
/* test_launch_traces.c - the traces of a run are found again, and only those. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "launch/summary.h"
#include "launch/traces.h"
#include "util/diag.h"
#include "util/strbuf.h"

TestSuite(launch_traces, .init = folder_enter, .fini = folder_remove);

/* A trace with a footer, last written `age` seconds ago. */
static void write_trace(const char *name, const char *run, int pid, int age)
{
	FILE *file = fopen(name, "w");
	struct timespec times[2];

	cr_assert(file);
	fprintf(file,
		"{\"type\":\"header\",\"format\":1,\"version\":\"1\",\"run\":\"%s\",\"pid\":%d,"
		"\"ppid\":1,\"exe\":\"/x\",\"argv\":[\"x\"],\"cwd\":\"/\",\"arch\":\"x86_64\","
		"\"epoch\":\"2026-01-01T00:00:00.000000000Z\",\"boot\":\"b\",\"start\":1,"
		"\"allocator\":\"glibc\",\"blocks\":\"compact\",\"granule\":32,\"sample_ns\":1,"
		"\"sites_ns\":1,\"page\":4096,\"peak_slack\":0}\n",
		run, pid);
	fprintf(file,
		"{\"type\":\"footer\",\"t\":9,\"reason\":\"exit\",\"status\":0,\"allocs\":1234,"
		"\"bytes\":10240,\"frees\":1233,\"freed\":8192,\"peak\":4096,\"peak_t\":3,"
		"\"threads\":1,\"captures\":1,\"truncated\":0,\"lost\":0,\"foreign\":0,"
		"\"recorder\":0}\n");
	fclose(file);
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= age;
	times[1] = times[0];
	cr_assert_eq(utimensat(AT_FDCWD, name, times, 0), 0);
}

Test(launch_traces, patterns)
{
	static const struct {
		const char *output, *between, *pattern;
	} cases[] = {
		{ "memprof.%e.%p.jsonl", "", "memprof.*.*.jsonl" },
		{ "memprof.%e.%p.jsonl", ".*", "memprof.*.*.*.jsonl" },
		{ "out", ".*", "out.*" },
		{ "a/%h/x.jsonl.zst", ".*", "a/*/x.*.jsonl.zst" },
		{ "100%%[1]*?.gz", "", "100%\\[1]\\*\\?.gz" },
		{ "%", "", "%" },
		{ ".jsonl", ".*", ".jsonl.*" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *pattern = trace_pattern(cases[i].output, cases[i].between);

		cr_assert_str_eq(pattern, cases[i].pattern);
		free(pattern);
	}
}

Test(launch_traces, found_by_run_id)
{
	struct trace_files files;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec -= 50;
	write_trace("memprof.a.1.jsonl", "wanted", 1, 30);
	write_trace("memprof.a.1.jsonl.1", "wanted", 1, 10);
	write_trace("memprof.b.2.jsonl", "wanted", 2, 20);
	write_trace("memprof.a.3.jsonl", "another", 3, 5);
	write_trace("memprof.a.4.jsonl", "wanted", 4, 100);
	write_trace("elsewhere.jsonl", "wanted", 1, 5);
	cr_assert_eq(mkdir("memprof.d.5.jsonl", 0700), 0);
	cr_assert_eq(mkfifo("memprof.f.6.jsonl", 0600), 0);
	fclose(fopen("memprof.e.7.jsonl", "w"));
	trace_files_find(&files, "memprof.%e.%p.jsonl", "wanted", now);
	cr_assert_eq(files.n, 3);
	cr_assert_str_eq(files.v[0].path, "memprof.a.1.jsonl.1", "newest first");
	cr_assert_str_eq(files.v[1].path, "memprof.b.2.jsonl");
	cr_assert_str_eq(files.v[2].path, "memprof.a.1.jsonl");
	cr_assert_eq(trace_files_of(&files, 1), &files.v[0]);
	cr_assert_eq(trace_files_of(&files, 2), &files.v[1]);
	cr_assert_null(trace_files_of(&files, 3));
	trace_files_release(&files);
	trace_files_find(&files, "none.jsonl", "wanted", now);
	cr_assert_eq(files.n, 0);
	trace_files_release(&files);
}

Test(launch_traces, summary)
{
	struct trace_file file = { .path = (char *)"it's one.jsonl" };
	struct strbuf text = STRBUF_INIT;
	struct diag diag = DIAG_INIT;

	write_trace(file.path, "r", 1, 0);
	cr_assert_eq(summary_add(&text, &file, &diag), 0);
	cr_assert_str_eq(text.buf, "1,234 allocations, 10.0 KiB in all; peak 4.0 KiB; "
				   "never freed: 2.0 KiB in 1 block\n"
				   "next: memprof top 'it'\\''s one.jsonl'\n");
	strbuf_clear(&text);
	file.path = (char *)"gone.jsonl";
	cr_assert_lt(summary_add(&text, &file, &diag), 0);
	cr_assert_eq(text.len, 0);
	cr_assert_geq(diag.seen[DIAG_ERROR], 1);
	strbuf_release(&text);
	diag_release(&diag);
}
