/* SPDX-License-Identifier: MIT */
/*
 * fuzz_line.c - one line of a trace through the fast scanner and through the tolerant decoder:
 * where both read it, they read the same.
 */
#include "fuzz.h"
#include "trace/decode.h"
#include "trace/scan.h"
#include "trace/schema.h"
#include "trace/source.h"
#include "util/diag.h"

/* Both structs of an event hold the same values. */
static int same(const struct event *a, const struct event *b)
{
	const struct wire_event *wire = &wire_events[a->type];
	const char *x = (const char *)&a->header_line, *y = (const char *)&b->header_line;

	if (a->type != b->type || a->has_time != b->has_time || a->t != b->t)
		return 0;
	for (size_t f = 0; f < wire->n_fields; f++) {
		size_t at = wire->fields[f].offset;

		if (wire->fields[f].presence == FIELD_ROWS)
			continue;
		if (wire->fields[f].wire == WIRE_str) {
			if (strcmp(*(char *const *)(x + at), *(char *const *)(y + at)) != 0)
				return 0;
		} else if (wire->fields[f].wire != WIRE_strs && memcmp(x + at, y + at, 8) != 0) {
			return 0;
		}
	}
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scratch scratch[2] = { SCRATCH_INIT, SCRATCH_INIT };
	struct diag diag = DIAG_INIT;
	struct decode_context context = { .diag = &diag, .file = "fuzz", .line = 1 };
	static struct event fast, slow;
	char *line = calloc(1, size + SOURCE_PAD + 1);
	enum decoded decoded;

	if (!line)
		exit(77);
	memcpy(line, data, size);
	/* a line holds no NUL and no newline */
	size = strcspn(line, "\n");
	line[size] = '\0';
	memset(&fast, 0, sizeof(fast));
	memset(&slow, 0, sizeof(slow));
	if (scan_line(&fast, &scratch[0], line, size)) {
		decoded = decode_line(&slow, &scratch[1], line, size, &context);
		fuzz_expect(decoded == DECODED && same(&fast, &slow));
	} else {
		context.strict = size & 1;
		decode_line(&slow, &scratch[1], line, size, &context);
	}
	scratch_release(&scratch[0]);
	scratch_release(&scratch[1]);
	diag_release(&diag);
	free(line);
	return 0;
}
