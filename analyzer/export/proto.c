/* SPDX-License-Identifier: MIT */
/* proto.c - the wire format of protocol buffers. */
#include "export/proto.h"

#include "util/strbuf.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

void proto_varint(struct strbuf *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		strbuf_addch(out, (char)(value | 0x80));
	strbuf_addch(out, (char)value);
}

void proto_number(struct strbuf *out, uint32_t field, uint64_t value)
{
	if (!value)
		return;
	proto_varint(out, (uint64_t)field << 3 | WIRE_VARINT);
	proto_varint(out, value);
}

void proto_bytes(struct strbuf *out, uint32_t field, const void *data, size_t len)
{
	proto_varint(out, (uint64_t)field << 3 | WIRE_BYTES);
	proto_varint(out, len);
	strbuf_add(out, data, len);
}

void proto_message(struct strbuf *out, uint32_t field, const struct strbuf *message)
{
	proto_bytes(out, field, message->buf, message->len);
}
