/* SPDX-License-Identifier: MIT */
/*
 * statefile.c - read a state file and drain it; see memprof/statefile.h.
 *
 * The file is copied and not mapped: it may be cut while it is read, and what
 * was checked must not change any more.  It is sparse, and so is the copy.
 */
#define _GNU_SOURCE
#include <memprof/statefile.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memprof/encode.h>

#include "drain.h"
#include "offline/mend.h"
#include "offline/perfmap_file.h"
#include "state.h"

/* The largest one that any version could have made, generously. */
#define FILE_MAX ((uint64_t)1 << 40)
/* Behind the text region: the zero that ends its last string. */
#define TAIL 4096

_Static_assert(sizeof(struct state) <= TAIL, "the header is one page");

struct mp_state {
	struct state *s;
	size_t len;
	int fd;
	struct mp_state_facts facts;
	/* what a trace that lost lines still has, in its order */
	struct kept {
		enum mp_state_line line;
		uint32_t id;
		uint64_t t;
	} * kept;
	size_t n_kept, kept_alloc;
};

/* A range of the file into the copy; what is not in the file stays zero. */
static int copy(struct mp_state *state, uint64_t at, uint64_t end)
{
	while (at < end) {
		ssize_t n = pread(state->fd, (char *)state->s + at, end - at, (off_t)at);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0)
			at += (uint64_t)n;
	}
	return 0;
}

/* The parts of [at, end) that are not holes; *last is where the last one ends. */
static int copy_data(struct mp_state *state, uint64_t at, uint64_t end, uint64_t *last)
{
	int err = 0;

	*last = at;

	while (!err && at < end) {
		off_t data = lseek(state->fd, (off_t)at, SEEK_DATA), hole;

		if (data < 0)
			return errno == ENXIO ? 0 : -errno;
		hole = lseek(state->fd, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		if ((uint64_t)data >= end)
			return 0;
		*last = (uint64_t)hole < end ? (uint64_t)hole : end;
		err = copy(state, (uint64_t)data, *last);
		at = (uint64_t)hole;
	}
	return err;
}

/* Entries that may have been handed out and not written to: what is far from anything in the
 * file is nothing, whatever the header counts. */
#define UNWRITTEN 4096

static const uint32_t entry_sizes[REGIONS] = {
	[REGION_NODES] = sizeof(struct node),
	[REGION_MARKS] = sizeof(uint16_t),
	[REGION_CELLS] = CELL_BLOCK * sizeof(struct cell),
	[REGION_INFOS] = CELL_BLOCK * sizeof(struct cell_info),
	[REGION_OWNERS] = sizeof(struct block_owner),
	[REGION_THREADS] = sizeof(struct thread_record),
	[REGION_MODULES] = sizeof(struct module_record),
	[REGION_SIZES] = sizeof(struct size_entry),
	[REGION_ZONES] = sizeof(struct zone),
	[REGION_SUMS] = sizeof(struct zone_sum),
	[REGION_OCTAVES] = sizeof(struct zone_octave),
	[REGION_MOMENTS] = sizeof(struct moment),
	[REGION_TEXT] = 1,
};

/* Bytes of a region that were in use, at most. */
static uint64_t used(const struct state *s, enum region region)
{
	const uint32_t counts[REGIONS] = {
		[REGION_NODES] = s->nodes,
		[REGION_CELLS] = s->blocks,
		[REGION_MARKS] = s->nodes,
		[REGION_INFOS] = s->blocks,
		[REGION_OWNERS] = s->blocks,
		[REGION_THREADS] = s->threads,
		[REGION_MODULES] = s->modules,
		[REGION_SIZES] = s->sizes,
		[REGION_TEXT] = s->text,
		[REGION_ZONES] = s->zones,
		[REGION_SUMS] = s->sums,
		[REGION_OCTAVES] = s->octaves,
		[REGION_MOMENTS] = s->moments ? MOMENTS : 0,
	};
	uint64_t bytes = (uint64_t)counts[region] * entry_sizes[region];

	return bytes < s->regions[region].capacity ? bytes : s->regions[region].capacity;
}

/* The count of a region's entries, where it has one of its own. */
static uint32_t *count_of(struct state *s, enum region region)
{
	switch (region) {
	case REGION_NODES:
		return &s->nodes;
	case REGION_THREADS:
		return &s->threads;
	case REGION_SIZES:
		return &s->sizes;
	case REGION_ZONES:
		return &s->zones;
	case REGION_SUMS:
		return &s->sums;
	case REGION_OCTAVES:
		return &s->octaves;
	case REGION_INFOS:
		return &s->blocks;
	default:
		return NULL;
	}
}

static int copy_region(struct mp_state *state, enum region region)
{
	uint64_t at = state->s->regions[region].offset, last;
	uint32_t *count = count_of(state->s, region);
	int err = copy_data(state, at, at + used(state->s, region), &last);

	if (!err && count) {
		uint64_t most = (last - at) / entry_sizes[region] + UNWRITTEN;

		if (*count > most)
			*count = (uint32_t)most;
	}
	return err;
}

/* One region behind the other, and all in the file. */
static bool regions_are_sane(const struct state *s)
{
	uint64_t at = sizeof(*s);

	for (int i = 0; i < REGIONS; i++) {
		const struct region_place *place = &s->regions[i];

		if (place->offset < at || place->offset % 64 || place->offset > s->file_size ||
		    place->capacity > s->file_size - place->offset)
			return false;
		at = place->offset + place->capacity;
	}
	return s->regions[REGION_NODES].capacity >= NODE_FIRST * sizeof(struct node) &&
	       s->regions[REGION_MARKS].capacity >= NODE_FIRST * sizeof(uint16_t) &&
	       s->regions[REGION_TEXT].capacity > 0;
}

static int read_header(struct state *s, int fd)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(*s))
		return -EINVAL;
	n = pread(fd, s, sizeof(*s), 0);
	if (n < 0)
		return -errno;
	if (n != (ssize_t)sizeof(*s) || memcmp(s->magic, STATE_MAGIC, sizeof(s->magic)))
		return -EINVAL;
	if (s->layout != STATE_LAYOUT || s->header_size != sizeof(*s))
		return -EPROTONOSUPPORT;
	if (s->file_size != (uint64_t)st.st_size || s->file_size > FILE_MAX || !regions_are_sane(s))
		return -EINVAL;
	return 0;
}

static void set_facts(struct mp_state *state)
{
	struct state *s = state->s;
	uint64_t text = s->regions[REGION_TEXT].capacity;

	s->boot[sizeof(s->boot) - 1] = '\0';
	/* Offset 0 is "", whatever the file says. */
	*(char *)state_region(s, REGION_TEXT) = '\0';
	state->facts = (struct mp_state_facts){
		.pid = s->pid,
		.pid_namespace = s->pid_namespace,
		.start_ticks = s->start_ticks,
		.boot = s->boot,
		.trace_path = state_text(s, s->trace_path < text ? s->trace_path : 0),
		.trace_dev = s->trace_dev,
		.trace_ino = s->trace_ino,
		.trace_size = STATE_COMMIT_BYTES(s->committed),
		.finished = STATE_COMMIT_ENDED(s->committed),
	};
}

int mp_state_read(struct mp_state **out, int fd)
{
	struct mp_state *state;
	struct state header;
	int err = read_header(&header, fd);
	void *map;

	*out = NULL;
	if (err)
		return err;
	state = calloc(1, sizeof(*state));
	if (!state)
		return -ENOMEM;
	state->fd = fd;
	state->len = header.file_size + TAIL;
	map = mmap(NULL, state->len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED) {
		free(state);
		return -ENOMEM;
	}
	state->s = map;
	*state->s = header;
	err = copy_region(state, REGION_TEXT);
	if (err) {
		mp_state_free(state);
		return err;
	}
	set_facts(state);
	*out = state;
	return 0;
}

const struct mp_state_facts *mp_state_facts(const struct mp_state *state)
{
	return &state->facts;
}

/* What the recorder counts, when it lived too short to do so. */
static void count_recorder(struct state *s)
{
	for (int i = 0; i < ARENA_USES; i++)
		if (s->recorder[i])
			return;
	s->recorder[ARENA_OUTPUT] = TAIL;
	for (int i = 0; i < REGIONS; i++)
		s->recorder[state_use((enum region)i)] += s->regions[i].reserved;
}

static void note_damage(struct drain *d, int64_t mended)
{
	char text[128];

	if (!mended)
		return;
	snprintf(text, sizeof(text), "%lld entries of the state made no sense and were mended",
		 (long long)mended);
	mp_encode_note(d->out, &(struct mp_note){
				       .t = d->t,
				       .level = "warning",
				       .code = "state-damaged",
				       .text = text,
			       });
}

void mp_state_has(struct mp_state *state, enum mp_state_line line, uint64_t id, uint64_t t)
{
	if (state->n_kept == state->kept_alloc) {
		size_t n = state->kept_alloc ? state->kept_alloc * 2 : 1024;
		struct kept *kept = realloc(state->kept, n * sizeof(*kept));

		if (!kept)
			return;
		state->kept = kept;
		state->kept_alloc = n;
	}
	if (id && id <= UINT32_MAX)
		state->kept[state->n_kept++] = (struct kept){ line, (uint32_t)id, t };
}

/* Before the state is mended: the rows of these threads are in the trace, too. */
static void keep_ended(const struct mp_state *state)
{
	struct state *s = state->s;
	struct thread_record *records = state_threads(s);

	for (size_t i = 0; i < state->n_kept; i++) {
		const struct kept *kept = &state->kept[i];

		for (uint32_t k = 0; kept->line == MP_STATE_THREAD_END && k < s->threads; k++)
			if (records[k].state == THREAD_FINAL && records[k].tid == kept->id &&
			    records[k].ended == kept->t)
				records[k].final_drained = 0;
	}
}

/* Mark what the trace has, as the drain does when it writes the line. */
static void keep_lines(const struct mp_state *state)
{
	struct state *s = state->s;
	struct node *nodes = state_nodes(s);
	struct zone *zones = state_zones(s);
	struct module_record *modules = state_modules(s);
	uint16_t *marks = state_marks(s);

	for (size_t i = 0; i < state->n_kept; i++) {
		uint32_t id = state->kept[i].id, module;

		switch (state->kept[i].line) {
		case MP_STATE_MODULE:
			if (id <= s->modules)
				modules[id - 1].drained = 1;
			break;
		case MP_STATE_STACK:
			if (id >= s->nodes)
				break;
			module = FRAME_MODULE(nodes[id].frame);
			if ((!nodes[id].parent || marks[nodes[id].parent]) &&
			    (!module || module > s->modules || modules[module - 1].drained))
				marks[id] = MARK_OF(0);
			break;
		case MP_STATE_REGION:
			if (id < s->zones && (!zones[id].parent || zones[zones[id].parent].drained))
				zones[id].drained = 1;
			break;
		default:
			break;
		}
	}
}

int mp_state_drain(struct mp_state *state, struct mp_out *out, const char *reason, bool all)
{
	struct state *s = state->s;
	int64_t mended;
	void *scratch = NULL;
	struct drain d = {
		.s = s,
		.out = out,
		.chain = malloc(DRAIN_CHAIN * sizeof(uint32_t)),
		.t = s->now,
		.durations = true,
		.last = true,
	};
	int err = 0;

	for (int i = 0; !err && i < REGION_TEXT; i++)
		err = copy_region(state, (enum region)i);
	if (!err && all &&
	    s->threads * sizeof(struct thread_record) <= s->regions[REGION_THREADS].capacity)
		keep_ended(state);
	mended = err ? -1 : mend(s, all ? 0 : STATE_COMMIT_PASS(s->committed));
	if (mended >= 0 && all)
		keep_lines(state);
	if (mended >= 0)
		scratch = malloc(drain_peak_scratch(s) + 1);
	if (scratch && d.chain) {
		drain_pass(&d);
		drain_peak(&d, scratch, drain_peak_scratch(s), false);
		perfmap_file(&d);
		note_damage(&d, mended);
		count_recorder(s);
		drain_footer(&d, &(struct mp_footer){
					 .reason = reason,
					 .max_rss = s->max_rss,
				 });
		if (!out->error && out->len)
			out->error = out->flush(out);
		err = out->error;
	} else if (!err) {
		err = -ENOMEM;
	}
	free(scratch);
	free(d.chain);
	return err;
}

void mp_state_free(struct mp_state *state)
{
	if (!state)
		return;
	munmap(state->s, state->len);
	free(state->kept);
	free(state);
}
