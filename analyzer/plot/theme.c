/* SPDX-License-Identifier: MIT */
/*
 * theme.c - the colours of a picture.  Curves follow Okabe and Ito, "Color
 * Universal Design" (2008), darkened or lightened to stand on their ground.
 */
#include "plot/theme.h"

static const struct theme themes[] = {
	[PLOT_LIGHT] = {
		.ground = 0xffffff,
		.grid = 0xe4e7eb,
		.axis = 0x9aa3ad,
		.text = 0x1f2933,
		.dim = 0x66717d,
		.peak = 0xc1121f,
		.mark = 0x52606d,
		.curves = { 0x0072b2, 0xd55e00, 0x009e73, 0xaa4c8f, 0xe69f00, 0x56b4e9, 0x6b4c2a,
			    0xb8a800 },
		.rest = 0xb8bfc7,
	},
	[PLOT_DARK] = {
		.ground = 0x14181d,
		.grid = 0x2a313a,
		.axis = 0x5c6773,
		.text = 0xe8ecf0,
		.dim = 0x98a4b0,
		.peak = 0xff6b6b,
		.mark = 0xaab4be,
		.curves = { 0x56b4e9, 0xf58a42, 0x2bc592, 0xe08bc0, 0xf0c542, 0x8fa8ff, 0xc9a27a,
			    0xd9e04a },
		.rest = 0x5a6470,
	},
};

const struct theme *theme_get(enum plot_theme theme)
{
	return &themes[theme];
}

uint32_t theme_mix(uint32_t a, uint32_t b, double part)
{
	uint32_t mixed = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		double x = a >> shift & 255, y = b >> shift & 255;

		mixed |= (uint32_t)(x + (y - x) * part + 0.5) << shift;
	}
	return mixed;
}
