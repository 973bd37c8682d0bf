/* SPDX-License-Identifier: MIT */
/*
 * test_source.c - the same lines out of plain, gzip and zstd files, whole, cut
 * and damaged, however they are named and however slowly they come.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "folder.h"
#include "trace/source.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

TestSuite(source, .init = folder_enter, .fini = folder_remove);

static void put_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

/* One gzip member. */
static void add_gzip(struct strbuf *out, const char *text, size_t len)
{
	z_stream z = { .next_in = (Bytef *)text, .avail_in = (uInt)len };

	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	strbuf_grow(out, deflateBound(&z, len));
	z.next_out = (Bytef *)out->buf + out->len;
	z.avail_out = (uInt)(out->alloc - out->len - 1);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	strbuf_setlen(out, out->len + z.total_out);
	deflateEnd(&z);
}

/* One zstd frame. */
static void add_zstd(struct strbuf *out, const char *text, size_t len)
{
	size_t bound = ZSTD_compressBound(len), n;

	strbuf_grow(out, bound);
	n = ZSTD_compress(out->buf + out->len, bound, text, len, 3);
	cr_assert(!ZSTD_isError(n));
	strbuf_setlen(out, out->len + n);
}

/* All text of a source, lines ended by '|', an open last one by '$'. */
static struct strbuf read_all(const char *path, struct diag *diag, bool *cut)
{
	struct strbuf text = STRBUF_INIT;
	struct source *source;
	char *line;
	size_t len;
	int got;

	cr_assert_eq(source_open(&source, path, diag), 0, "%s", path);
	while ((got = source_line(source, &line, &len)) > 0) {
		cr_expect_eq(line[len], '\0');
		strbuf_add(&text, line, len);
		strbuf_addch(&text, got == SOURCE_OPEN_LINE ? '$' : '|');
	}
	cr_expect_eq(got, SOURCE_END);
	*cut = source_cut(source);
	source_close(source);
	return text;
}

static void expect_text(const char *path, const char *want, bool want_cut)
{
	struct diag diag = DIAG_INIT;
	bool cut;
	struct strbuf text = read_all(path, &diag, &cut);

	cr_expect_str_eq(text.buf, want, "%s", path);
	cr_expect_eq(cut, want_cut, "%s", path);
	strbuf_release(&text);
	diag_release(&diag);
}

Test(source, plain)
{
	put_file("a", "{}\n[]\n\n{\"x\":1}", 14);
	expect_text("a", "{}|[]||{\"x\":1}$", false);
	put_file("b", "\n", 1);
	expect_text("b", "|", false);
	put_file("c", "x", 1);
	expect_text("c", "x$", false);
}

/* By what is in it: names do not count. */
Test(source, packed)
{
	struct strbuf gz = STRBUF_INIT, zst = STRBUF_INIT;

	add_gzip(&gz, "one\ntwo\n", 8);
	add_zstd(&zst, "one\ntwo\n", 8);
	put_file("a.zst", gz.buf, gz.len);
	put_file("a.jsonl", zst.buf, zst.len);
	put_file("a.gz", "one\ntwo\n", 8);
	expect_text("a.zst", "one|two|", false);
	expect_text("a.jsonl", "one|two|", false);
	expect_text("a.gz", "one|two|", false);

	/* appended to, in the middle of a line */
	add_gzip(&gz, "thr", 3);
	add_gzip(&gz, "", 0);
	add_gzip(&gz, "ee\n", 3);
	add_zstd(&zst, "thr", 3);
	add_zstd(&zst, "", 0);
	add_zstd(&zst, "ee\n", 3);
	put_file("b", gz.buf, gz.len);
	put_file("c", zst.buf, zst.len);
	expect_text("b", "one|two|three|", false);
	expect_text("c", "one|two|three|", false);
	strbuf_release(&gz);
	strbuf_release(&zst);
}

/* Numbered lines, so that a missing or doubled byte shows. */
static struct strbuf many_lines(size_t n)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%zu %zx\n", i, i * 2654435761u);
	return text;
}

static struct strbuf with_bars(const struct strbuf *text)
{
	struct strbuf bars = STRBUF_INIT;

	strbuf_addbuf(&bars, text);
	for (size_t i = 0; i < bars.len; i++)
		if (bars.buf[i] == '\n')
			bars.buf[i] = '|';
	return bars;
}

/* Every length of what is left of packed data: a beginning of the text, never a crash. */
static void cut_everywhere(const struct strbuf *packed, const struct strbuf *text)
{
	struct strbuf bars = with_bars(text);

	for (size_t len = 4; len < packed->len; len += 1 + packed->len / 100) {
		struct diag diag = DIAG_INIT;
		struct source *source;
		char *line;
		size_t n, at = 0;
		int err;

		put_file("cut", packed->buf, len);
		err = source_open(&source, "cut", &diag);
		if (err) {
			/* too little for a single byte of text */
			cr_expect_eq(err, -EINVAL);
			cr_expect_eq(diag.seen[DIAG_ERROR], 1);
		} else {
			while (source_line(source, &line, &n) > 0) {
				cr_expect_eq(memcmp(line, bars.buf + at, n), 0);
				at += n + 1;
			}
			cr_expect(source_cut(source), "%zu of %zu", len, packed->len);
			source_close(source);
		}
		diag_release(&diag);
	}
	strbuf_release(&bars);
}

Test(source, cut_packed)
{
	struct strbuf text = many_lines(3000), gz = STRBUF_INIT, zst = STRBUF_INIT;

	add_gzip(&gz, text.buf, text.len);
	add_zstd(&zst, text.buf, text.len);
	cut_everywhere(&gz, &text);
	cut_everywhere(&zst, &text);
	strbuf_release(&text);
	strbuf_release(&gz);
	strbuf_release(&zst);
}

Test(source, damaged_packed)
{
	struct strbuf text = many_lines(200000), gz = STRBUF_INIT;
	struct diag diag = DIAG_INIT;
	struct strbuf found;
	bool cut;

	add_gzip(&gz, text.buf, text.len);
	memset(gz.buf + gz.len / 2, 0xff, 100);
	put_file("damaged", gz.buf, gz.len);
	found = read_all("damaged", &diag, &cut);
	cr_expect(cut);
	cr_expect_eq(diag.seen[DIAG_WARNING], 1);
	cr_expect_gt(found.len, text.len / 4, "what was good is lost");
	cr_expect_lt(found.len, text.len);
	strbuf_release(&found);
	strbuf_release(&text);
	strbuf_release(&gz);
	diag_release(&diag);
}

/* Longer than any buffer, in each packing. */
Test(source, long_lines)
{
	struct strbuf text = STRBUF_INIT, want = STRBUF_INIT, gz = STRBUF_INIT, zst = STRBUF_INIT;

	strbuf_addstr(&text, "short\n");
	strbuf_addchars(&text, 'x', 5000000);
	strbuf_addstr(&text, "\nshort\n");
	strbuf_addchars(&text, 'y', 1048576);
	want = with_bars(&text);
	strbuf_addch(&want, '$');
	add_gzip(&gz, text.buf, text.len);
	add_zstd(&zst, text.buf, text.len);
	put_file("plain", text.buf, text.len);
	put_file("gz", gz.buf, gz.len);
	put_file("zst", zst.buf, zst.len);
	expect_text("plain", want.buf, false);
	expect_text("gz", want.buf, false);
	expect_text("zst", want.buf, false);
	strbuf_release(&text);
	strbuf_release(&want);
	strbuf_release(&gz);
	strbuf_release(&zst);
}

/* A pipe that gives a byte at a time, as standard input. */
static void feed_stdin(const char *data, size_t len)
{
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	if (fork() == 0) {
		close(ends[0]);
		for (size_t i = 0; i < len; i++)
			if (write(ends[1], data + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
}

Test(source, slow_pipe)
{
	struct strbuf text = many_lines(500), want = with_bars(&text), gz = STRBUF_INIT;

	feed_stdin(text.buf, text.len);
	expect_text("-", want.buf, false);
	add_gzip(&gz, text.buf, text.len);
	feed_stdin(gz.buf, gz.len);
	expect_text("-", want.buf, false);
	strbuf_release(&text);
	strbuf_release(&want);
	strbuf_release(&gz);
}

Test(source, refused)
{
	static const struct {
		const char *path;
		int err;
		const char *text;
	} rows[] = {
		{ "absent", -ENOENT, "cannot open 'absent': No such file or directory" },
		{ "folder", -EISDIR, "'folder' is a directory: name a trace in it" },
		{ "empty", -EINVAL, "'empty' is empty: nothing was recorded into it" },
		{ "elf", -EINVAL,
		  "'elf' is a program or library, not a trace: record one with "
		  "'memprof run'" },
		{ "nul", -EINVAL, "'nul' is a binary file, not a memprof trace" },
		{ "gz", -EINVAL, "'gz' ends before its first line: no trace is left in it" },
	};

	cr_assert_eq(mkdir("folder", 0700), 0);
	put_file("empty", "", 0);
	put_file("elf",
		 "\x7f"
		 "ELF\x02\x01",
		 6);
	put_file("nul", "text\0text", 9);
	put_file("gz", "\x1f\x8b\x08\0", 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct diag diag = DIAG_INIT;
		struct source *source;

		cr_expect_eq(source_open(&source, rows[i].path, &diag), rows[i].err, "%s",
			     rows[i].path);
		cr_expect_null(source);
		cr_assert_eq(diag.n, 1);
		cr_expect_str_eq(diag.messages[0].text, rows[i].text);
		diag_release(&diag);
	}
}
