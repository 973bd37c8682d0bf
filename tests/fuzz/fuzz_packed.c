/* SPDX-License-Identifier: MIT */
/*
 * fuzz_packed.c - a text, packed with gzip or zstd in one piece or two, then cut or with a byte
 * changed as the first bytes of the input say.  Lines come out as they went in, up to where
 * the damage is; what is whole comes out whole.
 */
#include <stdbool.h>
#include <zlib.h>
#include <zstd.h>

#include "fuzz.h"
#include "trace/source.h"
#include "util/diag.h"

#define CONTROL 4
#define MAGIC 4
#define ROOM (1UL << 17)

static volatile unsigned long padding;

/* One piece behind what is in `out` already. */
static size_t pack(uint8_t *out, size_t len, const uint8_t *text, size_t size, bool gzip)
{
	z_stream z = { .next_in = (uint8_t *)text, .avail_in = (unsigned int)size };
	size_t n;

	if (!gzip) {
		n = ZSTD_compress(out + len, ROOM - len, text, size, 1);
		fuzz_expect(!ZSTD_isError(n));
		return len + n;
	}
	z.next_out = out + len;
	z.avail_out = (unsigned int)(ROOM - len);
	fuzz_expect(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
		    deflate(&z, Z_FINISH) == Z_STREAM_END);
	len += z.total_out;
	deflateEnd(&z);
	return len;
}

/* Lines of the file are those of the text.  Returns how many bytes of it came. */
static size_t unpack(const uint8_t *packed, size_t len, const uint8_t *text, size_t size,
		     bool damaged, bool *cut)
{
	struct source *source;
	struct diag diag = DIAG_INIT;
	size_t got = 0, n;
	int kind = SOURCE_END;
	char *line;

	if (!source_open(&source, fuzz_path(packed, len), &diag)) {
		while ((kind = source_line(source, &line, &n)) > 0) {
			/* a changed byte may come through where there is no checksum */
			if (!damaged)
				fuzz_expect(n <= size - got && !memcmp(line, text + got, n));
			/* what may be read behind a line */
			for (size_t i = 0; i < SOURCE_PAD; i++)
				padding += (unsigned char)line[n + i];
			fuzz_expect(!line[n]);
			got += n + (kind == SOURCE_LINE);
		}
		*cut = source_cut(source) || kind < 0;
		source_close(source);
	} else {
		*cut = true;
	}
	diag_release(&diag);
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t packed[ROOM];
	size_t len, half, at, got;
	bool gzip, cut;

	if (size < CONTROL + 1 || size > ROOM / 2)
		return 0;
	gzip = data[0] & 1;
	at = data[2] | (size_t)data[3] << 8;
	half = data[0] & 2 ? (size - CONTROL) / 2 : 0;
	len = half ? pack(packed, 0, data + CONTROL, half, gzip) : 0;
	len = pack(packed, len, data + CONTROL + half, size - CONTROL - half, gzip);
	got = unpack(packed, len, data + CONTROL, size - CONTROL, false, &cut);
	/* with a NUL it is binary, and it may be a program */
	if (!memchr(data + CONTROL, 0, size - CONTROL) && data[CONTROL] != 0x7f)
		fuzz_expect(got == size - CONTROL && !cut);
	if (data[0] & 4) {
		packed[at % len] ^= data[1] ? data[1] : 1;
		unpack(packed, len, data + CONTROL, size - CONTROL, true, &cut);
	} else if (at % len >= MAGIC) {
		got = unpack(packed, at % len, data + CONTROL, size - CONTROL, false, &cut);
		fuzz_expect(got <= size - CONTROL);
	} else {
		/* cut within the mark it is known by, it is a short text */
		unpack(packed, at % len, data + CONTROL, size - CONTROL, true, &cut);
	}
	return 0;
}
