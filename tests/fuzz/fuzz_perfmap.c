/* SPDX-License-Identifier: MIT */
/*
 * fuzz_perfmap.c - a perf map, as the recorder and the drain of a dead process's state read it,
 * for a state whose stacks met code at a few addresses.  Each line that comes of it is read back.
 */
#include <memprof/encode.h>

#include "fuzz.h"
#include "trace/decode.h"
#include "trace/event.h"
#include "trace/source.h"
#include "util/diag.h"

/* Behind the decoder, whose model has some of its names. */
#include "../../preload/drain.h"

#define NODES 16

static struct {
	struct state s;
	struct node nodes[NODES] __attribute__((aligned(64)));
	uint16_t marks[NODES] __attribute__((aligned(64)));
} image;

static unsigned long lines;

/* Every whole line is a jit event. */
static int take(struct mp_out *out)
{
	static char line[65536 + SOURCE_PAD];
	struct scratch scratch = SCRATCH_INIT;
	struct diag diag = DIAG_INIT;
	struct decode_context context = { .diag = &diag, .file = "fuzz", .strict = true };
	struct event event;
	const char *at = out->buf, *end = out->buf + out->len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		fuzz_expect(stop != NULL);
		memcpy(line, at, (size_t)(stop - at));
		memset(line + (stop - at), 0, SOURCE_PAD);
		fuzz_expect(decode_line(&event, &scratch, line, (size_t)(stop - at), &context) ==
			    DECODED);
		lines++;
		at = stop + 1;
	}
	scratch_release(&scratch);
	diag_release(&diag);
	out->len = 0;
	return 0;
}

static void make_state(void)
{
	static const uint64_t met[] = { 0x1000, 0x1010, 0x7f0000001000, 0x7f0000001fff, 16, 1 };

	image.s.nodes = NODE_FIRST;
	image.s.regions[REGION_NODES].offset = offsetof(__typeof__(image), nodes);
	image.s.regions[REGION_MARKS].offset = offsetof(__typeof__(image), marks);
	for (size_t i = 0; i < sizeof(met) / sizeof(*met); i++) {
		image.nodes[image.s.nodes].frame = met[i];
		image.marks[image.s.nodes++] = 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char buf[65536];
	struct mp_out out = { .buf = buf, .cap = sizeof(buf), .flush = take };
	struct drain d = { .s = &image.s, .out = &out, .t = 7 };
	uint64_t scratch[NODES];
	size_t room;

	make_state();
	room = drain_jit_scratch(d.s);
	fuzz_expect(room > 0 && room <= sizeof(scratch));
	/* with less than it wants, it does what it can */
	drain_jit(&d, (const char *)data, size, scratch, size % 5 ? room : room / 2);
	take(&out);
	return 0;
}
