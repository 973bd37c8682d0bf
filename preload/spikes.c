/* SPDX-License-Identifier: MIT */
/* spikes.c - see spikes.h.  Floor: sampler. */
#include "spikes.h"

#include <time.h>

#include "drain.h"
#include "memstat.h"
#include "rt.h"
#include "sys.h"

/* Between two looks. */
#define LOOK_APART 1000000
/* What stands out from the samples around it: so much, or a 256th of it. */
#define STANDS_OUT 65536

/* Time between two looks at every page, at least; and how much longer than one takes. */
#define ROLLUP_APART 1000000000
#define ROLLUP_SHARE 500

COLD void spikes_look(struct state *s, size_t bytes, enum spike_cause cause)
{
	static uint64_t last;
	uint64_t now = sys_clock_ns(CLOCK_MONOTONIC) - s->epoch, rss;
	uint64_t before = __atomic_load_n(&last, __ATOMIC_RELAXED);

	if (now >= before && now - before < LOOK_APART &&
	    bytes < __atomic_load_n(&s->sampled_rss, __ATOMIC_RELAXED) / 16)
		return;
	__atomic_store_n(&last, now, __ATOMIC_RELAXED);
	rss = memstat_rss();
	if (rss <= __atomic_load_n(&s->spike_rss, __ATOMIC_RELAXED))
		return;
	/* Who has it sees much the same. */
	if (!lock_take_free(&s->spike_lock, (uint32_t)sys_gettid()))
		return;
	s->spike_time = now;
	s->spike_cause = cause;
	__atomic_store_n(&s->spike_rss, rss, __ATOMIC_RELAXED);
	lock_release(&s->spike_lock);
}

static void put(struct drain *d, uint64_t t, uint64_t rss, enum spike_cause cause)
{
	static const char *const causes[] = SPIKE_WORDS;

	if (rss > d->s->highest_rss)
		d->s->highest_rss = rss;
	mp_encode_spike(d->out, &(struct mp_spike){ .t = t, .rss = rss, .what = causes[cause] });
}

static uint64_t stands_out(uint64_t rss)
{
	return rss / 256 > STANDS_OUT ? rss / 256 : STANDS_OUT;
}

static void put_seen(struct drain *d, const struct mp_sample *sample)
{
	struct state *s = d->s;
	uint64_t rss, t, around = sample->rss > s->sampled_rss ? sample->rss : s->sampled_rss;
	uint32_t cause;

	lock_take(&s->spike_lock, (uint32_t)sys_gettid());
	rss = s->spike_rss;
	t = s->spike_time;
	cause = s->spike_cause;
	s->spike_rss = 0;
	lock_release(&s->spike_lock);
	if (rss > around + stands_out(around) && cause <= SPIKE_MARK)
		put(d, t, rss, cause);
}

/* Looks at every page are rare, and rarer the longer they take. */
static void roll_up(struct drain *d, struct mp_sample *sample)
{
	static uint64_t next;
	uint64_t start = sys_clock_ns(CLOCK_MONOTONIC), took, share = d->t / 50;

	if (d->t < next)
		return;
	memstat_rollup(sample);
	took = (sys_clock_ns(CLOCK_MONOTONIC) - start) * ROLLUP_SHARE;
	next = share > ROLLUP_APART ? share : ROLLUP_APART;
	next = d->t + (took > next ? took : next);
}

void spikes_sample(struct drain *d, struct mp_sample *sample)
{
	struct state *s = d->s;

	put_seen(d, sample);
	if (sample->rss > s->highest_rss)
		s->highest_rss = sample->rss;
	if (sample->hwm > s->highest_rss + stands_out(s->highest_rss))
		put(d, d->t, sample->hwm, SPIKE_HWM);
	s->sampled_rss = sample->rss;
	roll_up(d, sample);
}
