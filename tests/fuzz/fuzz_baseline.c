/* SPDX-License-Identifier: MIT */
/*
 * fuzz_baseline.c - a baseline of leaks, held against a few rows whose functions are the lines
 * of the same text.  What is written for those rows is read again, and then all are known.
 */
#include "fuzz.h"
#include "model/symbols.h"
#include "reports/leak_baseline.h"
#include "reports/leak_rows.h"
#include "util/diag.h"
#include "util/sink.h"

#define ROWS 4
#define DEPTH 3

static struct frame frames[ROWS * DEPTH];
static const struct frame *stacks[ROWS][DEPTH];
static struct leak_row rows[ROWS];
static struct leak_rows all = { .v = rows };

/* Rows of functions that are lines of the text. */
static void make_rows(char *text)
{
	size_t n = 0;

	memset(frames, 0, sizeof(frames));
	for (char *line; n < ROWS * DEPTH && (line = strsep(&text, "\n")); n++) {
		frames[n].function = *line == '?' ? NULL : line;
		frames[n].module = *line == '?' && line[1] ? line + 1 : NULL;
	}
	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = (struct leak_row){
			.kind = i % 2 ? MP_DEFINITE : LEAK_UNCLASSIFIED,
			.count = 1 + i,
			.bytes = 100 * i,
			.frames = stacks[i],
			.n_frames = DEPTH,
		};
		for (size_t k = 0; k < DEPTH; k++)
			stacks[i][k] = &frames[i * DEPTH + k];
	}
	all.n = ROWS;
}

/* Names of bytes that JSON takes as they are. */
static int is_ascii(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] >= 0x7f || (data[i] < ' ' && data[i] != '\n'))
			return 0;
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct diag diag = DIAG_INIT;
	struct sink out;

	make_rows(text);
	leak_baseline_match(&all, fuzz_path(data, size), NULL, &diag);
	diag_release(&diag);
	sink_to_memory(&out);
	leak_baseline_write(&all, NULL, &out);
	fuzz_expect(leak_baseline_match(&all, fuzz_path((uint8_t *)out.buf.buf, out.buf.len), NULL,
					&diag) == 0);
	for (size_t i = 0; i < ROWS && is_ascii(data, size); i++)
		fuzz_expect(rows[i].known);
	sink_close(&out);
	diag_release(&diag);
	free(text);
	return 0;
}
