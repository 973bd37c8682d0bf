/* SPDX-License-Identifier: MIT */
/*
 * fuzz_state.c - a state file: read, mended and drained.  States are sparse: the input is what
 * is in them, as parts of a 32-bit number of 64 bytes to be skipped from the start, a 16-bit
 * length and so many bytes.  scripts/fuzz-state makes that of a state.
 */
#include <memprof/encode.h>
#include <memprof/statefile.h>

#include "fuzz.h"
#include "../../preload/state.h"

#define MOST (1UL << 20)
#define UNIT 64UL
#define SPARSE_MAX (16UL << 30)

static char *text;
static size_t text_len, text_alloc;

static int keep(struct mp_out *out)
{
	if (text_len + out->len > text_alloc) {
		text_alloc = 2 * (text_len + out->len);
		text = realloc(text, text_alloc);
		if (!text)
			exit(77);
	}
	memcpy(text + text_len, out->buf, out->len);
	text_len += out->len;
	out->len = 0;
	return text_len > (64UL << 20) ? -1 : 0;
}

/* A state of another version is refused at once: then nothing is tested. */
static unsigned long drained;

__attribute__((destructor)) static void tell(void)
{
	fprintf(stderr, "%lu states drained\n", drained);
}

/* Write the parts; behind them there is nothing. */
static void put_parts(int fd, const uint8_t *data, size_t size)
{
	struct state header = { 0 };

	while (size > 6) {
		uint32_t at;
		uint16_t n;

		memcpy(&at, data, 4);
		memcpy(&n, data + 4, 2);
		data += 6;
		size -= 6;
		n = n < size ? n : (uint16_t)size;
		if (pwrite(fd, data, n, (off_t)(at * UNIT)) != (ssize_t)n)
			exit(77);
		data += n;
		size -= n;
	}
	/* a file of another size is refused at once */
	if (pread(fd, &header, sizeof(header), 0) < 0 || header.file_size > SPARSE_MAX ||
	    ftruncate(fd, (off_t)header.file_size) != 0)
		return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char buf[65536];
	struct mp_out out = { .buf = buf, .cap = sizeof(buf), .flush = keep };
	struct mp_state *state;
	int fd;

	if (size > MOST)
		return 0;
	fd = fuzz_file(data, 0);
	put_parts(fd, data, size);
	text_len = 0;
	if (mp_state_read(&state, fd))
		return 0;
	mp_state_drain(state, &out, "killed", size & 1);
	mp_state_free(state);
	drained++;
	return 0;
}
