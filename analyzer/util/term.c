/* SPDX-License-Identifier: MIT */
/* term.c - what the other end of an output can show. */
#include "util/term.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/units.h"

static int width_of(int fd)
{
	struct winsize ws;

	return ioctl(fd, TIOCGWINSZ, &ws) == 0 ? ws.ws_col : 0;
}

static int find_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	uint64_t n;
	int width;

	if (columns && units_parse_number(columns, &n) == 0 && n > 0)
		return n < 10000 ? (int)n : 10000;
	width = width_of(fd);
	if (!width)
		width = width_of(STDERR_FILENO);
	return width ? width : TERM_WIDTH;
}

static bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static bool wants_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *name = getenv("TERM");

	return isatty(fd) && !(no && *no) && name && strcmp(name, "dumb");
}

void term_init(struct term *term, int fd, enum term_color color)
{
	term->width = find_width(fd);
	term->utf8 = locale_is_utf8();
	term->color = color == TERM_ALWAYS || (color == TERM_AUTO && wants_color(fd));
}

enum term_color term_color_parse(const char *word)
{
	if (!word)
		return TERM_AUTO;
	return !strcmp(word, "always")	? TERM_ALWAYS
	       : !strcmp(word, "never") ? TERM_NEVER
					: TERM_AUTO;
}

const char *term_style(const struct term *term, enum term_style style)
{
	static const char *const codes[] = {
		[STYLE_NONE] = "\033[0m",
		[STYLE_BOLD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",
		[STYLE_NUMBER] = "\033[36m",
		[STYLE_WARNING] = "\033[33m",
		[STYLE_HOT] = "\033[38;5;196m",
		[STYLE_WARM] = "\033[38;5;208m",
		[STYLE_MILD] = "\033[38;5;220m",
		[STYLE_BLOCK_A] = "\033[30;48;5;216m",
		[STYLE_BLOCK_B] = "\033[30;48;5;222m",
		[STYLE_BLOCK_C] = "\033[30;48;5;180m",
	};

	return term->color ? codes[style] : "";
}
