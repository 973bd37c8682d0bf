/* SPDX-License-Identifier: MIT */
/*
 * test_encode.c - what the recorder's encoder writes, the decoder reads: every
 * event of events.def, with empty, extreme, random and awkward contents.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "trace/decode.h"
#include "util/diag.h"
#include "wire.h"

enum { ROWS = 5, ROUNDS = 200 };

static uint64_t rows_room[ROWS * 64];

/* Encode, decode strictly, compare; returns what is wrong, or NULL. */
static const char *round_trip(const struct event *event, char **line)
{
	struct scratch scratch = SCRATCH_INIT;
	struct diag diag = DIAG_INIT;
	struct decode_context context = { .diag = &diag, .strict = true };
	struct event back;
	size_t len;
	const char *wrong = NULL;

	*line = wire_encode(event);
	len = strlen(*line);
	if (!len || (*line)[len - 1] != '\n' || strchr(*line, '\n') != *line + len - 1)
		return "newline";
	(*line)[--len] = '\0';
	if (decode_line(&back, &scratch, *line, len, &context) != DECODED || diag.n)
		wrong = "decoding";
	else
		wrong = wire_difference(event, &back);
	scratch_release(&scratch);
	diag_release(&diag);
	return wrong;
}

static void try_all(enum wire_values values, size_t n_rows, int rounds)
{
	struct wire_filler filler = { .values = values, .state = 88172645463325252 };

	for (int round = 0; round < rounds; round++)
		for (unsigned int type = 0; type < MP_EVENTS; type++) {
			struct event event;
			const char *wrong;
			char *line;

			wire_fill(&filler, (enum mp_event)type, &event, rows_room, n_rows);
			wrong = round_trip(&event, &line);
			cr_expect_null(wrong, "%s: '%s' in %s", wire_events[type].name, wrong,
				       line);
			free(line);
		}
}

Test(encode, nothing_in_it)
{
	try_all(WIRE_ZERO, 0, 1);
	try_all(WIRE_ZERO, ROWS, 1);
}

Test(encode, limits)
{
	try_all(WIRE_LIMIT, ROWS, 1);
}

Test(encode, random_and_awkward)
{
	try_all(WIRE_RANDOM, ROWS, ROUNDS);
}

Test(encode, optional_fields_are_left_out_when_empty)
{
	struct wire_filler filler = { .values = WIRE_ZERO, .state = 1 };

	for (unsigned int type = 0; type < MP_EVENTS; type++) {
		struct event event;
		char *line, key[64];

		wire_fill(&filler, (enum mp_event)type, &event, rows_room, 0);
		line = wire_encode(&event);
		for (size_t f = 0; f < wire_events[type].n_fields; f++) {
			const struct wire_field *field = &wire_events[type].fields[f];

			snprintf(key, sizeof(key), ",\"%s\":", field->name);
			cr_expect_eq(strstr(line, key) != NULL, field->presence != FIELD_OPTIONAL,
				     "%s in %s", field->name, line);
		}
		free(line);
	}
}

/* A number past 2^53 - 1 is written as that, and no more. */
Test(encode, numbers_saturate)
{
	struct event event = {
		.type = MP_fork,
		.fork_line = { .t = UINT64_MAX, .tid = MP_NUMBER_MAX + 1, .child = MP_NUMBER_MAX }
	};
	char *line = wire_encode(&event);

	cr_expect_str_eq(line, "{\"type\":\"fork\",\"t\":9007199254740991,"
			       "\"tid\":9007199254740991,\"child\":9007199254740991}\n");
	free(line);
	event = (struct event){ .type = MP_footer,
				.footer_line = { .status = INT64_MIN, .reason = NULL } };
	line = wire_encode(&event);
	cr_expect(strstr(line, "\"reason\":\"\",\"status\":-9007199254740991,"), "%s", line);
	free(line);
}

/* Nine digits, never more than a double holds, always a number. */
Test(encode, reals)
{
	static const struct {
		double value;
		const char *written;
	} reals[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 1, "1" },
		{ -2.5, "-2.5" },
		{ 100, "100" },
		{ 0.1, "0.1" },
		{ 0.00001234, "0.00001234" },
		{ 0.000001234, "1.234e-6" },
		{ 123456789, "123456789" },
		{ 1234567894, "1234567890" },
		{ 999999999.7, "1000000000" },
		{ 99999999999999, "100000000000000" },
		{ 1e15, "1e15" },
		{ 3.14159265358979, "3.14159265" },
		{ 1e-300, "1e-300" },
		{ 5e-324, "4.94065646e-324" },
		{ 1e300 * 1e300, "1.79769313e308" },
		{ -1e300 * 1e300, "-1.79769313e308" },
		{ __builtin_nan(""), "0" },
	};

	for (size_t i = 0; i < sizeof(reals) / sizeof(*reals); i++) {
		struct event event = { .type = MP_counter,
				       .counter_line = { .value = reals[i].value, .name = "" } };
		char *line = wire_encode(&event), want[64];

		snprintf(want, sizeof(want), ",\"value\":%s}", reals[i].written);
		cr_expect(strstr(line, want), "%s in %s", want, line);
		free(line);
	}
}

/* Whatever bytes the program names things with, the line is UTF-8. */
Test(encode, bytes_that_are_not_utf_8)
{
	static const struct {
		const char *given, *read;
	} names[] = {
		{ "\xff", "\xef\xbf\xbd" },
		{ "a\xc3", "a\xef\xbf\xbd" },
		{ "\xc3(", "\xef\xbf\xbd(" },
		{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82\xac\xac", "\xe2\x82\xac\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct event event = { .type = MP_thread,
				       .thread_line = { .name = names[i].read } };
		struct event given = { .type = MP_thread,
				       .thread_line = { .name = names[i].given } };
		struct scratch scratch = SCRATCH_INIT;
		struct decode_context context = { .strict = true };
		char *line = wire_encode(&given);
		struct event back;

		line[strlen(line) - 1] = '\0';
		cr_assert_eq(decode_line(&back, &scratch, line, strlen(line), &context), DECODED);
		cr_expect_null(wire_difference(&event, &back), "case %zu: %s", i, line);
		free(line);
		scratch_release(&scratch);
	}
}

/* A sink that fails keeps its error and harms nothing. */
static int full(struct mp_out *out)
{
	(void)out;
	return -28;
}

Test(encode, a_full_disk_sticks)
{
	char buf[MP_PIECE + 8];
	struct mp_out out = { .buf = buf, .cap = sizeof(buf), .flush = full };
	struct mp_thread line = { .tid = 1, .t = 2, .name = wire_strings[WIRE_STRINGS - 1] };

	for (int i = 0; i < 100; i++)
		mp_encode_thread(&out, &line);
	cr_expect_eq(out.error, -28);
	cr_expect_leq(out.len, out.cap);
}
