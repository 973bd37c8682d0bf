/* SPDX-License-Identifier: MIT */
/* capture.c - walk, prove the rest, name the stack; see capture.h and memo.h.
 * Floor: unwind. */
#include "capture.h"

#include "capture_full.h"
#include "walk.h"

/* Of a stack deeper than the memo only these many frames are named; and while
 * the program stays that deep no more are walked. */
#define TOO_DEEP_FRAMES 256

/* No remembered frame joins the walk. */
#define NO_JOIN UINT32_MAX

static bool in_span(const struct span *span, uint64_t sp)
{
	return sp >= span->low && sp < span->high;
}

static bool same_frame(const struct memo_frame *f, uint64_t key, const struct walk *w)
{
	return f->sp == w->sp && f->key == key && (!f->needs_rbp || f->rbp == w->rbp);
}

/* Of the memo's frames before `f`, the last that does not lie below sp; or the one before
 * the first of all. */
static inline const struct memo_frame *not_below(const struct memo_frame *first,
						 const struct memo_frame *f, uint64_t sp)
{
	/* Stack pointers grow outwards but from one stack to another. */
	while (f - first >= 8 && f[-8].sp < sp)
		f -= 8;
	while (f > first && f[-1].sp < sp)
		f--;
	return f - 1;
}

/* A frame of the memo was met, but slot `failed` does not hold: the frames down to it
 * are walked again, for what rbp is beyond them is not known otherwise. */
static uint32_t not_beyond(const struct memo *memo, uint32_t n, uint32_t failed)
{
	while (n > 1 && memo->frames[n - 2].slots_end > failed)
		n--;
	return n - 1;
}

/*
 * Walk outwards until a remembered frame is met whose way out is proven, or to
 * the end.  *n frames are new; *join is the remembered frame or NO_JOIN, *at is
 * where the walk stopped.
 */
static inline enum walk_result walk_to_memo(struct thread *t, struct walk *at, uint32_t *n,
					    uint32_t *join)
{
	struct memo *memo = &t->memo;
	const struct memo_frame *frames = memo->frames, *candidate = frames + memo->n - 1;
	uint32_t most = at->sp <= t->too_deep && in_span(&t->own, at->sp) ? TOO_DEEP_FRAMES
									  : memo->depth;
	uint32_t len = 0, failed;
	const struct rule_entry *rule = NULL;
	enum walk_result result = WALK_ON;
	struct walk w = *at;
	uint64_t key = walk_key(&w);

	*join = NO_JOIN;
	for (;;) {
		struct step *step = &t->walk[len];

		if (unlikely(!w.pc)) {
			result = WALK_END;
			break;
		}
		if (candidate >= frames && candidate->sp < w.sp)
			candidate = not_below(frames, candidate, w.sp);
		if (candidate >= frames && same_frame(candidate, key, &w)) {
			if (memo_prove(memo, candidate->slots_end, &failed)) {
				*join = (uint32_t)(candidate - frames);
				break;
			}
			candidate = frames +
				    not_beyond(memo, (uint32_t)(candidate - frames) + 1, failed) -
				    1;
		}
		if (unlikely(len == most)) {
			if (len == memo->depth && in_span(&t->own, t->walk[0].sp))
				t->too_deep = t->walk[0].sp;
			result = WALK_TRUNCATED;
			break;
		}
		rule = rule ? rules_caller(&t->rules, t->state, rule, key)
			    : rules_find(&t->rules, t->state, key);
		step->key = key;
		step->frame = rules_frame(&t->rules, rule->way, key);
		step->sp = w.sp;
		step->rbp = w.rbp;
		len++;
		if (likely(rule->way & WAY_PLAIN)) {
			result = walk_plain(t, &w, rule->way, step);
			key = w.pc;
		} else {
			w.exact = (key & RULES_EXACT) != 0;
			*at = w;
			result = walk_rare(t, at, &t->rules.ways[rule->way], step);
			w = *at;
			key = walk_key(&w);
		}
		if (unlikely(result != WALK_ON))
			break;
	}
	*at = w;
	*n = len;
	return result;
}

/* Note what leaving `step` for the frame at (key, sp, rbp) depended on; `needs`
 * says whether that frame needs rbp.  True when this one does. */
static COLD bool add_rare_slots(struct slot **end, const struct step *step, uint64_t pc,
				uint64_t sp, uint64_t rbp, bool needs)
{
	struct slot *s = *end;
	uint64_t pc_slot = sp - 8;

	if (step->kind == RULE_NONE)
		needs = true;
	if (needs && step->rbp_slot)
		*s++ = (struct slot){ (const uint64_t *)step->rbp_slot, rbp };
	if (step->kind == RULE_SIGNAL) {
		*s++ = (struct slot){ (const uint64_t *)(step->sp + CFI_SIGNAL_RSP), sp };
		pc_slot = step->sp + CFI_SIGNAL_RIP;
	}
	*s++ = (struct slot){ (const uint64_t *)pc_slot, pc };
	if (step->cfa_slot)
		*s++ = (struct slot){ (const uint64_t *)step->cfa_slot, sp };
	*end = s;
	return step->uses_rbp || (needs && !step->rbp_slot);
}

static inline bool add_slots(struct slot **end, const struct step *step, uint64_t pc, uint64_t sp,
			     uint64_t rbp, bool needs)
{
	struct slot *s = *end;

	if (unlikely(step->kind != RULE_PLAIN))
		return add_rare_slots(end, step, pc, sp, rbp, needs);
	if (needs && step->rbp_slot) {
		*s++ = (struct slot){ (const uint64_t *)step->rbp_slot, rbp };
		needs = false;
	}
	*s++ = (struct slot){ (const uint64_t *)(sp - 8), pc };
	*end = s;
	return needs || step->uses_rbp;
}

/* Before it becomes another: nothing that was said of it is taken for true any more. */
static void change_memo(struct thread *t)
{
	if (unlikely(!++t->memo.version)) {
		t->memo.version = 1;
		trails_flush(&t->trails);
	}
}

/* Put the n new frames above remembered frame `join` (or on an empty memo) and
 * give each its node.  `w` is where the walk stopped.  0 when they are too many, and
 * the memo is empty. */
static inline uint32_t remember(struct thread *t, uint32_t n, uint32_t join, const struct walk *w,
				uint32_t base)
{
	struct memo *memo = &t->memo;
	struct memo_frame *f = memo->frames + (join == NO_JOIN ? 0 : join + 1);
	uint32_t first = f > memo->frames ? f[-1].slots_end : 1, end;
	uint32_t node = f > memo->frames ? f[-1].node : base;
	bool needs = f > memo->frames && f[-1].needs_rbp;
	uint64_t pc = w->pc, sp = w->sp, rbp = w->rbp;
	struct slot *s = memo->slots + first;

	change_memo(t);
	if (unlikely(f + n > memo->frames + memo->depth)) {
		memo->n = 0;
		return 0;
	}
	for (const struct step *step = t->walk + n; step-- > t->walk; f++) {
		f->saves_rbp = (needs || step->kind == RULE_NONE) && step->rbp_slot;
		/* The way out of a frame that has none depends on nothing. */
		if (unlikely(step->kind == RULE_END && f == memo->frames))
			f->saves_rbp = needs = false;
		else
			needs = add_slots(&s, step, pc, sp, rbp, needs);
		end = memo_end_frame(memo, first, (uint32_t)(s - memo->slots));
		s = memo->slots + end;
		first = end;
		node = trie_child_at(t->state, &t->ids, node, step->frame);
		f->key = step->key;
		f->sp = sp = step->sp;
		f->rbp = rbp = step->rbp;
		f->rbp_at = step->rbp_slot;
		f->node = node;
		f->slots_end = end;
		f->needs_rbp = needs;
		f->uses_rbp = step->uses_rbp;
		pc = step->key & ~RULES_EXACT;
	}
	memo->n = (uint32_t)(f - memo->frames);
	return node;
}

/* A stack whose frames are all in t->walk, not to be remembered. */
static COLD uint32_t name_once(struct thread *t, uint32_t n, uint32_t base)
{
	uint32_t node = base;

	change_memo(t);
	t->memo.n = 0;
	while (n--)
		node = trie_child(t->state, &t->ids, node, t->walk[n].frame);
	return node;
}

static COLD struct capture capture_unusual(struct thread *t, const struct origin *from,
					   enum walk_result result, uint32_t n)
{
	bool whole = result == WALK_FULL && capture_full(t, from, &n);

	if (n == t->memo.depth)
		n = TOO_DEEP_FRAMES;
	return (struct capture){
		.node = name_once(t, n, whole ? NODE_ROOT : NODE_TRUNCATED),
		.truncated = !whole,
	};
}

/* The words that prove a stack in the memo, innermost first, each as late as a walk
 * could read it: a saved rbp only when a frame is found by it. */
struct proof {
	const struct memo *memo;
	const struct memo_frame *f; /* the next frame */
	const uint64_t *rbp;	    /* where its rbp was saved */
	bool rbp_proven;
	struct slot *out;
	uint32_t n;
};

/* Add words until there are `enough` and a frame comes that others may join at;
 * false at the end of the stack.  No more than TRAIL_SCRATCH. */
static bool prove(struct proof *p, uint32_t enough)
{
	for (;; p->f--) {
		const struct memo_frame *f = p->f;
		uint32_t first = f > p->memo->frames ? f[-1].slots_end : 1;

		if (p->n >= enough && !(f->key & RULES_EXACT))
			return true;
		if (unlikely(f->uses_rbp) && !p->rbp_proven) {
			p->out[p->n++] = (struct slot){ p->rbp, *p->rbp };
			p->rbp_proven = true;
		}
		for (uint32_t i = f->slots_end; i-- > first + f->saves_rbp;)
			p->out[p->n++] = p->memo->slots[i];
		if (f->rbp_at) {
			p->rbp = (const uint64_t *)(uintptr_t)f->rbp_at;
			p->rbp_proven = false;
		}
		if (f == p->memo->frames)
			return false;
	}
}

/* Keep the stack of the memo's outermost `frames` frames as a trail.  Where it joins
 * the memo is decided by what lies further in only, so that stacks which agree
 * there agree on it. */
static struct trail *keep(struct thread *t, const struct origin *from, uint32_t frames)
{
	const struct memo *memo = &t->memo;
	/* A hook saves rbp first of all. */
	const uint64_t *hook = (const uint64_t *)(uintptr_t)from->sp - 2;
	struct proof p = {
		.memo = memo,
		.f = &memo->frames[frames - 1],
		.rbp = hook,
		.out = t->trails.scratch,
	};
	struct trail_target target = { .node = p.f->node, .end = TRAIL_PROVEN };
	struct trail *trail = TRAILS_WANT_ALL;
	bool more = prove(&p, TRAIL_JOIN_SLOTS);

	if (more && p.f - memo->frames > TRAIL_FEW_FRAMES) {
		struct trail_target join = {
			.node = target.node,
			.end = TRAIL_JOINS,
			.join = (uint32_t)(p.f - memo->frames),
			.outer = p.f->node,
			.sp = p.f->sp,
			.rbp = p.rbp,
		};

		trail = trails_add(&t->trails, hook, p.out, p.n, &join);
	}
	if (trail == TRAILS_WANT_ALL) {
		if (more && prove(&p, TRAIL_SLOTS))
			return NULL;
		trail = trails_add(&t->trails, hook, p.out, p.n, &target);
	}
	return trail;
}

/* Where nearly every stack is walked, trails find little: few are kept then. */
#define OFTEN_WALKED (BETWEEN_UNIT * 3 / 2)
#define FEW_KEPT 16
#define LONG_BETWEEN 64
#define BETWEEN_UNIT 256 /* one allocation */

/*
 * Where all stacks are walked for a stretch, trails are not even looked up for the
 * next few; then again, and what that finds decides on.
 */
#define STRETCH 1024
#define PAUSE_STRETCHES 4
#define ALWAYS_WALKED (STRETCH * 17 / 16)

static COLD void end_stretch(struct thread *t)
{
	uint64_t allocs = t->walked_at - t->stretch_at;

	t->walked = 0;
	t->stretch_at = t->walked_at;
	if (t->stretches) {
		if (--t->stretches)
			return;
		trails_resume(&t->trails);
		t->between = OFTEN_WALKED;
	} else if (allocs < ALWAYS_WALKED) {
		t->stretches = PAUSE_STRETCHES;
		trails_pause(&t->trails);
	}
}

static void note_walk(struct thread *t)
{
	uint64_t now = (uint64_t)t->record->heap_alloc[0], since = now - t->walked_at;

	t->walked_at = now;
	since = since < LONG_BETWEEN ? since : LONG_BETWEEN;
	t->between += (uint32_t)since * BETWEEN_UNIT / 16 - t->between / 16;
	if (unlikely(++t->walked == STRETCH))
		end_stretch(t);
}

static bool worth_keeping(struct thread *t)
{
	return !t->stretches && (t->between >= OFTEN_WALKED || ++t->walks % FEW_KEPT == 0);
}

static struct capture walk(struct thread *t, const struct origin *from)
{
	struct walk w = { .pc = from->pc, .sp = from->sp, .rbp = from->rbp };
	struct memo *memo = &t->memo;
	struct capture found = { 0 };
	uint32_t n, join, frames;
	enum walk_result result;

	if (unlikely(t->span.probing || !in_span(&t->span, w.sp)))
		span_locate(t, w.sp);
	result = walk_to_memo(t, &w, &n, &join);
	if (unlikely(result > WALK_END))
		return capture_unusual(t, from, result, n);
	note_walk(t);
	frames = join + 1;
	if (n || join == NO_JOIN) {
		uint32_t next_id = t->ids.next;

		found.node = remember(t, n, join, &w, NODE_ROOT);
		/* Just too deep: with an empty memo the walk finds that out. */
		if (unlikely(!found.node))
			return walk(t, from);
		/* Never met before: most of those that compilers have come only once. */
		if (t->ids.next != next_id)
			return found;
		frames = memo->n;
	} else {
		found.node = memo->frames[join].node;
	}
	if (likely(frames && !memo_is_deep(memo->frames[frames - 1].slots_end)) && worth_keeping(t))
		found.trail = keep(t, from, frames);
	return found;
}

static inline struct capture look(struct thread *t, const struct origin *from)
{
	struct capture found;

	if (!capture_current(t)) {
		rules_flush(&t->rules);
		t->memo.n = 0;
		trails_flush(&t->trails);
	}
	found = walk(t, from);
	capture_check(t, from, found.node);
	return found;
}

struct capture capture_walk_look(struct thread *t, const struct origin *from)
{
	return look(t, from);
}

struct capture capture_walk(struct thread *t, const struct origin *from)
{
	struct capture found = look(t, from);

	if (unlikely(found.truncated))
		t->record->truncated++;
	return found;
}
