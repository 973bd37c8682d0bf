/* SPDX-License-Identifier: MIT */
/* test_leak_baseline.c - leaks that are known: what is written is read again, and what is no
 * baseline is refused. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reports/leak_baseline.h"
#include "reports/leak_rows.h"
#include "util/diag.h"
#include "util/sink.h"

static const struct frame inner = { .function = "make_key", .module = "/lib/libkey.so" };
static const struct frame outer = { .module = "/bin/a \"b\"\n" };
static const struct frame *stack[] = { &inner, &outer };

/* One row of `count` blocks. */
static struct leak_row row_of(uint64_t count)
{
	return (struct leak_row){
		.kind = MP_DEFINITE, .count = count, .bytes = 10, .frames = stack, .n_frames = 2
	};
}

/* 0 or -errno of a baseline of that text; *known says whether it has 3 of such blocks. */
static int match(const char *text, bool *known)
{
	int fd = memfd_create("baseline", 0);
	struct leak_row row = row_of(3);
	struct leak_rows rows = { .v = &row, .n = 1 };
	struct diag diag = DIAG_INIT;
	char path[64];
	int err;

	cr_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = leak_baseline_match(&rows, path, NULL, &diag);
	cr_expect_eq(diag.n, err ? 1 : 0);
	*known = row.known;
	diag_release(&diag);
	close(fd);
	return err;
}

Test(leak_baseline, made)
{
	struct leak_row row = row_of(3);
	struct leak_rows rows = { .v = &row, .n = 1 };
	struct sink out;
	bool known;

	sink_to_memory(&out);
	leak_baseline_write(&rows, NULL, &out);
	cr_expect_eq(match(out.buf.buf, &known), 0, "%s", out.buf.buf);
	cr_expect(known, "%s", out.buf.buf);
	sink_close(&out);
	/* one block more than there were */
	row = row_of(2);
	sink_to_memory(&out);
	leak_baseline_write(&rows, NULL, &out);
	cr_expect_eq(match(out.buf.buf, &known), 0);
	cr_expect(!known);
	sink_close(&out);
}

#define STACK "\"stack\":\"make_key < a \\\"b\\\"\\n\""

Test(leak_baseline, counts)
{
	static const struct {
		const char *text;
		int err;
		bool known;
	} cases[] = {
		{ "{\"count\":3," STACK "}\n", 0, true },
		{ "{\"count\":1," STACK "}\n\n{\"count\":2," STACK "}", 0, true },
		{ "{\"count\":2," STACK "}\n", 0, false },
		{ "{\"count\":0," STACK "}\n", 0, false },
		/* more than there is room for are as many as there is room for */
		{ "{\"count\":18446744073709551615," STACK "}\n", 0, true },
		{ "{\"count\":18446744073709551615," STACK "}\n{\"count\":2," STACK "}", 0, true },
		{ "{\"count\":1e300," STACK "}\n", 0, true },
		{ "{\"count\":-1," STACK "}\n", -EINVAL, false },
		{ "{\"count\":-1e300," STACK "}\n", -EINVAL, false },
		{ "{\"count\":\"3\"," STACK "}\n", -EINVAL, false },
		{ "{\"count\":3}\n", -EINVAL, false },
		{ "[]\n", -EINVAL, false },
		{ "{\n", -EINVAL, false },
	};
	bool known;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_expect_eq(match(cases[i].text, &known), cases[i].err, "%s", cases[i].text);
		cr_expect_eq(cases[i].err ? cases[i].known : known, cases[i].known, "%s",
			     cases[i].text);
	}
}
