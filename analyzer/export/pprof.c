/* SPDX-License-Identifier: MIT */
/*
 * pprof.c - a heap profile in the form of profile.proto, packed by gzip, as `go
 * tool pprof` and others read it.  Addresses are those of the process, inlined
 * functions are lines of one location.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "export/exporter.h"
#include "export/names.h"
#include "export/proto.h"
#include "util/diag.h"
#include "util/map.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* Numbers of fields, by message. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE,
	PROFILE_MAPPING,
	PROFILE_LOCATION,
	PROFILE_FUNCTION,
	PROFILE_STRING,
	PROFILE_TIME = 9,
	PROFILE_DURATION,
	PROFILE_PERIOD_TYPE,
	PROFILE_PERIOD,
	PROFILE_COMMENT,
	PROFILE_DEFAULT_TYPE
};
enum { TYPE_TYPE = 1, TYPE_UNIT };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE };
enum {
	MAPPING_ID = 1,
	MAPPING_START,
	MAPPING_LIMIT,
	MAPPING_OFFSET,
	MAPPING_FILE,
	MAPPING_BUILD_ID,
	MAPPING_HAS_FUNCTIONS,
	MAPPING_HAS_FILENAMES,
	MAPPING_HAS_LINES,
	MAPPING_HAS_INLINES
};
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1, LINE_LINE };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE };

struct profile {
	const struct model *model;
	struct symbols *symbols;
	struct strbuf out;
	struct strmap strings; /* -> number in the table; 0 is the empty one */
	struct strbuf table;   /* the string fields */
	struct export_names names;
	struct map locations; /* module and offset of a node -> number */
	struct strbuf scratch, inner;
	bool *named; /* modules of which any function or line is known */
};

static uint64_t string_of(struct profile *p, const char *text)
{
	void **slot;

	if (!text || !*text)
		return 0;
	slot = strmap_at(&p->strings, text);
	if (!*slot) {
		*slot = (void *)(uintptr_t)p->strings.n;
		proto_bytes(&p->table, PROFILE_STRING, text, strlen(text));
	}
	return (uintptr_t)*slot;
}

static void put_type(struct profile *p, uint32_t field, const char *type, const char *unit)
{
	strbuf_clear(&p->scratch);
	proto_number(&p->scratch, TYPE_TYPE, string_of(p, type));
	proto_number(&p->scratch, TYPE_UNIT, string_of(p, unit));
	proto_message(&p->out, field, &p->scratch);
}

/* The lines of a location, innermost first. */
static void add_lines(struct profile *p, const struct frame *frames, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_clear(&p->inner);
		proto_number(&p->inner, LINE_FUNCTION, export_name_of(&p->names, &frames[i]) + 1);
		proto_number(&p->inner, LINE_LINE, frames[i].line);
		proto_message(&p->scratch, LOCATION_LINE, &p->inner);
	}
}

/* The number of a node's location, which is written when it is new. */
static uint64_t location_of(struct profile *p, uint32_t node)
{
	const struct model_node *n = &p->model->nodes[node];
	const struct frame *frames;
	uint64_t *slot;
	size_t count;
	bool fresh;

	slot = map_at(&p->locations, node, &fresh);
	if (!fresh)
		return *slot;
	*slot = p->locations.n;
	frames = symbols_frames(p->symbols, node, &count);
	strbuf_clear(&p->scratch);
	proto_number(&p->scratch, LOCATION_ID, p->locations.n);
	proto_number(&p->scratch, LOCATION_MAPPING, n->module);
	proto_number(&p->scratch, LOCATION_ADDRESS, export_address(p->model, node));
	/* a place without a name is its address: pprof shows it so */
	if (count > 1 || frames[0].function) {
		add_lines(p, frames, count);
		if (n->module)
			p->named[n->module - 1] = true;
	}
	proto_message(&p->out, PROFILE_LOCATION, &p->scratch);
	return p->locations.n;
}

static void put_sample(struct profile *p, const struct model_site *stack)
{
	const struct counts *c = &stack->counts;
	struct strbuf sample = STRBUF_INIT, packed = STRBUF_INIT;

	if (!c->allocs && !counts_live(c) && !counts_live_bytes(c))
		return;
	for (uint32_t node = stack->stack; node; node = p->model->nodes[node].parent)
		proto_varint(&packed, location_of(p, node));
	proto_message(&sample, SAMPLE_LOCATION, &packed);
	strbuf_clear(&packed);
	proto_varint(&packed, c->allocs);
	proto_varint(&packed, c->bytes);
	proto_varint(&packed, (uint64_t)counts_live(c));
	proto_varint(&packed, (uint64_t)counts_live_bytes(c));
	proto_message(&sample, SAMPLE_VALUE, &packed);
	proto_message(&p->out, PROFILE_SAMPLE, &sample);
	strbuf_release(&sample);
	strbuf_release(&packed);
}

static void put_mapping(struct profile *p, size_t i)
{
	const struct model_module *m = &p->model->modules[i];

	strbuf_clear(&p->scratch);
	proto_number(&p->scratch, MAPPING_ID, i + 1);
	proto_number(&p->scratch, MAPPING_START, m->start);
	proto_number(&p->scratch, MAPPING_LIMIT, m->end);
	/* so that an address less start plus this is the one in the file */
	proto_number(&p->scratch, MAPPING_OFFSET, m->start - m->bias);
	proto_number(&p->scratch, MAPPING_FILE, string_of(p, m->path));
	proto_number(&p->scratch, MAPPING_BUILD_ID, string_of(p, m->build_id));
	/* what was found here is all there is: the reader need not look */
	proto_number(&p->scratch, MAPPING_HAS_FUNCTIONS, p->named[i]);
	proto_number(&p->scratch, MAPPING_HAS_FILENAMES, p->named[i]);
	proto_number(&p->scratch, MAPPING_HAS_LINES, p->named[i]);
	proto_number(&p->scratch, MAPPING_HAS_INLINES, p->named[i]);
	proto_message(&p->out, PROFILE_MAPPING, &p->scratch);
}

static bool is_program(const struct profile *p, size_t i)
{
	const char *exe = p->model->header.exe;

	return exe && !strcmp(exe, p->model->modules[i].path);
}

/* The first one is the program to a reader. */
static void put_mappings(struct profile *p)
{
	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < p->model->n_modules; i++)
			if (is_program(p, i) != others)
				put_mapping(p, i);
}

static void put_functions(struct profile *p)
{
	for (size_t i = 0; i < p->names.n; i++) {
		const struct export_name *name = &p->names.v[i];

		strbuf_clear(&p->scratch);
		proto_number(&p->scratch, FUNCTION_ID, i + 1);
		proto_number(&p->scratch, FUNCTION_NAME, string_of(p, name->name));
		proto_number(&p->scratch, FUNCTION_SYSTEM_NAME, string_of(p, name->name));
		proto_number(&p->scratch, FUNCTION_FILE, string_of(p, name->file));
		proto_message(&p->out, PROFILE_FUNCTION, &p->scratch);
	}
}

/* Nanoseconds since 1970 of an RFC 3339 time in UTC, or 0. */
static uint64_t epoch_ns(const char *epoch)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *rest = epoch ? strptime(epoch, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	uint64_t ns = 0, unit = 100000000;

	if (!rest)
		return 0;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
			ns += (uint64_t)(*rest - '0') * unit;
	return (uint64_t)timegm(&tm) * 1000000000 + ns;
}

static void build(struct profile *p, enum mp_kind kind)
{
	struct export_stacks stacks;

	export_stacks_init(&stacks, p->model, kind);
	proto_bytes(&p->table, PROFILE_STRING, "", 0);
	put_type(p, PROFILE_SAMPLE_TYPE, "alloc_objects", "count");
	put_type(p, PROFILE_SAMPLE_TYPE, "alloc_space", "bytes");
	put_type(p, PROFILE_SAMPLE_TYPE, "inuse_objects", "count");
	put_type(p, PROFILE_SAMPLE_TYPE, "inuse_space", "bytes");
	for (size_t i = 0; i < stacks.n; i++)
		put_sample(p, &stacks.v[i]);
	put_mappings(p);
	put_functions(p);
	proto_number(&p->out, PROFILE_TIME, epoch_ns(p->model->header.epoch));
	proto_number(&p->out, PROFILE_DURATION, p->model->last_time);
	/* every allocation was recorded */
	put_type(p, PROFILE_PERIOD_TYPE, "space", "bytes");
	proto_number(&p->out, PROFILE_PERIOD, 1);
	proto_number(&p->out, PROFILE_DEFAULT_TYPE, string_of(p, "inuse_space"));
	strbuf_addbuf(&p->out, &p->table);
	export_stacks_release(&stacks);
}

static int pack(const struct strbuf *data, struct sink *out)
{
	z_stream z = { .next_in = (Bytef *)data->buf };
	unsigned char room[65536];
	size_t left = data->len;
	int got;

	/* 16 more than the window asks for the header of gzip */
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return -ENOMEM;
	do {
		uInt piece = left > 1 << 30 ? 1 << 30 : (uInt)left;

		if (!z.avail_in) {
			z.avail_in = piece;
			left -= piece;
		}
		z.next_out = room;
		z.avail_out = sizeof(room);
		got = deflate(&z, left ? Z_NO_FLUSH : Z_FINISH);
		sink_write(out, room, sizeof(room) - z.avail_out);
	} while (got == Z_OK || got == Z_BUF_ERROR);
	deflateEnd(&z);
	return got == Z_STREAM_END ? 0 : -EIO;
}

static int write_pprof(const struct model *model, struct symbols *symbols,
		       const struct export_args *args, struct sink *out)
{
	struct profile p = {
		.model = model,
		.symbols = symbols,
		.out = STRBUF_INIT,
		.table = STRBUF_INIT,
		.scratch = STRBUF_INIT,
		.inner = STRBUF_INIT,
		.named = xcalloc(model->n_modules + 1, sizeof(*p.named)),
	};
	int err;

	build(&p, args->kind);
	err = pack(&p.out, out);
	if (err)
		diag_error(args->diag, err, "cannot pack the profile: %s", strerror(-err));
	strbuf_release(&p.out);
	strbuf_release(&p.table);
	strbuf_release(&p.scratch);
	strbuf_release(&p.inner);
	strmap_release(&p.strings);
	export_names_release(&p.names);
	map_release(&p.locations);
	free(p.named);
	return err;
}

const struct exporter export_pprof = {
	.name = "pprof",
	.summary = "profile.proto, for go tool pprof: alloc and inuse, objects and space",
	.binary = true,
	.write = write_pprof,
};
