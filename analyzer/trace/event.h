/* SPDX-License-Identifier: MIT */
/*
 * event.h - one decoded line, and the memory its strings and rows live in.
 */
#ifndef ANALYZER_TRACE_EVENT_H
#define ANALYZER_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <memprof/trace.h>

/* A decoded line: `type` says which member holds.  Strings are never NULL. */
struct event {
	enum mp_event type;
	uint64_t line; /* counted from 1 */
	bool has_time;
	uint64_t t; /* of lines that have one, whatever their type */
	union {
#define EVENT(event, doc) struct mp_##event event##_line;
#include <memprof/events.def>
	};
};

/*
 * Where strings and rows of the current line are kept; they hold until the
 * next line is decoded into the same scratch.
 */
struct scratch {
	char *text;
	size_t text_len, text_alloc;
	void *rows;
	size_t rows_alloc; /* in bytes */
	void **lists;	   /* arrays of string lists */
	size_t n_lists, lists_alloc;
};

#define SCRATCH_INIT         \
	{                    \
		.text = NULL \
	}

/*
 * Forget the last line; at least `text` bytes of strings can be added then
 * without moving those that are there.
 */
void scratch_reset(struct scratch *scratch, size_t text);

/* A copy of `len` bytes with a NUL behind; room was made by scratch_reset(). */
char *scratch_text(struct scratch *scratch, const char *text, size_t len);

/* Room for `n` rows of `size` bytes: the old contents are kept, the address may change. */
void *scratch_rows(struct scratch *scratch, size_t n, size_t size);

/* An array for a list of `n` strings. */
const char **scratch_list(struct scratch *scratch, size_t n);

void scratch_release(struct scratch *scratch);

/*
 * Give the struct of an event copies of its own of all strings, and free them
 * again; rows stay borrowed.  `line` points to the struct mp_<event>.
 */
void event_own(enum mp_event type, void *line);
void event_disown(enum mp_event type, void *line);

#endif
