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
#define RANGE ".."
#define CASE "case:"

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

/* The name behind "case:", in quotes or not; NULL when it is no case. */
static char *case_name(const char *text)
{
	size_t len;

	if (strncmp(text, CASE, sizeof(CASE) - 1))
		return NULL;
	text += sizeof(CASE) - 1;
	len = strlen(text);
	if (len > 2 && is_quote(text[0]) && text[len - 1] == text[0])
		return xstrndup(text + 1, len - 2);
	return xstrdup(text);
}

/* Where a name in quotes at the start of `text` ends, behind them; NULL when there is none. */
static const char *skip_quoted(const char *text)
{
	for (const char *p = text + 1; is_quote(*text) && (p = strchr(p, *text)); p++)
		if (!p[1] || !strncmp(p + 1, RANGE, sizeof(RANGE) - 1))
			return p + 1;
	return NULL;
}

/* The dots of A..B, or NULL. */
static const char *find_range(const char *text)
{
	const char *behind = skip_quoted(text);

	return strstr(behind ? behind : text, RANGE);
}

static int parse_range(const char *text, const char *dots, struct point *point, struct diag *diag)
{
	char *first = dots > text ? xstrndup(text, (size_t)(dots - text)) : xstrdup("start");
	const char *second = dots[2] ? dots + 2 : "end";
	struct point from = { .kind = POINT_END };
	int err = find_range(second) ? -EINVAL : point_parse(first, &from, diag);

	if (!err)
		err = point_parse(second, point, diag);
	if (find_range(second) || (!err && point_is_range(point)))
		err = diag_error(diag, -EINVAL,
				 "the range '%s' takes two points; names that hold '..' or start "
				 "with 'case:' need quotes",
				 text);
	free(first);
	if (err) {
		point_release(&from);
		point_release(point);
		return err;
	}
	point->from = xmalloc(sizeof(*point->from));
	*point->from = from;
	return 0;
}

int point_parse(const char *text, struct point *point, struct diag *diag)
{
	size_t len = strlen(text);
	const char *dots;

	*point = (struct point){ .kind = POINT_END };
	if (!len)
		return diag_error(diag, -EINVAL,
				  "no point after '@': it takes start, peak, end, a time such as "
				  "12.5s, the name of a snapshot or mark, a range A..B of two of "
				  "them, or case:SUITE/NAME");
	point->name = case_name(text);
	if (point->name) {
		point->kind = POINT_CASE;
		return 0;
	}
	dots = find_range(text);
	if (dots)
		return parse_range(text, dots, point, diag);
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

/* Is there an @ in what would be a point, other than in names in quotes? */
static bool has_at(const char *text)
{
	while (*text) {
		const char *behind, *dots;

		if (!strncmp(text, CASE, sizeof(CASE) - 1))
			text += sizeof(CASE) - 1;
		behind = skip_quoted(text);
		text = behind ? behind : text;
		dots = strstr(text, RANGE);
		if (memchr(text, '@', dots ? (size_t)(dots - text) : strlen(text)))
			return true;
		text = dots ? dots + sizeof(RANGE) - 1 : "";
	}
	return false;
}

/* The last @ that is not inside quotes, or NULL. */
static const char *last_at(const char *text)
{
	for (const char *at = text; (at = strchr(at, '@')); at++)
		if (!has_at(at + 1))
			return at;
	return NULL;
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

static void format_name(const char *name, struct strbuf *out)
{
	char quote = strchr(name, '\'') ? '"' : '\'';
	struct point again = { .kind = POINT_END };
	bool plain = !point_parse(name, &again, NULL) && again.kind == POINT_NAME && !again.from &&
		     !strcmp(again.name, name) && !strchr(name, '@') &&
		     name[strlen(name) - 1] != '.'; /* two more may follow */

	if (plain)
		strbuf_addstr(out, name);
	else
		strbuf_addf(out, "%c%s%c", quote, name, quote);
	point_release(&again);
}

static void format_time(uint64_t ns, struct strbuf *out)
{
	strbuf_addf(out, "%llu.%09llu", (unsigned long long)(ns / NS_PER_S),
		    (unsigned long long)(ns % NS_PER_S));
	while (out->buf[out->len - 1] == '0')
		strbuf_setlen(out, out->len - 1);
	if (out->buf[out->len - 1] == '.')
		strbuf_setlen(out, out->len - 1);
	strbuf_addch(out, 's');
}

void point_format(const struct point *point, struct strbuf *out)
{
	if (point->from) {
		point_format(point->from, out);
		strbuf_addstr(out, RANGE);
	}
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
		format_time(point->time, out);
		break;
	case POINT_NAME:
		format_name(point->name, out);
		break;
	case POINT_CASE:
		strbuf_addstr(out, CASE);
		if (strchr(point->name, '@') || is_quote(point->name[0]))
			strbuf_addf(out, "%c%s%c", strchr(point->name, '\'') ? '"' : '\'',
				    point->name, strchr(point->name, '\'') ? '"' : '\'');
		else
			strbuf_addstr(out, point->name);
		break;
	}
}

struct point point_copy(const struct point *point)
{
	struct point copy = *point;

	copy.name = xstrdup(point->name);
	if (point->from) {
		copy.from = xmalloc(sizeof(*copy.from));
		*copy.from = point_copy(point->from);
	}
	return copy;
}

void point_release(struct point *point)
{
	if (point->from)
		point_release(point->from);
	free(point->from);
	free(point->name);
	*point = (struct point){ .kind = POINT_END };
}
