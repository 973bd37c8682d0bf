/* SPDX-License-Identifier: MIT */
/* plot_out.c - formats and sizes of plots; see plot_out.h. */
#include "cmds/plot_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmds/command.h"
#include "cmds/picture.h"
#include "cmds/reading.h"
#include "doc/doc.h"
#include "render/html.h"
#include "util/diag.h"
#include "util/sink.h"
#include "util/term.h"

#define POINTS_PER_INCH 72
#define LARGEST 200	     /* inches */
#define TERMINAL_PIXELS 1000 /* where the terminal does not say */
#define TEXT_ROWS 18

static const struct {
	const char *name;
	int format;
} formats[] = {
	{ "svg", PLOT_SVG },	   { "png", PLOT_PNG },	      { "pdf", PLOT_PDF },
	{ "html", PLOT_OUT_HTML }, { "text", PLOT_OUT_TEXT }, { "txt", PLOT_OUT_TEXT },
	{ "sixel", PLOT_SIXEL },   { "six", PLOT_SIXEL },     { "kitty", PLOT_KITTY },
	{ "iterm", PLOT_ITERM },
};

static int find_format(const char *name, int *format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcasecmp(name, formats[i].name)) {
			*format = formats[i].format;
			return 0;
		}
	return -EINVAL;
}

int plot_out_choose(struct plot_out *out, const char *word, struct diag *diag)
{
	const char *dot = out->output ? strrchr(out->output, '.') : NULL;

	if (word && strcmp(word, "auto"))
		return find_format(word, &out->format);
	if (!out->output) {
		out->format = picture_of_terminal();
		if (out->format < 0)
			out->format = PLOT_OUT_TEXT;
		return 0;
	}
	if (dot && !find_format(dot + 1, &out->format))
		return 0;
	return diag_error(diag, -EINVAL,
			  "'%s' does not say what to write: end it in .svg, .png, .pdf or .html, "
			  "or give --format",
			  out->output);
}

int plot_out_size(const char *text, struct plot_options *how)
{
	double width, height;
	char *end;

	if (!strcmp(text, "phone"))
		text = "5x7";
	width = strtod(text, &end);
	if (end == text || (*end != 'x' && *end != 'X'))
		return -EINVAL;
	text = end + 1;
	height = strtod(text, &end);
	if (end == text || *end)
		return -EINVAL;
	if (!(width >= 2 && height >= 2 && width <= LARGEST && height <= LARGEST))
		return -EINVAL;
	how->width = width * POINTS_PER_INCH;
	how->height = height * POINTS_PER_INCH;
	return 0;
}

bool plot_out_is_shown(const struct plot_out *out)
{
	return out->format >= PLOT_SIXEL && !out->output && isatty(STDOUT_FILENO);
}

void plot_out_fit_terminal(struct plot_options *how)
{
	int columns, pixels = picture_pixels(&columns);
	double width = pixels > 0 ? pixels : columns > 0 ? columns * 10 : TERMINAL_PIXELS;

	how->dpi = 96;
	how->width = width * POINTS_PER_INCH / how->dpi;
	how->height = how->width * 0.45;
}

static int write_page(const struct doc *doc, const struct plot_options *how, struct sink *sink)
{
	struct sink svg;
	int err;

	sink_to_memory(&svg);
	err = plot_write(doc, how, PLOT_SVG, &svg);
	if (!err) {
		html_put_head(sink, how->title ? how->title : doc->title);
		html_put_svg(sink, svg.buf.buf);
		html_put_end(sink);
	}
	sink_close(&svg);
	return err;
}

int plot_out_write(const struct plot_out *out, const struct doc *doc,
		   const struct plot_options *how)
{
	struct sink sink;
	struct term term;
	int status = reading_open_output(&sink, out->output), err = 0;

	if (status)
		return status;
	if (out->format == PLOT_OUT_TEXT) {
		term_init(&term, sink.fd, term_color_parse(out->color));
		plot_write_text(doc, how, &term, TEXT_ROWS, &sink);
	} else if (out->format == PLOT_OUT_HTML) {
		err = write_page(doc, how, &sink);
	} else {
		err = plot_write(doc, how, (enum plot_format)out->format, &sink);
	}
	status = reading_close_output(&sink, out->output);
	if (err)
		complain("the picture is too large to draw: --size and --dpi make it smaller");
	return err ? EXIT_USAGE : status;
}
