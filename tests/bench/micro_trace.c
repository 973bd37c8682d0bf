/* SPDX-License-Identifier: MIT */
/*
 * micro_trace.c - a trace read: hot rows as the recorder writes them, stack lines,
 * and the whole model built from both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <memprof/encode.h>

#include "bench.h"
#include "micro.h"
#include "model/model.h"
#include "trace/reader.h"
#include "util/diag.h"

#define SITES 20000
#define ROWS 256

static char dir[] = "/tmp/memprof-bench-XXXXXX";
static char path[sizeof(dir) + 16];
static uint64_t written, wanted;

struct file_out {
	struct mp_out out;
	FILE *file;
};

static int flush(struct mp_out *out)
{
	struct file_out *f = (struct file_out *)out;

	written += out->len;
	if (fwrite(out->buf, 1, out->len, f->file) != out->len)
		return -EIO;
	out->len = 0;
	return 0;
}

static void put_header(struct mp_out *out)
{
	mp_encode_header(out, &(struct mp_header){ .format = 1, .exe = "/bin/true", .pid = 1 });
	mp_encode_module(out, &(struct mp_module){ .id = 1,
						   .path = "/bin/true",
						   .bias = 0x555500000000,
						   .start = 0x555500000000,
						   .end = 0x555500100000 });
}

static void put_stacks(struct mp_out *out, uint64_t first, uint64_t n)
{
	for (uint64_t id = first; id < first + n; id++)
		mp_encode_stack(out, &(struct mp_stack){ .id = id,
							 .parent = id * 31 % first,
							 .module = 1,
							 .offset = id * 16 });
}

static void put_rows(struct mp_out *out, uint64_t t, uint64_t *totals)
{
	mp_open_delta(out, &(struct mp_delta){ .t = t, .tid = 1 });
	for (uint64_t i = 0; i < ROWS; i++) {
		uint64_t site = (t / 1000 * ROWS + i) * 7919 % SITES;
		uint64_t n = totals[site] += 1 + (t + i) % 99;

		if (i)
			mp_put_char(out, ',');
		mp_put_row_site(out, &(struct mp_row_site){ .stack = 3 + site,
							    .kind = MP_HEAP,
							    .allocs = n,
							    .bytes = n * 48,
							    .frees = n - n / 8,
							    .freed = (n - n / 8) * 48,
							    .temp0 = n / 3,
							    .temp1 = n / 5 });
	}
	mp_close_rows(out);
}

/* A trace of about `bytes`: rows, or else stack lines. */
static void make(uint64_t bytes, bool rows)
{
	static uint64_t totals[SITES];
	static char buffer[1 << 16];
	struct file_out f = { { buffer, 0, sizeof(buffer), flush, 0 }, fopen(path, "w") };
	uint64_t id = 3, t = 0;

	if (!f.file)
		micro_die("no file can be made in /tmp");
	memset(totals, 0, sizeof(totals));
	written = 0;
	put_header(&f.out);
	if (rows)
		put_stacks(&f.out, 3, SITES);
	while (written < bytes && !f.out.error) {
		if (rows) {
			put_rows(&f.out, t += 1000, totals);
		} else {
			put_stacks(&f.out, id, ROWS);
			id += ROWS;
		}
	}
	if (flush(&f.out) || f.out.error || fclose(f.file))
		micro_die("the trace could not be written");
}

static void prepare_file(uint64_t bytes, bool rows)
{
	static bool last_rows;

	if (wanted == bytes && last_rows == rows)
		return;
	wanted = bytes;
	last_rows = rows;
	make(bytes, rows);
}

static void prepare_rows(uint64_t bytes)
{
	prepare_file(bytes, true);
}

static void prepare_stacks(uint64_t bytes)
{
	prepare_file(bytes, false);
}

static void read_all(uint64_t bytes)
{
	struct diag diag = DIAG_INIT;
	const struct event *event;
	struct reader *reader;
	int more;

	if (reader_open(&reader, path, 0, &diag))
		micro_die("the trace cannot be opened");
	while ((more = reader_next(reader, &event)) > 0)
		;
	if (more < 0 || diag.seen[DIAG_ERROR] || reader_counts(reader)->bytes < bytes ||
	    reader_counts(reader)->fast_lines + 10 < reader_counts(reader)->lines)
		micro_die("the trace was not read the fast way");
	reader_close(reader);
	diag_release(&diag);
}

static void build_model(uint64_t bytes)
{
	static const struct point end = { .kind = POINT_END };
	struct diag diag = DIAG_INIT;
	struct model model;

	(void)bytes;
	if (model_load(&model, path, &end, &diag) || model.n_sites != SITES)
		micro_die("the model is not that of the trace");
	model_release(&model);
	diag_release(&diag);
}

int main(int argc, char **argv)
{
	static const struct micro_case cases[] = {
		{ "read-rows", "MB/s", 64 << 20, 4 << 20, prepare_rows, read_all },
		{ "read-stacks", "MB/s", 32 << 20, 2 << 20, prepare_stacks, read_all },
		{ "model-rows", "MB/s", 64 << 20, 4 << 20, prepare_rows, build_model },
		{ .name = NULL },
	};
	int status;

	if (!mkdtemp(dir))
		micro_die("no folder can be made in /tmp");
	snprintf(path, sizeof(path), "%s/trace.jsonl", dir);
	status = micro_main(argc, argv, cases);
	unlink(path);
	rmdir(dir);
	return status;
}
