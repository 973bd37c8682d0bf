/* SPDX-License-Identifier: MIT */
/* pack.c - gzip and zstd without an allocator; see pack.h.  Floor: drain. */
#include "pack.h"

#include <errno.h>
#include <stdbool.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zlib.h>
#include <zstd.h>

#include "arena.h"
#include "rt.h"

/* Fast ones: the helper's time is the program's. */
#define GZIP_LEVEL 1
#define ZSTD_LEVEL 1

/* deflate's tables for the largest window and usual memory (zconf.h), and a bit. */
#define GZIP_WINDOW 15
#define GZIP_MEMORY 8
#define GZIP_WORK                                                                      \
	(((size_t)1 << (GZIP_WINDOW + 2)) + ((size_t)1 << (GZIP_MEMORY + 9)) + 65536 + \
	 sizeof(z_stream))

/* zstd reports to whoever defines these: not to the program. */
unsigned long long ZSTD_trace_compress_begin(const void *stream);
void ZSTD_trace_compress_end(unsigned long long trace, const void *what);

unsigned long long ZSTD_trace_compress_begin(const void *stream)
{
	(void)stream;
	return 0;
}

void ZSTD_trace_compress_end(unsigned long long trace, const void *what)
{
	(void)trace;
	(void)what;
}

static bool ends(const char *name, const char *suffix)
{
	size_t n = rt_strlen(name), m = rt_strlen(suffix);

	return n > m && !rt_strcmp(name + n - m, suffix);
}

enum pack_form pack_form(const char *name)
{
	return ends(name, ".gz") ? PACK_GZIP : ends(name, ".zst") ? PACK_ZSTD : PACK_NONE;
}

/* zlib allocates when a stream begins, and never again. */
static void *take(void *ctx, unsigned int items, unsigned int size)
{
	struct pack *pack = ctx;
	size_t len = ((size_t)items * size + 63) & ~(size_t)63;

	if (len > pack->work_len - pack->work_used)
		return NULL;
	pack->work_used += len;
	return pack->work + pack->work_used - len;
}

static void give_back(void *ctx, void *p)
{
	(void)ctx;
	(void)p;
}

static bool start_gzip(struct pack *pack)
{
	z_stream *z = take(pack, 1, sizeof(*z));

	if (!z)
		return false;
	z->zalloc = take;
	z->zfree = give_back;
	z->opaque = pack;
	pack->stream = z;
	/* 16 more than the window asks for the header of gzip. */
	return deflateInit2(z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW + 16, GZIP_MEMORY,
			    Z_DEFAULT_STRATEGY) == Z_OK;
}

static bool start_zstd(struct pack *pack)
{
	pack->stream = ZSTD_initStaticCCtx(pack->work, pack->work_len);
	return pack->stream != NULL;
}

int pack_start(struct pack *pack, enum pack_form form, size_t most)
{
	*pack = (struct pack){ .form = form };
	if (form == PACK_NONE)
		return 0;
	pack->cap = form == PACK_GZIP ? most + most / 1000 + 4096 : ZSTD_compressBound(most);
	pack->work_len = form == PACK_GZIP ? GZIP_WORK : ZSTD_estimateCCtxSize(ZSTD_LEVEL);
	pack->buf = arena_map(pack->cap, ARENA_OUTPUT);
	pack->work = arena_map(pack->work_len, ARENA_OUTPUT);
	if (pack->buf && pack->work && (form == PACK_GZIP ? start_gzip(pack) : start_zstd(pack)))
		return 0;
	pack_end(pack);
	return -ENOMEM;
}

static int piece_gzip(struct pack *pack, const char *text, size_t len, size_t *length)
{
	z_stream *z = pack->stream;

	z->next_in = (Bytef *)text;
	z->avail_in = (uInt)len;
	z->next_out = (Bytef *)pack->buf;
	z->avail_out = (uInt)pack->cap;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return -EIO;
	*length = pack->cap - z->avail_out;
	return deflateReset(z) == Z_OK ? 0 : -EIO;
}

static int piece_zstd(struct pack *pack, const char *text, size_t len, size_t *length)
{
	*length = ZSTD_compressCCtx(pack->stream, pack->buf, pack->cap, text, len, ZSTD_LEVEL);
	return ZSTD_isError(*length) ? -EIO : 0;
}

int pack_piece(struct pack *pack, const char *text, size_t len, size_t *length)
{
	return pack->form == PACK_GZIP ? piece_gzip(pack, text, len, length)
				       : piece_zstd(pack, text, len, length);
}

void pack_end(struct pack *pack)
{
	arena_unmap(pack->buf, pack->cap);
	arena_unmap(pack->work, pack->work_len);
	*pack = (struct pack){ .form = PACK_NONE };
}
