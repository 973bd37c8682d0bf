/* SPDX-License-Identifier: MIT */
/* utf8.c - text as a terminal shows it. */
#include "util/utf8.h"

#include <string.h>

#include "util/strbuf.h"

struct range {
	uint32_t first, last;
};

static const struct range zero_width[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
	{ 0x200b, 0x200f }, { 0x20d0, 0x20f0 }, { 0x2060, 0x2064 }, { 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
};

static const struct range double_width[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },	  { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },	  { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* Steer a terminal or the direction of text: C0, DEL, C1, bidi controls. */
static const struct range unsafe[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0x061c, 0x061c },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
};

#define IN(c, table) in_ranges((c), (table), sizeof(table) / sizeof(*(table)))

static bool in_ranges(uint32_t c, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

uint32_t utf8_next(const char **text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)*text;
	int n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;
	uint32_t c = n > 1 ? *s & (0x7f >> n) : *s;

	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			n = 0;
			break;
		}
		c = c << 6 | (s[i] & 0x3f);
	}
	if (n == 0 || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		(*text)++;
		return 0xfffd;
	}
	*text += n;
	return c;
}

int utf8_char_width(uint32_t c)
{
	if (c < 0x300)
		return 1;
	return IN(c, zero_width) ? 0 : IN(c, double_width) ? 2 : 1;
}

int utf8_width(const char *text)
{
	int width = 0;

	while (*text)
		width += utf8_char_width(utf8_next(&text));
	return width;
}

void utf8_add_clean(struct strbuf *out, const char *text)
{
	while (*text) {
		const char *start = text;
		uint32_t c;

		while (*text >= ' ' && *text <= '~')
			text++;
		if (text > start) {
			strbuf_add(out, start, (size_t)(text - start));
			continue;
		}
		c = utf8_next(&text);

		if (IN(c, unsafe) || (c == 0xfffd && text - start == 1))
			strbuf_addch(out, '?');
		else
			strbuf_add(out, start, (size_t)(text - start));
	}
}

size_t utf8_prefix(const char *text, int width)
{
	const char *p = text, *end = text;

	while (*p) {
		width -= utf8_char_width(utf8_next(&p));
		if (width < 0)
			break;
		end = p;
	}
	return (size_t)(end - text);
}

size_t utf8_suffix(const char *text, int width)
{
	int drop = utf8_width(text) - width;
	const char *p = text;

	while (*p && drop > 0)
		drop -= utf8_char_width(utf8_next(&p));
	/* marks that belong to a character that was cut off go with it */
	for (const char *next = p; p != text && *p; p = next)
		if (utf8_char_width(utf8_next(&next)))
			break;
	return strlen(p);
}
