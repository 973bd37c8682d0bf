/* SPDX-License-Identifier: MIT */
/*
 * term.h - what the other end of an output can show: how wide, colours,
 * characters beyond ASCII.
 */
#ifndef ANALYZER_UTIL_TERM_H
#define ANALYZER_UTIL_TERM_H

#include <stdbool.h>

struct term {
	int width; /* columns */
	bool color;
	bool utf8;
};

enum term_color { TERM_AUTO, TERM_ALWAYS, TERM_NEVER };

/*
 * Look at `fd`, COLUMNS, NO_COLOR, TERM and the locale's variables.  Colour is
 * on for TERM_ALWAYS, or for TERM_AUTO on a terminal when NO_COLOR is unset
 * and TERM is not dumb.  The width is COLUMNS, else that of the terminal at fd
 * or at stderr (output into a pager), else TERM_WIDTH.
 */
void term_init(struct term *term, int fd, enum term_color color);

#define TERM_WIDTH 100

/* "auto", "always", "never"; anything else is TERM_AUTO. */
enum term_color term_color_parse(const char *word);

enum term_style {
	STYLE_NONE,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_NUMBER,
	STYLE_WARNING,
	STYLE_HOT, /* three steps of heat */
	STYLE_WARM,
	STYLE_MILD,
	STYLE_BLOCK_A, /* dark on warm grounds that can be told apart */
	STYLE_BLOCK_B,
	STYLE_BLOCK_C,
};

/* The escape sequence that starts a style (STYLE_NONE: ends all); "" without colour. */
const char *term_style(const struct term *term, enum term_style style);

#endif
