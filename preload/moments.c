/* SPDX-License-Identifier: MIT */
/* moments.c - the ring of single moments; see moments.h.  Floor: sampler. */
#include "moments.h"

#include <stddef.h>

#include "output.h"
#include "rt.h"
#include "sampler.h"
#include "sys.h"

/* From here on the helper is asked to come sooner. */
#define HURRY_AT (MOMENTS / 2)

/* The number of an entry to fill, or UINT64_MAX. */
static uint64_t claim(struct state *s)
{
	uint64_t n = __atomic_load_n(&s->moments, __ATOMIC_RELAXED);
	bool drained = false;

	if (state_reserve(s, REGION_MOMENTS, MOMENTS * sizeof(struct moment)) != 0)
		return UINT64_MAX;
	for (;;) {
		uint64_t waiting = n - __atomic_load_n(&s->moments_done, __ATOMIC_ACQUIRE);

		if (waiting >= MOMENTS) {
			if (drained)
				return UINT64_MAX;
			output_sites(s, false);
			drained = true;
			n = __atomic_load_n(&s->moments, __ATOMIC_RELAXED);
		} else if (__atomic_compare_exchange_n(&s->moments, &n, n + 1, false,
						       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			if (waiting == HURRY_AT)
				sampler_hurry();
			return n;
		}
	}
}

/* All but `seq`, which a reader may look at meanwhile. */
static void copy(struct moment *to, const struct moment *m)
{
	uint64_t __attribute__((may_alias)) *words = (void *)to;
	const uint64_t __attribute__((may_alias)) *from = (const void *)m;

	_Static_assert(offsetof(struct moment, seq) == 0, "the first word");
	for (size_t i = 1; i < sizeof(*m) / sizeof(*from); i++)
		words[i] = from[i];
}

bool moments_add(struct state *s, const struct moment *m)
{
	uint64_t n = claim(s);
	struct moment *to;

	if (unlikely(n == UINT64_MAX)) {
		__atomic_fetch_add(&s->moments_lost, 1, __ATOMIC_RELAXED);
		return false;
	}
	/* A reader of a killed process takes this for the time of its end. */
	if (m->t > __atomic_load_n(&s->now, __ATOMIC_RELAXED))
		__atomic_store_n(&s->now, m->t, __ATOMIC_RELAXED);
	to = state_moment(s, n);
	copy(to, m);
	to->pass = 0;
	__atomic_store_n(&to->seq, n + 1, __ATOMIC_RELEASE);
	return true;
}

void moments_add_spike(struct state *s, uint64_t t, uint64_t rss, enum spike_cause cause)
{
	struct moment m = { .kind = RING_SPIKE, .t = t, .rss = rss, .cause = cause };

	moments_add(s, &m);
}
