/* SPDX-License-Identifier: MIT */
/*
 * The stack machine of DWARF expressions, as far as call frame programs may use it: no objects, no
 * calls, no TLS. Must not loop for ever and must not read the program's memory but by `read`.
 */
#include "arch/x86_64/dwarf_expr.h"

enum {
	OP_addr = 0x03,
	OP_deref = 0x06,
	OP_const1u = 0x08,
	OP_const1s = 0x09,
	OP_const2u = 0x0a,
	OP_const2s = 0x0b,
	OP_const4u = 0x0c,
	OP_const4s = 0x0d,
	OP_const8u = 0x0e,
	OP_const8s = 0x0f,
	OP_constu = 0x10,
	OP_consts = 0x11,
	OP_dup = 0x12,
	OP_drop = 0x13,
	OP_over = 0x14,
	OP_pick = 0x15,
	OP_swap = 0x16,
	OP_rot = 0x17,
	OP_abs = 0x19,
	OP_and = 0x1a,
	OP_div = 0x1b,
	OP_minus = 0x1c,
	OP_mod = 0x1d,
	OP_mul = 0x1e,
	OP_neg = 0x1f,
	OP_not = 0x20,
	OP_or = 0x21,
	OP_plus = 0x22,
	OP_plus_uconst = 0x23,
	OP_shl = 0x24,
	OP_shr = 0x25,
	OP_shra = 0x26,
	OP_xor = 0x27,
	OP_bra = 0x28,
	OP_eq = 0x29,
	OP_ge = 0x2a,
	OP_gt = 0x2b,
	OP_le = 0x2c,
	OP_lt = 0x2d,
	OP_ne = 0x2e,
	OP_skip = 0x2f,
	OP_lit0 = 0x30,
	OP_lit31 = 0x4f,
	OP_reg0 = 0x50,
	OP_reg31 = 0x6f,
	OP_breg0 = 0x70,
	OP_breg31 = 0x8f,
	OP_regx = 0x90,
	OP_bregx = 0x92,
	OP_deref_size = 0x94,
	OP_nop = 0x96,
};

/* Real expressions need 4 or less; the stack here is the program's. */
#define DEPTH 16
#define MAX_STEPS 1024

struct expr {
	struct cfi_reader r;
	const uint8_t *begin;
	const struct cfi_regs *regs;
	cfi_read read;
	void *ctx;
	unsigned int depth;
	bool bad;
	uint64_t v[DEPTH];
	uint8_t base[DEPTH];
};

static void push(struct expr *x, uint64_t v, uint8_t base)
{
	if (x->depth == DEPTH) {
		x->bad = true;
		return;
	}
	x->v[x->depth] = v;
	x->base[x->depth++] = base;
}

static void push_const(struct expr *x, uint64_t v)
{
	push(x, v, X_CONST);
}

static struct expr_value pop(struct expr *x)
{
	if (x->depth == 0) {
		x->bad = true;
		return (struct expr_value){ 0, X_CONST };
	}
	x->depth--;
	return (struct expr_value){ x->v[x->depth], x->base[x->depth] };
}

/* An operand of an operator that means nothing on an open register. */
static uint64_t pop_const(struct expr *x)
{
	struct expr_value e = pop(x);

	x->bad |= e.base != X_CONST;
	return e.v;
}

static void pick(struct expr *x, unsigned int below)
{
	if (below >= x->depth)
		x->bad = true;
	else
		push(x, x->v[x->depth - 1 - below], x->base[x->depth - 1 - below]);
}

static void push_register(struct expr *x, uint64_t reg, int64_t off)
{
	if (reg < CFI_REGS && (x->regs->known & 1U << reg))
		push_const(x, x->regs->r[reg] + (uint64_t)off);
	else if (!x->read && reg == CFI_RSP)
		push(x, (uint64_t)off, X_RSP);
	else if (!x->read && reg == CFI_RBP)
		push(x, (uint64_t)off, X_RBP);
	else
		x->bad = true;
}

/* Values are read as 8 bytes; a smaller read that would cross the bound above it fails. */
static void deref(struct expr *x, unsigned int size)
{
	struct expr_value e = pop(x);
	uint64_t v = 0;

	if (x->bad || size == 0 || size > 8) {
		x->bad = true;
	} else if (x->read) {
		x->bad |= !x->read(x->ctx, e.v, &v);
		if (size < 8)
			v &= (1ULL << size * 8) - 1;
		push_const(x, v);
	} else if (size == 8 && (e.base == X_RSP || e.base == X_RBP)) {
		push(x, e.v, e.base == X_RSP ? X_MEM_RSP : X_MEM_RBP);
	} else {
		x->bad = true;
	}
}

static void add(struct expr *x)
{
	struct expr_value b = pop(x), a = pop(x);

	if (a.base == X_CONST)
		push(x, a.v + b.v, b.base);
	else
		push(x, a.v + b.v, a.base);
	x->bad |= a.base != X_CONST && b.base != X_CONST;
	x->bad |= a.base > X_RBP || b.base > X_RBP;
}

static void subtract(struct expr *x)
{
	struct expr_value b = pop(x), a = pop(x);

	if (b.base == X_CONST)
		push(x, a.v - b.v, a.base);
	else
		push_const(x, a.v - b.v);
	x->bad |= b.base != X_CONST && a.base != b.base;
	x->bad |= a.base > X_RBP || b.base > X_RBP;
}

static void plus_constant(struct expr *x, uint64_t n)
{
	push_const(x, n);
	add(x);
}

static uint64_t binary(struct expr *x, uint8_t op, uint64_t a, uint64_t b)
{
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case OP_and:
		return a & b;
	case OP_or:
		return a | b;
	case OP_xor:
		return a ^ b;
	case OP_mul:
		return a * b;
	case OP_div:
		if (b == 0 || (sa == INT64_MIN && sb == -1))
			break;
		return (uint64_t)(sa / sb);
	case OP_mod:
		if (b == 0)
			break;
		return a % b;
	case OP_shl:
		return b < 64 ? a << b : 0;
	case OP_shr:
		return b < 64 ? a >> b : 0;
	case OP_shra:
		return (uint64_t)(sa >> (b < 64 ? b : 63));
	case OP_eq:
		return sa == sb;
	case OP_ge:
		return sa >= sb;
	case OP_gt:
		return sa > sb;
	case OP_le:
		return sa <= sb;
	case OP_lt:
		return sa < sb;
	case OP_ne:
		return sa != sb;
	}
	x->bad = true;
	return 0;
}

static void jump(struct expr *x, int16_t by, bool taken)
{
	int64_t to = x->r.at - x->begin + by;

	if (!taken)
		return;
	if (to < 0 || to > x->r.end - x->begin)
		x->bad = true;
	else
		x->r.at = x->begin + to;
}

static void shuffle(struct expr *x, uint8_t op)
{
	struct expr_value a = pop(x), b, c;

	switch (op) {
	case OP_swap:
		b = pop(x);
		push(x, a.v, a.base);
		push(x, b.v, b.base);
		break;
	case OP_rot:
		b = pop(x);
		c = pop(x);
		push(x, a.v, a.base);
		push(x, c.v, c.base);
		push(x, b.v, b.base);
		break;
	}
}

static void constant(struct expr *x, uint8_t op)
{
	struct cfi_reader *r = &x->r;

	switch (op) {
	case OP_const1u:
		push_const(x, cfi_u8(r));
		break;
	case OP_const1s:
		push_const(x, (uint64_t)(int8_t)cfi_u8(r));
		break;
	case OP_const2u:
		push_const(x, cfi_u16(r));
		break;
	case OP_const2s:
		push_const(x, (uint64_t)(int16_t)cfi_u16(r));
		break;
	case OP_const4u:
		push_const(x, cfi_u32(r));
		break;
	case OP_const4s:
		push_const(x, (uint64_t)(int32_t)cfi_u32(r));
		break;
	case OP_addr:
	case OP_const8u:
	case OP_const8s:
		push_const(x, cfi_u64(r));
		break;
	case OP_constu:
		push_const(x, cfi_uleb(r));
		break;
	case OP_consts:
		push_const(x, (uint64_t)cfi_sleb(r));
		break;
	}
}

static void operate(struct expr *x, uint8_t op)
{
	struct cfi_reader *r = &x->r;
	uint64_t a, b;

	switch (op) {
	case OP_addr:
	case OP_const1u ... OP_consts:
		constant(x, op);
		break;
	case OP_lit0 ... OP_lit31:
		push_const(x, op - OP_lit0);
		break;
	case OP_reg0 ... OP_reg31:
		push_register(x, op - OP_reg0, 0);
		break;
	case OP_breg0 ... OP_breg31:
		push_register(x, op - OP_breg0, cfi_sleb(r));
		break;
	case OP_regx:
		push_register(x, cfi_uleb(r), 0);
		break;
	case OP_bregx:
		a = cfi_uleb(r);
		push_register(x, a, cfi_sleb(r));
		break;
	case OP_dup:
		pick(x, 0);
		break;
	case OP_over:
		pick(x, 1);
		break;
	case OP_pick:
		pick(x, cfi_u8(r));
		break;
	case OP_drop:
		pop(x);
		break;
	case OP_swap:
	case OP_rot:
		shuffle(x, op);
		break;
	case OP_deref:
		deref(x, 8);
		break;
	case OP_deref_size:
		deref(x, cfi_u8(r));
		break;
	case OP_abs:
		a = pop_const(x);
		push_const(x, (int64_t)a < 0 ? -a : a);
		break;
	case OP_neg:
		push_const(x, -pop_const(x));
		break;
	case OP_not:
		push_const(x, ~pop_const(x));
		break;
	case OP_plus_uconst:
		plus_constant(x, cfi_uleb(r));
		break;
	case OP_plus:
		add(x);
		break;
	case OP_minus:
		subtract(x);
		break;
	case OP_skip:
		jump(x, (int16_t)cfi_u16(r), true);
		break;
	case OP_bra:
		a = cfi_u16(r);
		jump(x, (int16_t)a, pop_const(x) != 0);
		break;
	case OP_nop:
		break;
	default:
		b = pop_const(x);
		a = pop_const(x);
		push_const(x, binary(x, op, a, b));
	}
}

bool dwarf_expr(struct cfi_reader code, const struct cfi_regs *regs, const uint64_t *initial,
		cfi_read read, void *ctx, struct expr_value *result)
{
	struct expr x;

	x.r = code;
	x.begin = code.at;
	x.regs = regs;
	x.read = read;
	x.ctx = ctx;
	x.depth = 0;
	x.bad = false;
	if (initial)
		push_const(&x, *initial);
	for (unsigned int steps = 0; x.r.at < x.r.end; steps++) {
		operate(&x, cfi_u8(&x.r));
		if (x.bad || x.r.bad || steps == MAX_STEPS)
			return false;
	}
	*result = pop(&x);
	return !x.bad;
}
