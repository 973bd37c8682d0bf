/* SPDX-License-Identifier: MIT */
/* fuzz_point.c - TRACE@POINT: what is read is written as something that reads the same. */
#include "fuzz.h"
#include "model/point.h"
#include "util/diag.h"
#include "util/strbuf.h"

static int same(const struct point *a, const struct point *b)
{
	if (a->kind != b->kind || !a->from != !b->from || !a->name != !b->name)
		return 0;
	if (a->kind == POINT_TIME && a->time != b->time)
		return 0;
	if (a->name && strcmp(a->name, b->name) != 0)
		return 0;
	return !a->from || same(a->from, b->from);
}

/* A name with quotes of both kinds has no form that reads as it. */
static int has_both_quotes(const struct point *point)
{
	if (point->name && strchr(point->name, '\'') && strchr(point->name, '"'))
		return 1;
	return point->from && has_both_quotes(point->from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *path = NULL;
	struct point point, again = { .kind = POINT_END };
	struct strbuf out = STRBUF_INIT;
	struct diag diag = DIAG_INIT;

	if (!point_parse(text, &point, &diag)) {
		point_format(&point, &out);
		if (!has_both_quotes(&point)) {
			fuzz_expect(!point_parse(out.buf, &again, NULL));
			fuzz_expect(same(&point, &again));
		}
	}
	point_release(&point);
	point_release(&again);
	if (!point_split(text, &path, &point, &diag))
		fuzz_expect(path != NULL && strlen(path) <= size);
	point_release(&point);
	free(path);
	strbuf_release(&out);
	diag_release(&diag);
	free(text);
	return 0;
}
