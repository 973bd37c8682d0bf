/* SPDX-License-Identifier: MIT */
/* drain_zones.c - regions, moments and counters as lines; see drain.h.  Floor: drain. */
#include "drain.h"

#include "rt.h"

/* Rows collected before their line is written. */
#define BATCH 64

static void emit_zone(struct drain *d, uint32_t id)
{
	struct zone *zone = &state_zones(d->s)[id];

	/* Never none: who asks for it waits for that. */
	zone->drained = d->s->drain_pass ? d->s->drain_pass : 1;
	mp_encode_region(d->out, &(struct mp_region){
					 .id = id,
					 .parent = zone->parent,
					 .name = state_text(d->s, zone->name),
					 .kind = zone->kind == ZONE_FUNCTION ? "function" : "",
				 });
}

/* A zone's line and those of the zones around it, outermost first, where not yet written. */
static void need_zone(struct drain *d, uint32_t id)
{
	const struct zone *zones = state_zones(d->s);

	while (id && !zones[id].drained) {
		uint32_t top = id;

		while (zones[top].parent && !zones[zones[top].parent].drained)
			top = zones[top].parent;
		emit_zone(d, top);
	}
}

static struct mp_row_region_total row_of(const struct zone_sum *sum)
{
	/* Counted last, read first: the rest has at least these calls. */
	v2 calls = *(const volatile v2 *)&sum->calls;
	v2 times = *(const volatile v2 *)&sum->times;
	v2 alloc = *(const volatile v2 *)&sum->alloc;
	v2 free = *(const volatile v2 *)&sum->free;

	return (struct mp_row_region_total){
		.region = sum->zone,
		.calls = (uint64_t)calls[0],
		.total = (uint64_t)calls[1],
		.self = (uint64_t)times[0],
		.min = *(const volatile uint64_t *)&sum->min,
		.max = (uint64_t)times[1],
		.allocs = (uint64_t)alloc[0],
		.bytes = (uint64_t)alloc[1],
		.frees = (uint64_t)free[0],
		.freed = (uint64_t)free[1],
		.peak = *(const volatile int64_t *)&sum->peak,
	};
}

static void emit_sums(struct drain *d, uint32_t tid, uint32_t *batch, uint32_t n)
{
	struct zone_sum *sums = state_sums(d->s);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++)
		need_zone(d, sums[batch[i]].zone);
	mp_open_regions(d->out, &(struct mp_regions){ .t = d->t, .tid = tid });
	for (uint32_t i = 0; i < n; i++) {
		struct mp_row_region_total row = row_of(&sums[batch[i]]);

		sums[batch[i]].drained = row.calls;
		if (i)
			mp_put_char(d->out, ',');
		mp_put_row_region_total(d->out, &row);
	}
	mp_close_rows(d->out);
}

static bool emit_octave(struct drain *d, const struct zone_sum *sum, uint32_t octave, bool first)
{
	uint32_t at = __atomic_load_n(&sum->octaves[octave], __ATOMIC_ACQUIRE);
	const volatile uint64_t *calls = at ? state_octaves(d->s)[at - 1].calls : NULL;

	for (uint32_t i = 0; calls && i < ZONE_BUCKETS; i++) {
		uint64_t n = calls[i];

		if (!n)
			continue;
		if (!first)
			mp_put_char(d->out, ',');
		first = false;
		mp_put_row_region_time(d->out, &(struct mp_row_region_time){
						       .region = sum->zone,
						       .bucket = octave * ZONE_BUCKETS + i,
						       .calls = n,
					       });
	}
	return first;
}

static void emit_durations(struct drain *d, uint32_t tid, struct zone_sum *sum)
{
	bool first = true;

	sum->timed = (uint64_t)((const volatile struct zone_sum *)sum)->calls[0];
	need_zone(d, sum->zone);
	mp_open_durations(d->out, &(struct mp_durations){ .t = d->t, .tid = tid });
	for (uint32_t i = 0; i < ZONE_OCTAVES; i++)
		first = emit_octave(d, sum, i, first);
	mp_close_rows(d->out);
}

void drain_sums(struct drain *d, struct thread_record *record, bool gone)
{
	struct zone_sum *sums = state_sums(d->s);
	uint32_t at = __atomic_load_n(&record->first_sum, __ATOMIC_ACQUIRE), batch[BATCH], n = 0;
	uint32_t there = __atomic_load_n(&d->s->sums, __ATOMIC_ACQUIRE), most = there;

	/* No more than there are: the chain of a damaged state may be a ring. */
	for (; at && at <= there && most--; at = sums[at - 1].previous) {
		struct zone_sum *sum = &sums[at - 1];
		uint64_t calls = (uint64_t)((const volatile struct zone_sum *)sum)->calls[0];

		if (!sum->zone)
			continue;
		if ((d->durations || gone) && calls != sum->timed)
			emit_durations(d, record->tid, sum);
		if (calls == sum->drained)
			continue;
		batch[n++] = at - 1;
		if (n == BATCH) {
			emit_sums(d, record->tid, batch, n);
			n = 0;
		}
	}
	emit_sums(d, record->tid, batch, n);
}

static void emit_call(struct drain *d, const struct moment *m)
{
	const char *name;

	if (!m->zone || m->zone >= __atomic_load_n(&d->s->zones, __ATOMIC_ACQUIRE))
		return;
	need_zone(d, m->zone);
	name = state_text(d->s, state_zones(d->s)[m->zone].name);
	mp_encode_begin(d->out, &(struct mp_begin){
					.t = m->start,
					.tid = m->tid,
					.name = name,
					.region = m->zone,
				});
	mp_encode_end(d->out, &(struct mp_end){
				      .t = m->t,
				      .tid = m->tid,
				      .name = name,
				      .region = m->zone,
				      .allocs = (uint64_t)m->alloc[0],
				      .bytes = (uint64_t)m->alloc[1],
				      .frees = (uint64_t)m->free[0],
				      .freed = (uint64_t)m->free[1],
				      .peak = m->peak,
			      });
}

static void emit_moment(struct drain *d, const struct moment *m)
{
	static const char *const causes[] = SPIKE_WORDS;

	switch (m->kind) {
	case RING_MARK:
		mp_encode_mark(d->out, &(struct mp_mark){
					       .t = m->t,
					       .tid = m->tid,
					       .name = m->long_name ? state_text(d->s, m->long_name)
								    : m->name,
					       .allocs = (uint64_t)m->alloc[0],
					       .bytes = (uint64_t)m->alloc[1],
					       .frees = (uint64_t)m->free[0],
					       .freed = (uint64_t)m->free[1],
				       });
		break;
	case RING_CALL:
		emit_call(d, m);
		break;
	case RING_COUNTER:
		if (m->zone < d->s->zones)
			mp_encode_counter(
				d->out,
				&(struct mp_counter){
					.t = m->t,
					.tid = m->tid,
					.name = state_text(d->s, state_zones(d->s)[m->zone].name),
					.value = m->value,
				});
		break;
	case RING_SPIKE:
		mp_encode_spike(d->out, &(struct mp_spike){
						.t = m->t,
						.rss = m->rss,
						.what = m->cause < sizeof(causes) / sizeof(*causes)
								? causes[m->cause]
								: "",
					});
		break;
	}
}

void drain_moments(struct drain *d)
{
	struct state *s = d->s;
	uint64_t n = __atomic_load_n(&s->moments, __ATOMIC_ACQUIRE), at = s->moments_done;

	for (; at < n; at++) {
		struct moment *m = state_moment(s, at);

		/* Still being written: the next pass has it, if there is one. */
		if (__atomic_load_n(&m->seq, __ATOMIC_ACQUIRE) != at + 1) {
			if (!d->last)
				break;
			continue;
		}
		if (m->t > d->t && !d->last)
			break;
		if (!m->pass && m->t <= d->t) {
			m->pass = s->drain_pass;
			emit_moment(d, m);
		}
	}
	d->moments = at;
}

void drain_counters(struct drain *d)
{
	struct zone *zones = state_zones(d->s);
	uint32_t n = __atomic_load_n(&d->s->zones, __ATOMIC_ACQUIRE);

	for (uint32_t id = ZONE_FIRST; id < n; id++) {
		struct zone *zone = &zones[id];
		uint64_t sets = __atomic_load_n(&zone->sets, __ATOMIC_ACQUIRE);

		if (zone->kind != ZONE_COUNTER || sets == zone->written || zone->time > d->t)
			continue;
		zone->written = sets;
		mp_encode_counter(d->out, &(struct mp_counter){
						  .t = zone->time,
						  .tid = zone->tid,
						  .name = state_text(d->s, zone->name),
						  .value = zone->value,
					  });
	}
}
