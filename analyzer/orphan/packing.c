/* SPDX-License-Identifier: MIT */
/* packing.c - see packing.h. */
#include "orphan/packing.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "util/xalloc.h"

#define ZSTD_LEVEL 1

enum packing packing_of(int fd)
{
	unsigned char magic[4] = { 0 };

	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic))
		return PACKING_PLAIN;
	if (magic[0] == 0x1f && magic[1] == 0x8b)
		return PACKING_GZIP;
	return memcmp(magic, "\x28\xb5\x2f\xfd", 4) ? PACKING_PLAIN : PACKING_ZSTD;
}

static bool gzip(char *to, size_t room, const char *text, size_t len, size_t *packed_len)
{
	z_stream z = {
		.next_in = (Bytef *)text,
		.avail_in = (uInt)len,
		.next_out = (Bytef *)to,
		.avail_out = (uInt)room,
	};
	bool done;

	/* 16 more than the window asks for the header of gzip */
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return false;
	done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	*packed_len = room - z.avail_out;
	deflateEnd(&z);
	return done;
}

static bool zstd(char *to, size_t room, const char *text, size_t len, size_t *packed_len)
{
	*packed_len = ZSTD_compress(to, room, text, len, ZSTD_LEVEL);
	return !ZSTD_isError(*packed_len);
}

char *packing_pack(enum packing packing, const char *text, size_t len, size_t *packed_len)
{
	/* more than either needs for what it cannot make smaller */
	size_t room = len + len / 100 + 4096;
	char *packed = xmalloc(room);
	bool done = packing == PACKING_GZIP ? gzip(packed, room, text, len, packed_len)
					    : zstd(packed, room, text, len, packed_len);

	if (done)
		return packed;
	free(packed);
	return NULL;
}
