/* SPDX-License-Identifier: MIT */
/* json_text.c - text as a JSON string. */
#include "util/json_text.h"

#include "util/sink.h"
#include "util/utf8.h"

void json_text(struct sink *out, const char *text)
{
	if (!text) {
		sink_puts(out, "null");
		return;
	}
	sink_putc(out, '"');
	while (*text) {
		const char *start = text;
		uint32_t c = utf8_next(&text);

		if (c == '"' || c == '\\')
			sink_printf(out, "\\%c", (int)c);
		else if (c == '\n')
			sink_puts(out, "\\n");
		else if (c == '\t')
			sink_puts(out, "\\t");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			sink_printf(out, "\\u%04x", c);
		else if (c == 0xfffd)
			sink_puts(out, "\\ufffd");
		else
			sink_write(out, start, (size_t)(text - start));
	}
	sink_putc(out, '"');
}
