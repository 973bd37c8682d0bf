/* SPDX-License-Identifier: MIT */
/*
 * pack.h - text to gzip members or zstd frames.  Floor: drain.
 *
 * Each piece becomes a member or frame of its own, whole in itself: what was
 * written stays readable wherever a kill cuts the file, and anybody may append.
 * zlib and zstd are linked into the recorder; they work in memory mapped here,
 * call no allocator and keep nothing else.  One caller at a time.  Needs 5 KiB
 * of stack.  In a fork child: pack_end(), then anew.
 */
#ifndef PRELOAD_PACK_H
#define PRELOAD_PACK_H

#include <stddef.h>

enum pack_form {
	PACK_NONE,
	PACK_GZIP,
	PACK_ZSTD,
};

struct pack {
	enum pack_form form;
	char *buf;  /* the last member or frame */
	size_t cap; /* of buf */
	char *work; /* memory of the library */
	size_t work_len, work_used;
	void *stream; /* z_stream or ZSTD_CCtx, in it */
};

/* The form that the end of a name asks for: .gz, .zst. */
enum pack_form pack_form(const char *name);

/* For pieces of at most `most` bytes.  0 or -ENOMEM; PACK_NONE needs nothing. */
int pack_start(struct pack *pack, enum pack_form form, size_t most);

/* Pack a piece into pack->buf.  0 and its *length there, or -EIO. */
int pack_piece(struct pack *pack, const char *text, size_t len, size_t *length);

void pack_end(struct pack *pack);

#endif
