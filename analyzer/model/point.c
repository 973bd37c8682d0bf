/* SPDX-License-Identifier: MIT */
/* point.c - the grammar of points.  Knows nothing of what a trace holds. */
#include "model/point.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define NS_PER_S UINT64_C(1000000000)
#define SECONDS_MAX (UINT64_MAX / NS_PER_S - 1)

static const struct {
	const char *word;
	enum point_kind kind;
} words[] = {
	{ "end", POINT_END },
	{ "peak", POINT_PEAK },
	{ "start", POINT_START },
};

/* "12", "12.5" or ".5" followed by "s"; digits past the nanosecond are dropped. */
static bool parse_time(const char *text, uint64_t *ns)
{
	uint64_t whole = 0, part = 0, unit = NS_PER_S;
	bool digits = false;

	for (; *text >= '0' && *text <= '9'; text++) {
		whole = whole > SECONDS_MAX ? whole : whole * 10 + (uint64_t)(*text - '0');
		digits = true;
	}
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++) {
			unit /= 10;
			part += (uint64_t)(*text - '0') * unit;
			digits = true;
		}
	if (!digits || strcmp(text, "s"))
		return false;
	*ns = whole > SECONDS_MAX ? UINT64_MAX : whole * NS_PER_S + part;
	return true;
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

int point_parse(const char *text, struct point *point, struct diag *diag)
{
	size_t len = strlen(text);

	*point = (struct point){ .kind = POINT_END };
	if (!len)
		return diag_error(diag, -EINVAL,
				  "no point after '@': it takes start, peak, end, "
				  "a time such as 12.5s, or the name of a snapshot or mark");
	if (is_quote(text[0])) {
		if (len < 3 || text[len - 1] != text[0])
			return diag_error(diag, -EINVAL, "the point %s has no name in quotes",
					  text);
		point->kind = POINT_NAME;
		point->name = xstrndup(text + 1, len - 2);
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(text, words[i].word)) {
			point->kind = words[i].kind;
			return 0;
		}
	if (parse_time(text, &point->time)) {
		point->kind = POINT_TIME;
		return 0;
	}
	point->kind = POINT_NAME;
	point->name = xstrdup(text);
	return 0;
}

/* The last @ that is not inside quotes which end the text, or NULL. */
static const char *last_at(const char *text)
{
	size_t len = strlen(text);

	/* @'...': the quotes belong to the name, whatever is in them */
	if (len > 3 && is_quote(text[len - 1]))
		for (const char *at = text; (at = strchr(at, '@')); at++)
			if (at + 2 < text + len && at[1] == text[len - 1])
				return at;
	return strrchr(text, '@');
}

int point_split(const char *text, char **path, struct point *point, struct diag *diag)
{
	const char *at = last_at(text);
	int err;

	*path = NULL;
	*point = (struct point){ .kind = POINT_END };
	if (!at || at == text || !access(text, F_OK)) {
		*path = xstrdup(text);
		return 0;
	}
	err = point_parse(at + 1, point, diag);
	if (!err)
		*path = xstrndup(text, (size_t)(at - text));
	return err;
}

void point_format(const struct point *point, struct strbuf *out)
{
	struct point again = { .kind = POINT_END };
	bool plain;

	switch (point->kind) {
	case POINT_END:
		strbuf_addstr(out, "end");
		break;
	case POINT_START:
		strbuf_addstr(out, "start");
		break;
	case POINT_PEAK:
		strbuf_addstr(out, "peak");
		break;
	case POINT_TIME:
		strbuf_addf(out, "%llu.%09llu", (unsigned long long)(point->time / NS_PER_S),
			    (unsigned long long)(point->time % NS_PER_S));
		while (out->buf[out->len - 1] == '0')
			strbuf_setlen(out, out->len - 1);
		if (out->buf[out->len - 1] == '.')
			strbuf_setlen(out, out->len - 1);
		strbuf_addch(out, 's');
		break;
	case POINT_NAME:
		plain = !point_parse(point->name, &again, NULL) && again.kind == POINT_NAME &&
			!strcmp(again.name, point->name) && !strchr(point->name, '@');
		if (plain)
			strbuf_addstr(out, point->name);
		else
			strbuf_addf(out, "%c%s%c", strchr(point->name, '\'') ? '"' : '\'',
				    point->name, strchr(point->name, '\'') ? '"' : '\'');
		point_release(&again);
		break;
	}
}

void point_release(struct point *point)
{
	free(point->name);
	*point = (struct point){ .kind = POINT_END };
}
