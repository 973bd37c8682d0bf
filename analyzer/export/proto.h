/* SPDX-License-Identifier: MIT */
/*
 * proto.h - the few parts of the protocol buffers' wire format that a writer of
 * messages needs.  Fields that are 0 or empty are left out, as the format wants.
 */
#ifndef ANALYZER_EXPORT_PROTO_H
#define ANALYZER_EXPORT_PROTO_H

#include <stddef.h>
#include <stdint.h>

struct strbuf;

void proto_varint(struct strbuf *out, uint64_t value);

/* A number field: int64, uint64 and bool alike. */
void proto_number(struct strbuf *out, uint32_t field, uint64_t value);

/* A string, or a message or packed numbers made in a buffer of their own. */
void proto_bytes(struct strbuf *out, uint32_t field, const void *data, size_t len);
void proto_message(struct strbuf *out, uint32_t field, const struct strbuf *message);

#endif
