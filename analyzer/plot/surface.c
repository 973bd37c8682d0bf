/* SPDX-License-Identifier: MIT */
/* surface.c - a picture as SVG, PNG or PDF, or as a terminal takes it. */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>

#include "plot/inline.h"
#include "plot/picture.h"
#include "util/sink.h"

#ifdef __SANITIZE_ADDRESS__
/* The fonts that are known stay so until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}
#endif

/* Errors of writing stick to the sink. */
static cairo_status_t write_bytes(void *closure, const unsigned char *data, unsigned int length)
{
	sink_write(closure, data, length);
	return CAIRO_STATUS_SUCCESS;
}

static int finish(cairo_surface_t *surface, cairo_status_t status)
{
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status == CAIRO_STATUS_SUCCESS ? 0 : -ENOMEM;
}

static int draw(const struct doc *doc, const struct plot_options *options, cairo_surface_t *surface,
		double scale)
{
	cairo_t *cr = cairo_create(surface);
	cairo_status_t status;

	cairo_scale(cr, scale, scale);
	picture_draw(doc, options, cr);
	cairo_show_page(cr);
	status = cairo_status(cr);
	cairo_destroy(cr);
	return status == CAIRO_STATUS_SUCCESS ? 0 : -ENOMEM;
}

static int write_pages(const struct doc *doc, const struct plot_options *options,
		       enum plot_format format, struct sink *out)
{
	cairo_surface_t *surface;
	int err;

	if (format == PLOT_SVG) {
		surface = cairo_svg_surface_create_for_stream(write_bytes, out, options->width,
							      options->height);
	} else {
		surface = cairo_pdf_surface_create_for_stream(write_bytes, out, options->width,
							      options->height);
		if (doc->title)
			cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
						       options->title ? options->title
								      : doc->title);
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "memprof");
	}
	err = draw(doc, options, surface, 1);
	return finish(surface, CAIRO_STATUS_SUCCESS) ? -ENOMEM : err;
}

int plot_write(const struct doc *doc, const struct plot_options *options, enum plot_format format,
	       struct sink *out)
{
	double scale = options->dpi / 72;
	cairo_surface_t *surface;
	cairo_status_t status = CAIRO_STATUS_SUCCESS;
	int err;

	if (format == PLOT_SVG || format == PLOT_PDF)
		return write_pages(doc, options, format, out);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
					     (int)(options->width * scale + 0.5),
					     (int)(options->height * scale + 0.5));
	err = draw(doc, options, surface, scale);
	cairo_surface_flush(surface);
	if (!err && format == PLOT_PNG)
		status = cairo_surface_write_to_png_stream(surface, write_bytes, out);
	else if (!err && format == PLOT_SIXEL)
		inline_sixel(surface, out);
	else if (!err)
		status = inline_png(surface, format, out);
	return finish(surface, status) ? -ENOMEM : err;
}
