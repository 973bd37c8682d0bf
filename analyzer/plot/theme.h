/* SPDX-License-Identifier: MIT */
/* theme.h - the colours of a picture: told apart by colour-blind people, too. */
#ifndef ANALYZER_PLOT_THEME_H
#define ANALYZER_PLOT_THEME_H

#include <stdint.h>

#include "plot/plot.h"

#define THEME_COLORS 8

/* Colours are 0xrrggbb. */
struct theme {
	uint32_t ground, grid, axis, text, dim, peak, mark;
	uint32_t curves[THEME_COLORS];
	uint32_t rest; /* of what is summed up as other */
};

const struct theme *theme_get(enum plot_theme theme);

/* `part` of the way from a to b. */
uint32_t theme_mix(uint32_t a, uint32_t b, double part);

#endif
