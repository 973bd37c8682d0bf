/* SPDX-License-Identifier: MIT */
/* zones.c - enter and leave regions; see zones.h.  Floor: record. */
#include "zones.h"

#include <time.h>

#include "arena.h"
#include "lock.h"
#include "moments.h"
#include "peak.h"
#include "rt.h"
#include "sys.h"
#include "zone_names.h"

/* Levels that are kept; deeper ones are only counted. */
#define DEPTH_FIRST 256
#define DEPTH_MAX 65536

/* Calls kept one by one: the first ones of the process, and long ones, of which so many
 * before it takes twice as long to be one. */
#define KEPT_FIRST 10000
#define KEPT_LONG 100000
#define LONG_FIRST 1000000

struct open_zone {
	struct zone_sum *sum; /* NULL without memory */
	uint32_t zone;
	bool watching; /* as it was outside */
	int64_t top;   /* as it was outside */
	const void *key;
	uintptr_t sp;
	uint64_t start; /* monotonic */
	uint64_t inner; /* ns in zones inside */
	v2 alloc, free; /* the thread's totals at the start */
};

/* A zone met before, by the address of its name. */
struct known_zone {
	const void *key;
	const char *name; /* as the state has it; NULL for a function */
	struct zone_sum *sum;
	uint32_t parent, zone;
};

#define KNOWN 256

struct zones {
	struct state *state; /* of the entries below, else they are another life's */
	uint64_t life;	     /* the thread's */
	uint32_t generation; /* of modules */
	uint32_t depth, deeper;
	uint32_t cap;
	struct open_zone *open;
	uint32_t *sums; /* zone to 1 + the thread's sum */
	uint32_t n_sums;
	struct known_zone known[KNOWN];
};

static uint64_t kept, kept_long, long_enough = LONG_FIRST;

/* The thread's zones, made or made anew for this life; NULL without memory. */
static COLD struct zones *prepare(struct thread *t)
{
	struct zones *z = t->zones;

	if (!z) {
		z = arena_map(sizeof(*z), ARENA_OUTPUT);
		if (!z)
			return NULL;
		z->open = arena_map(DEPTH_FIRST * sizeof(*z->open), ARENA_OUTPUT);
		if (!z->open) {
			arena_unmap(z, sizeof(*z));
			return NULL;
		}
		z->cap = DEPTH_FIRST;
		t->zones = z;
	}
	if (z->state != t->state || z->life != t->life) {
		if (z->sums)
			arena_clear(z->sums, z->n_sums * sizeof(*z->sums));
		z->depth = z->deeper = 0;
	}
	for (int i = 0; i < KNOWN; i++)
		z->known[i].key = NULL;
	z->state = t->state;
	z->life = t->life;
	z->generation = zone_names_generation();
	return z;
}

static inline struct zones *zones_of(struct thread *t)
{
	struct zones *z = t->zones;

	if (unlikely(!z || z->life != t->life || z->state != t->state ||
		     z->generation != zone_names_generation()))
		return prepare(t);
	return z;
}

/* The thread's sum of a zone, made when it is its first time there. */
static COLD struct zone_sum *find_sum(struct thread *t, struct zones *z, uint32_t zone)
{
	uint32_t index;

	if (zone >= z->n_sums) {
		uint32_t n = z->n_sums ? z->n_sums : 1024;
		void *sums;

		while (n <= zone)
			n *= 2;
		quiet_begin();
		sums = z->sums ? arena_grow(z->sums, z->n_sums * sizeof(*z->sums),
					    n * sizeof(*z->sums), ARENA_OUTPUT)
			       : arena_map(n * sizeof(*z->sums), ARENA_OUTPUT);
		if (sums) {
			z->sums = sums;
			z->n_sums = n;
		}
		quiet_end();
		if (!sums)
			return NULL;
	}
	if (!z->sums[zone]) {
		index = zone_names_new_sum(t->state, zone, t->record->first_sum);
		if (!index)
			return NULL;
		__atomic_store_n(&t->record->first_sum, index, __ATOMIC_RELEASE);
		z->sums[zone] = index;
	}
	return &state_sums(t->state)[z->sums[zone] - 1];
}

static inline struct known_zone *known(struct zones *z, const void *key, uint32_t parent)
{
	uint64_t hash = ((uint64_t)(uintptr_t)key ^ (uint64_t)parent << 20) * 0x9e3779b97f4a7c15;

	return &z->known[hash >> 56];
}

static COLD void learn(struct thread *t, struct zones *z, struct known_zone *k, const void *key,
		       uint32_t parent, enum zone_kind kind)
{
	uint32_t zone = zone_names_find(t->state, parent, kind, key);

	*k = (struct known_zone){
		.key = zone ? key : NULL,
		.name = kind == ZONE_FUNCTION || !zone
				? NULL
				: state_text(t->state, state_zones(t->state)[zone].name),
		.sum = zone && kind != ZONE_COUNTER ? find_sum(t, z, zone) : NULL,
		.parent = parent,
		.zone = zone,
	};
	if (!zone)
		__atomic_fetch_add(&t->state->moments_lost, 1, __ATOMIC_RELAXED);
}

static inline struct known_zone *look_up(struct thread *t, struct zones *z, const void *key,
					 uint32_t parent, enum zone_kind kind)
{
	struct known_zone *k = known(z, key, parent);

	/* What is at the name's address may have changed. */
	if (unlikely(k->key != key || k->parent != parent ||
		     (kind != ZONE_FUNCTION && (!k->name || rt_strcmp(k->name, key) != 0)) ||
		     (kind == ZONE_COUNTER) != !k->sum))
		learn(t, z, k, key, parent, kind);
	return k;
}

static bool deepen(struct zones *z)
{
	void *open;

	if (z->cap == DEPTH_MAX)
		return false;
	/* Its old place is gone: nobody may jump out in between. */
	quiet_begin();
	open = arena_grow(z->open, z->cap * sizeof(*z->open), z->cap * 2 * sizeof(*z->open),
			  ARENA_OUTPUT);
	if (open) {
		z->open = open;
		z->cap *= 2;
	}
	quiet_end();
	return open != NULL;
}

static inline void begin(struct thread *t, const void *key, enum zone_kind kind, uintptr_t sp)
{
	struct zones *z = zones_of(t);
	struct thread_record *record = t->record;
	struct known_zone *k;
	struct open_zone *o;
	uint32_t parent;

	if (unlikely(!z))
		return;
	if (unlikely(z->depth == z->cap && !deepen(z))) {
		z->deeper++;
		return;
	}
	parent = z->depth ? z->open[z->depth - 1].zone : ZONE_ROOT;
	k = look_up(t, z, key, parent, kind);
	o = &z->open[z->depth];
	*o = (struct open_zone){
		.sum = k->sum,
		.zone = k->zone ? k->zone : parent,
		.watching = record->watching,
		.top = record->top,
		.key = key,
		.sp = sp,
		.alloc = record->heap_alloc,
		.free = record->heap_free,
	};
	peak_watch(t->state, record);
	z->depth++;
	o->start = sys_clock_ns(CLOCK_MONOTONIC);
}

void zones_begin(struct thread *t, const char *name, uintptr_t sp)
{
	begin(t, name ? name : "", ZONE_NAMED, sp);
}

void zones_enter(struct thread *t, const void *function, uintptr_t sp)
{
	begin(t, function, ZONE_FUNCTION, sp);
}

static void count_duration(struct state *s, struct zone_sum *sum, uint64_t d)
{
	uint32_t e = d < ZONE_BUCKETS ? 0 : 63 - (uint32_t)__builtin_clzll(d);
	uint32_t octave = d < ZONE_BUCKETS ? 0 : e - 3;
	uint32_t bucket = d < ZONE_BUCKETS ? (uint32_t)d : (uint32_t)(d >> (e - 4)) & 15;
	uint32_t at = sum->octaves[octave];

	if (unlikely(!at)) {
		at = zone_names_new_octave(s);
		if (!at)
			return;
		__atomic_store_n(&sum->octaves[octave], at, __ATOMIC_RELEASE);
	}
	state_octaves(s)[at - 1].calls[bucket]++;
}

/* Is this call one of those kept one by one? */
static bool is_kept(uint64_t d)
{
	if (__atomic_load_n(&kept, __ATOMIC_RELAXED) < KEPT_FIRST &&
	    __atomic_fetch_add(&kept, 1, __ATOMIC_RELAXED) < KEPT_FIRST)
		return true;
	if (likely(d <= __atomic_load_n(&long_enough, __ATOMIC_RELAXED)))
		return false;
	if (__atomic_add_fetch(&kept_long, 1, __ATOMIC_RELAXED) % KEPT_LONG == 0)
		__atomic_store_n(&long_enough, long_enough * 2, __ATOMIC_RELAXED);
	return true;
}

/* End the innermost region. */
static void close_one(struct thread *t, struct zones *z, uint64_t now)
{
	struct open_zone *o = &z->open[--z->depth];
	struct thread_record *record = t->record;
	struct zone_sum *sum = o->sum;
	v2 alloc = record->heap_alloc - o->alloc, free = record->heap_free - o->free;
	uint64_t d = now > o->start ? now - o->start : 0;
	int64_t peak = record->top - (o->alloc[1] - o->free[1]);
	uint64_t longest;

	peak_unwatch(t->state, record, o->top, o->watching);
	if (z->depth)
		z->open[z->depth - 1].inner += d;
	if (unlikely(!sum))
		return;
	longest = (uint64_t)sum->times[1] > d ? (uint64_t)sum->times[1] : d;
	if (!sum->calls[0] || d < sum->min)
		sum->min = d;
	if (peak > sum->peak)
		sum->peak = peak;
	sum->times = (v2){ sum->times[0] + (int64_t)(d > o->inner ? d - o->inner : 0),
			   (int64_t)longest };
	sum->alloc += alloc;
	sum->free += free;
	sum->calls += (v2){ 1, (int64_t)d };
	count_duration(t->state, sum, d);
	if (unlikely(is_kept(d))) {
		uint64_t epoch = t->state->epoch;
		struct moment m = {
			.kind = RING_CALL,
			.tid = t->tid,
			.zone = o->zone,
			.t = now - epoch,
			.start = o->start - epoch,
			.alloc = alloc,
			.free = free,
			.peak = peak,
		};

		moments_add(t->state, &m);
	}
}

/* End regions down to `depth`. */
static inline void close_to(struct thread *t, struct zones *z, uint32_t depth, uint64_t now)
{
	z->deeper = 0;
	while (z->depth > depth)
		close_one(t, z, now);
}

static bool is_named(const struct thread *t, const struct open_zone *o, const char *name)
{
	const struct zone *zone = &state_zones(t->state)[o->zone];

	return o->sum && zone->kind == ZONE_NAMED &&
	       (!name || rt_strcmp(state_text(t->state, zone->name), name) == 0);
}

/* The regions of a thread that ends one of them; NULL when it has none, or when the one
 * that ends is deeper than they are kept. */
static struct zones *ending(struct thread *t)
{
	struct zones *z = t->zones ? zones_of(t) : NULL;

	if (unlikely(z && z->deeper)) {
		z->deeper--;
		return NULL;
	}
	return z;
}

void zones_end(struct thread *t, const char *name, uint64_t now)
{
	struct zones *z = ending(t);

	for (uint32_t i = z ? z->depth : 0; i--;)
		if (is_named(t, &z->open[i], name)) {
			close_to(t, z, i, now);
			return;
		}
}

void zones_exit(struct thread *t, const void *function, uint64_t now)
{
	struct zones *z = ending(t);

	for (uint32_t i = z ? z->depth : 0; i--;)
		if (z->open[i].key == function) {
			close_to(t, z, i, now);
			return;
		}
}

void zones_cut(struct thread *t, uintptr_t from, uintptr_t sp)
{
	struct zones *z = t->zones ? zones_of(t) : NULL;
	uint32_t depth;

	/* Another stack, as coroutines have: nothing was cut. */
	if (!z || !z->depth || sp >= t->own.high || from < t->own.low)
		return;
	for (depth = z->depth; depth; depth--) {
		const struct open_zone *o = &z->open[depth - 1];

		if (o->sp >= sp || o->sp < from)
			break;
	}
	if (depth < z->depth)
		close_to(t, z, depth, sys_clock_ns(CLOCK_MONOTONIC));
}

void zones_forget_names(struct thread *t)
{
	if (t->zones)
		t->zones->generation = zone_names_generation() - 1;
}

void zones_end_all(struct thread *t)
{
	struct zones *z = t->zones ? zones_of(t) : NULL;

	if (z && z->depth)
		close_to(t, z, 0, sys_clock_ns(CLOCK_MONOTONIC));
}

uint32_t zones_counter(struct thread *t, const char *name)
{
	struct zones *z = zones_of(t);

	return z ? look_up(t, z, name, ZONE_ROOT, ZONE_COUNTER)->zone : 0;
}
