/* SPDX-License-Identifier: MIT */
/*
 * packing.h - more lines for a packed trace: whole gzip members or zstd frames.
 *
 * The recorder packs a trace in pieces that are whole in themselves, so what is
 * missing can be put behind them.  Writes to no file.
 */
#ifndef ANALYZER_ORPHAN_PACKING_H
#define ANALYZER_ORPHAN_PACKING_H

#include <stddef.h>

enum packing {
	PACKING_PLAIN,
	PACKING_GZIP,
	PACKING_ZSTD,
};

/* How the file `fd` is packed, by its first bytes; its offset stays. */
enum packing packing_of(int fd);

/* The text as one member or frame, to free(), and its *packed_len; NULL when zlib
 * or zstd refuses.  Not for PACKING_PLAIN. */
char *packing_pack(enum packing packing, const char *text, size_t len, size_t *packed_len);

#endif
