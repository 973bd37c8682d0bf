/* SPDX-License-Identifier: MIT */
/*
 * v_api.c - what the program can ask and say, against what it knows.  With an argument it knows
 * that no recorder is there.  Leaves its own findings on standard error, and status 1 then.
 */
#include <errno.h>
#include <memprof/memprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "truth.h"

static int wrong;

static void is(const char *what, unsigned long got, unsigned long want)
{
	char line[128];

	if (got == want)
		return;
	snprintf(line, sizeof(line), "%s: %lu, not %lu\n", what, got, want);
	if (write(2, line, strlen(line)) < 0)
		_exit(2);
	wrong = 1;
}

static NOINLINE void hold(void **blocks, int n, size_t size)
{
	for (int i = 0; i < n; i++)
		blocks[i] = keep(malloc(size));
}

static NOINLINE void release(void **blocks, int n)
{
	for (int i = 0; i < n; i++)
		free(blocks[i]);
}

static void ask(const char *dump)
{
	void *blocks[100], *p;
	unsigned long base = memprof_live_bytes();

	is("active", (unsigned long)memprof_active(), 1);
	hold(blocks, 100, 1000);
	is("live", memprof_live_bytes() - base, 100000);
	is("peak", memprof_peak_bytes() - base, 100000);
	release(blocks, 90);
	is("live after a release", memprof_live_bytes() - base, 10000);
	is("peak after a release", memprof_peak_bytes() - base, 100000);
	memprof_reset_peak();
	is("peak after a reset", memprof_peak_bytes() - base, 10000);
	p = keep(malloc(5000));
	free(p);
	is("peak since the reset", memprof_peak_bytes() - base, 15000);
	memprof_snapshot("held");
	release(blocks + 90, 10);

	memprof_case_begin("suite", "one");
	hold(blocks, 10, 2000);
	release(blocks, 10);
	is("memory within its limit", (unsigned long)memprof_limit_memory("1 MiB"), 0);
	is("memory past its limit", (unsigned long)memprof_limit_memory("19.5 KB"), 1);
	is("no leaks", (unsigned long)memprof_limit_leaks("0"), 0);
	hold(blocks, 2, 600);
	is("leaks within their limit", (unsigned long)memprof_limit_leaks("1200"), 0);
	is("leaks past their limit", (unsigned long)memprof_limit_leaks("1 KiB"), 1);
	is("no size", (unsigned long)memprof_limit_leaks("much"), 0);
	release(blocks, 2);
	memprof_case_end("suite", "one");

	MEMPROF_NO_ALLOC
	{
		wrong |= 0;
	}
	MEMPROF_NO_ALLOC
	{
		free(keep(malloc(1)));
	}

	memprof_stop();
	is("active when stopped", (unsigned long)memprof_active(), 0);
	base = memprof_live_bytes();
	p = keep(malloc(700));
	is("not recorded when stopped", memprof_live_bytes(), base);
	memprof_start();
	free(p);
	p = keep(malloc(800));
	is("recorded after the start", memprof_live_bytes() - base, 800);
	free(p);

	errno = 4711;
	memprof_mark("errno");
	is("errno", (unsigned long)errno, 4711);
	is("dump", (unsigned long)memprof_dump(dump), 0);
	is("dump over a file", (unsigned long)-memprof_dump(dump), 1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		ask(argv[1]);
		return wrong;
	}
	is("active without a recorder", (unsigned long)memprof_active(), 0);
	MEMPROF_REGION("nothing")
	{
		memprof_mark("nothing");
	}
	memprof_counter("nothing", 1);
	memprof_snapshot("nothing");
	is("live without a recorder", memprof_live_bytes(), 0);
	is("limit without a recorder", (unsigned long)memprof_limit_memory("0"), 0);
	is("dump without a recorder", (unsigned long)-memprof_dump("/nowhere"), 1);
	return wrong;
}
