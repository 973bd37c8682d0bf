/* SPDX-License-Identifier: MIT */
/* capture.c - walk the running thread's stack by cached rules; see capture.h.
 * Floor: unwind. */
#include "capture.h"

#include "modules.h"
#include "span.h"
#include "sys.h"
#include "capture_check.h"
#include "capture_full.h"

/* Registers of the walk, and whether pc is an interrupted instruction. */
struct walk {
	uint64_t pc, sp, rbp;
	bool exact;
};

enum step { STEP_ON, STEP_END, STEP_TRUNCATED, STEP_COMPLEX };

static uint64_t load(uint64_t addr)
{
	return *(const uint64_t *)(uintptr_t)addr;
}

static enum step step_plain(struct thread *t, struct walk *w, const struct rule_entry *rule)
{
	uint64_t cfa = (rule->cfa_rbp ? w->rbp : w->sp) + (uint64_t)(int64_t)rule->cfa_off;

	/* A caller's frame lies strictly above: also what ends every loop. */
	if (unlikely(cfa <= w->sp || !span_holds(&t->span, w->sp, cfa - 8)))
		return STEP_TRUNCATED;
	if (rule->rbp_saved) {
		uint64_t slot = cfa + (uint64_t)(int64_t)rule->rbp_off;

		if (unlikely(!span_holds(&t->span, w->sp, slot)))
			return STEP_TRUNCATED;
		w->rbp = load(slot);
	}
	w->pc = load(cfa - 8);
	w->sp = cfa;
	w->exact = false;
	return STEP_ON;
}

static COLD enum step step_drap(struct thread *t, struct walk *w, const struct rule_entry *rule)
{
	uint64_t at = w->rbp + (uint64_t)(int64_t)rule->cfa_off, cfa, slot;

	if (!span_holds(&t->span, w->sp, at))
		return STEP_TRUNCATED;
	cfa = load(at);
	slot = w->rbp + (uint64_t)(int64_t)rule->rbp_off;
	if (cfa <= w->sp || !span_holds(&t->span, w->sp, cfa - 8) ||
	    (rule->rbp_saved && !span_holds(&t->span, w->sp, slot)))
		return STEP_TRUNCATED;
	if (rule->rbp_saved)
		w->rbp = load(slot);
	w->pc = load(cfa - 8);
	w->sp = cfa;
	w->exact = false;
	return STEP_ON;
}

/* Out of a signal handler, maybe onto another stack. */
static COLD enum step step_signal(struct thread *t, struct walk *w)
{
	uint64_t frame = w->sp;

	if (!span_holds(&t->span, w->sp, frame + CFI_SIGNAL_RIP))
		return STEP_TRUNCATED;
	w->pc = load(frame + CFI_SIGNAL_RIP);
	w->sp = load(frame + CFI_SIGNAL_RSP);
	w->rbp = load(frame + CFI_SIGNAL_RBP);
	w->exact = true;
	if (w->sp < t->span.low || w->sp >= t->span.high || w->sp <= frame)
		span_locate(t, w->sp);
	return STEP_ON;
}

/* True when the bytes before a return address are a near call. */
static bool follows_call(uint64_t pc)
{
	const uint8_t *p = (const uint8_t *)(uintptr_t)(pc - 7);

	if (!sys_readable(p))
		return false;
	return p[2] == 0xe8 || (p[5] == 0xff && (p[6] & 0x38) == 0x10) ||
	       (p[4] == 0xff && (p[5] & 0x38) == 0x10) || (p[3] == 0xff && (p[4] & 0x38) == 0x10) ||
	       (p[1] == 0xff && (p[2] & 0x38) == 0x10) || (p[0] == 0xff && (p[1] & 0x38) == 0x10);
}

/* Code without unwind information: its frame pointer, if it looks like one. */
static COLD enum step step_frame_pointer(struct thread *t, struct walk *w)
{
	uint64_t frame = w->rbp, pc, rbp;

	if (frame < w->sp || !span_holds(&t->span, w->sp, frame) ||
	    !span_holds(&t->span, w->sp, frame + 8))
		return STEP_TRUNCATED;
	rbp = load(frame);
	pc = load(frame + 8);
	if ((rbp && rbp <= frame) || pc < 4096 || !follows_call(pc))
		return STEP_TRUNCATED;
	*w = (struct walk){ .pc = pc, .sp = frame + 16, .rbp = rbp };
	return STEP_ON;
}

static enum step step(struct thread *t, struct walk *w, const struct rule_entry *rule)
{
	switch (rule->kind) {
	case RULE_PLAIN:
		return step_plain(t, w, rule);
	case RULE_DRAP:
		return step_drap(t, w, rule);
	case RULE_SIGNAL:
		return step_signal(t, w);
	case RULE_END:
		return STEP_END;
	case RULE_COMPLEX:
		return STEP_COMPLEX;
	default:
		return step_frame_pointer(t, w);
	}
}

/* Fill t->frames from the innermost frame outwards. */
static enum step walk_stack(struct thread *t, const struct origin *from, uint32_t *n)
{
	struct walk w = { .pc = from->pc, .sp = from->sp, .rbp = from->rbp };
	enum step at = STEP_ON;
	uint32_t len = 0;

	if (unlikely(t->span.probing || w.sp < t->span.low || w.sp >= t->span.high))
		span_locate(t, w.sp);
	while (at == STEP_ON) {
		const struct rule_entry *rule;

		if (!w.pc) {
			at = STEP_END;
			break;
		}
		if (unlikely(len == THREAD_DEPTH)) {
			at = STEP_TRUNCATED;
			break;
		}
		rule = rules_find(&t->rules, t->state, w.exact ? w.pc | RULES_EXACT : w.pc);
		t->frames[len++] = rule->frame;
		at = step(t, &w, rule);
	}
	*n = len;
	return at;
}

/* The node of n frames below `base`; the part that equals the last stack's
 * needs no look-up. */
static uint32_t intern(struct thread *t, uint32_t base, uint32_t n)
{
	uint32_t same = 0, node = base, most = n < t->path_len ? n : t->path_len;

	if (base == t->path_base)
		while (same < most && t->path_frames[same] == t->frames[n - 1 - same])
			same++;
	if (same)
		node = t->path_nodes[same - 1];
	for (uint32_t i = same; i < n; i++) {
		uint64_t frame = t->frames[n - 1 - i];

		node = trie_child(t->state, &t->ids, node, frame);
		t->path_frames[i] = frame;
		t->path_nodes[i] = node;
		if (unlikely(node == NODE_OTHER)) {
			t->path_len = i;
			return node;
		}
	}
	t->path_base = base;
	t->path_len = n;
	return node;
}

uint32_t capture_stack(struct thread *t, const struct origin *from)
{
	enum step how;
	uint32_t n;

	if (unlikely(t->rules.generation != __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE)))
		rules_flush(&t->rules);
	how = walk_stack(t, from, &n);
	if (unlikely(how == STEP_COMPLEX))
		how = capture_full(t, from, &n) ? STEP_END : STEP_TRUNCATED;
	capture_check(t, from, n);
	t->record->captures++;
	if (unlikely(how != STEP_END)) {
		t->record->truncated++;
		return intern(t, NODE_TRUNCATED, n);
	}
	return intern(t, NODE_ROOT, n);
}
