/* SPDX-License-Identifier: MIT */
/*
 * inline.h - a picture inside the text of a terminal: sixel, the graphics
 * protocol of kitty, the inline images of iTerm2.
 */
#ifndef ANALYZER_PLOT_INLINE_H
#define ANALYZER_PLOT_INLINE_H

#include <cairo.h>

#include "plot/plot.h"

struct sink;

/* An RGB24 image with at most 255 colours: those it has most of; others become the nearest. */
void inline_sixel(cairo_surface_t *image, struct sink *out);

/* As PNG in base64, for PLOT_KITTY or PLOT_ITERM. */
cairo_status_t inline_png(cairo_surface_t *image, enum plot_format format, struct sink *out);

#endif
