/* SPDX-License-Identifier: MIT */
/* inline.c - a picture inside the text of a terminal; see inline.h. */
#include "plot/inline.h"

#include <stdlib.h>
#include <string.h>

#include "util/map.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define COLORS 255
#define BAND 6	   /* rows of pixels in one of sixels */
#define CHUNK 4096 /* of base64, as the protocol of kitty has it */

struct used {
	uint32_t rgb;
	uint64_t n;
};

static int by_use(const void *left, const void *right)
{
	const struct used *a = left, *b = right;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return a->rgb < b->rgb ? -1 : a->rgb > b->rgb;
}

static long distance(uint32_t a, uint32_t b)
{
	long sum = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		long d = (long)(a >> shift & 255) - (long)(b >> shift & 255);

		sum += d * d;
	}
	return sum;
}

static size_t nearest(const struct used *colors, size_t n, uint32_t rgb)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (distance(colors[i].rgb, rgb) < distance(colors[best].rgb, rgb))
			best = i;
	return best;
}

/* All colours, the most frequent first. */
static size_t count_colors(const uint32_t *pixels, size_t n, struct used **out)
{
	struct map counts = MAP_INIT;
	const struct map_entry *e;
	struct used *v;
	size_t pos = 0, found = 0;

	for (size_t i = 0; i < n; i++)
		++*map_at(&counts, pixels[i], NULL);
	v = xcalloc(counts.n + 1, sizeof(*v));
	while ((e = map_next(&counts, &pos)))
		v[found++] = (struct used){ (uint32_t)e->key, e->value };
	map_release(&counts);
	qsort(v, found, sizeof(*v), by_use);
	*out = v;
	return found;
}

static void put_run(struct sink *out, char c, int n)
{
	if (n > 3)
		sink_printf(out, "!%d%c", n, c);
	else
		for (; n > 0; n--)
			sink_putc(out, c);
}

/* Six rows of one colour; `index` has a colour a pixel. */
static void put_color(struct sink *out, const uint8_t *index, int width, int rows, uint8_t color)
{
	char last = 0;
	int n = 0;

	for (int x = 0; x < width; x++) {
		int bits = 0;
		char c;

		for (int r = 0; r < rows; r++)
			bits |= (index[r * width + x] == color) << r;
		c = (char)('?' + bits);
		if (c != last && n) {
			put_run(out, last, n);
			n = 0;
		}
		last = c;
		n++;
	}
	if (last != '?')
		put_run(out, last, n);
}

static void put_band(struct sink *out, const uint8_t *index, int width, int rows)
{
	bool used[256] = { false };

	for (int i = 0; i < width * rows; i++)
		used[index[i]] = true;
	for (int c = 0; c < 256; c++) {
		if (!used[c])
			continue;
		sink_printf(out, "#%d", c);
		put_color(out, index, width, rows, (uint8_t)c);
		sink_putc(out, '$');
	}
	sink_putc(out, '-');
}

void inline_sixel(cairo_surface_t *image, struct sink *out)
{
	int width = cairo_image_surface_get_width(image);
	int height = cairo_image_surface_get_height(image);
	size_t stride = (size_t)cairo_image_surface_get_stride(image), n, all;
	const unsigned char *data = cairo_image_surface_get_data(image);
	uint32_t *pixels = xcalloc((size_t)width * (size_t)height, sizeof(*pixels));
	uint8_t *index = xcalloc((size_t)width * (size_t)height, 1);
	struct used *colors;
	struct map palette = MAP_INIT;

	for (int y = 0; y < height; y++) {
		uint32_t *row = pixels + (size_t)y * (size_t)width;

		memcpy(row, data + (size_t)y * stride, (size_t)width * sizeof(*row));
		for (int x = 0; x < width; x++)
			row[x] &= 0xffffff;
	}
	all = count_colors(pixels, (size_t)width * (size_t)height, &colors);
	n = all < COLORS ? all : COLORS;
	for (size_t i = 0; i < all; i++)
		map_put(&palette, colors[i].rgb, i < n ? i : nearest(colors, n, colors[i].rgb));
	for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
		index[i] = (uint8_t)*map_get(&palette, pixels[i]);

	sink_printf(out, "\033P0;1q\"1;1;%d;%d", width, height);
	for (size_t i = 0; i < n; i++)
		sink_printf(out, "#%zu;2;%d;%d;%d", i, (int)(colors[i].rgb >> 16) * 100 / 255,
			    (int)(colors[i].rgb >> 8 & 255) * 100 / 255,
			    (int)(colors[i].rgb & 255) * 100 / 255);
	for (int y = 0; y < height; y += BAND)
		put_band(out, index + (size_t)y * (size_t)width, width,
			 height - y < BAND ? height - y : BAND);
	sink_puts(out, "\033\\\n");
	map_release(&palette);
	free(colors);
	free(pixels);
	free(index);
}

static cairo_status_t keep(void *closure, const unsigned char *data, unsigned int length)
{
	strbuf_add(closure, data, length);
	return CAIRO_STATUS_SUCCESS;
}

static void add_base64(struct strbuf *out, const unsigned char *data, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)data[i + 1] << 8;
		if (i + 2 < n)
			v |= data[i + 2];
		strbuf_addch(out, digits[v >> 18]);
		strbuf_addch(out, digits[v >> 12 & 63]);
		strbuf_addch(out, i + 1 < n ? digits[v >> 6 & 63] : '=');
		strbuf_addch(out, i + 2 < n ? digits[v & 63] : '=');
	}
}

cairo_status_t inline_png(cairo_surface_t *image, enum plot_format format, struct sink *out)
{
	struct strbuf png = STRBUF_INIT, text = STRBUF_INIT;
	cairo_status_t status = cairo_surface_write_to_png_stream(image, keep, &png);

	add_base64(&text, (const unsigned char *)png.buf, png.len);
	if (status == CAIRO_STATUS_SUCCESS && format == PLOT_ITERM) {
		sink_printf(out, "\033]1337;File=inline=1;size=%zu:", png.len);
		sink_write(out, text.buf, text.len);
		sink_puts(out, "\a\n");
	}
	for (size_t i = 0; status == CAIRO_STATUS_SUCCESS && format == PLOT_KITTY && i < text.len;
	     i += CHUNK) {
		size_t n = text.len - i < CHUNK ? text.len - i : CHUNK;

		sink_printf(out, "\033_G%sm=%d;", i ? "" : "f=100,a=T,", i + n < text.len);
		sink_write(out, text.buf + i, n);
		sink_puts(out, "\033\\");
	}
	if (format == PLOT_KITTY)
		sink_putc(out, '\n');
	strbuf_release(&png);
	strbuf_release(&text);
	return status;
}
