/* SPDX-License-Identifier: MIT */
/* reader.c - source, fast path and slow path put together, line by line. */
#include "trace/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/decode.h"
#include "trace/scan.h"
#include "trace/schema.h"
#include "trace/source.h"
#include "util/diag.h"
#include "util/xalloc.h"

#define NO_TIME SIZE_MAX

struct reader {
	struct source *source;
	char *path;
	struct diag *diag;
	bool strict;
	bool known;    /* a line of this format was met */
	bool hopeless; /* the first line is none of any format */
	struct scratch scratch;
	struct event event;
	struct reader_counts counts;
	size_t time_offset[MP_EVENTS]; /* of `t` in the event's struct */
};

int reader_open(struct reader **out, const char *path, unsigned int flags, struct diag *diag)
{
	struct source *source;
	int err = source_open(&source, path, diag);
	struct reader *reader;

	*out = NULL;
	if (err)
		return err;
	reader = xcalloc(1, sizeof(*reader));
	reader->source = source;
	reader->path = xstrdup(path);
	reader->diag = diag;
	reader->strict = flags & READER_STRICT;
	for (size_t e = 0; e < MP_EVENTS; e++) {
		reader->time_offset[e] = NO_TIME;
		for (size_t f = 0; f < wire_events[e].n_fields; f++)
			if (!strcmp(wire_events[e].fields[f].name, "t"))
				reader->time_offset[e] = wire_events[e].fields[f].offset;
	}
	*out = reader;
	return 0;
}

static void tell(struct reader *reader, enum diag_level level, const char *text)
{
	diag_add(reader->diag, level, reader->path, reader->counts.lines, "%s", text);
}

/* Returns true when reader->event holds the line. */
static bool slow_path(struct reader *reader, const char *line, size_t len, bool open)
{
	struct reader_counts *counts = &reader->counts;
	struct decode_context context = {
		.diag = reader->diag,
		.file = reader->path,
		.line = counts->lines,
		.strict = reader->strict,
	};
	enum decoded result;

	if (!line[strspn(line, " \t\r")] && strlen(line) == len) {
		if (reader->strict)
			tell(reader, DIAG_NOTE, "an empty line");
		return false;
	}
	/* half a line is not wrong, only cut: that is told by the caller */
	if (open)
		context.diag = NULL;
	result = decode_line(&reader->event, &reader->scratch, line, len, &context);
	if (open && result == DECODED_NOTHING) {
		counts->cut = true;
		return false;
	}
	if (open && (reader->strict || result == DECODED_PARTLY)) {
		context.diag = reader->diag;
		context.unknown_keys = 0;
		result = decode_line(&reader->event, &reader->scratch, line, len, &context);
	}
	counts->unknown_keys += context.unknown_keys;
	counts->unknown_events += result == DECODED_UNKNOWN;
	counts->bad_lines += result == DECODED_NOTHING || result == DECODED_PARTLY;
	reader->hopeless = result == DECODED_NOTHING && counts->lines == 1;
	return result == DECODED || (result == DECODED_PARTLY && reader->event.type == MP_header);
}

static void set_time(struct reader *reader)
{
	struct event *event = &reader->event;
	size_t offset = reader->time_offset[event->type];

	event->line = reader->counts.lines;
	event->has_time = offset != NO_TIME;
	event->t = 0;
	if (event->has_time)
		memcpy(&event->t, (const char *)&event->header_line + offset, sizeof(event->t));
}

static int at_end(struct reader *reader)
{
	if (source_cut(reader->source))
		reader->counts.cut = true;
	if (!reader->known)
		return diag_error(
			reader->diag, -EINVAL,
			reader->counts.cut
				? "'%s' has only a part of its first line: no trace is left in it"
				: "'%s' is not a memprof trace: no line of it is known",
			reader->path);
	if (reader->counts.cut)
		tell(reader, reader->strict ? DIAG_ERROR : DIAG_NOTE,
		     "the trace is cut here: its program was killed or still "
		     "runs; everything before is used");
	return 0;
}

int reader_next(struct reader *reader, const struct event **event)
{
	struct reader_counts *counts = &reader->counts;
	char *line;
	size_t len;

	*event = &reader->event;
	for (;;) {
		int got = source_line(reader->source, &line, &len);
		bool open = got == SOURCE_OPEN_LINE;

		counts->bytes = source_bytes(reader->source);
		if (got < 0)
			return got;
		if (got == SOURCE_END)
			return at_end(reader);
		counts->lines++;
		if (scan_line(&reader->event, &reader->scratch, line, len))
			counts->fast_lines++;
		else if (!slow_path(reader, line, len, open)) {
			if (reader->hopeless)
				return diag_error(reader->diag, -EINVAL,
						  "'%s' is not a memprof trace", reader->path);
			continue;
		}
		if (open && reader->strict)
			tell(reader, DIAG_NOTE, "the last line has no newline");
		reader->known = true;
		set_time(reader);
		return 1;
	}
}

const struct reader_counts *reader_counts(const struct reader *reader)
{
	return &reader->counts;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	source_close(reader->source);
	scratch_release(&reader->scratch);
	free(reader->path);
	free(reader);
}
