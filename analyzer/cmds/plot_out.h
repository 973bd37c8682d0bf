/* SPDX-License-Identifier: MIT */
/* plot_out.h - what a plot is written as, and where to: what -o, --format and --size ask for. */
#ifndef ANALYZER_CMDS_PLOT_OUT_H
#define ANALYZER_CMDS_PLOT_OUT_H

#include "plot/plot.h"

struct diag;
struct doc;

/* Besides those of enum plot_format. */
enum { PLOT_OUT_TEXT = -1, PLOT_OUT_HTML = -2 };

/* Of --format. */
#define PLOT_OUT_FORMATS "auto|svg|png|pdf|html|text|sixel|kitty|iterm"

struct plot_out {
	int format;	    /* enum plot_format, or one of those above */
	const char *output; /* a file, or NULL for standard output */
	const char *color;  /* auto, always or never: of characters */
};

/*
 * Choose the format: `word` (of PLOT_OUT_FORMATS, or NULL), else by the end of the file's
 * name, else what the terminal shows.  Set `output` before.  0, or -EINVAL with the reason
 * in `diag`.
 */
int plot_out_choose(struct plot_out *out, const char *word, struct diag *diag);

/* "14x6" in inches, or "phone", to the size in points.  0 or -EINVAL. */
int plot_out_size(const char *text, struct plot_options *how);

/* Is it written to a terminal, and a picture that terminals show? */
bool plot_out_is_shown(const struct plot_out *out);

/* As large as the terminal's window is wide. */
void plot_out_fit_terminal(struct plot_options *how);

/* Draw and write; complains itself.  Returns an exit status. */
int plot_out_write(const struct plot_out *out, const struct doc *doc,
		   const struct plot_options *how);

#endif
