/* SPDX-License-Identifier: MIT */
/*
 * One frame outwards with all registers, by the letter of the row. Slow and complete: the road for
 * what a packed rule cannot say. Must not read memory but by the caller's function.
 */
#include "arch/x86_64/cfi.h"
#include "arch/x86_64/cfi_rows.h"
#include "arch/x86_64/dwarf_expr.h"

struct step {
	const struct cfi_regs *regs; /* of the frame being left */
	cfi_read read;
	void *ctx;
	struct cfi_fde fde;
	struct cfi_row row;
	uint64_t cfa;
};

static bool known(const struct cfi_regs *regs, uint64_t reg)
{
	return reg < CFI_REGS && (regs->known & 1U << reg);
}

static bool evaluate(struct step *s, uint32_t expr, const uint64_t *initial, uint64_t *value)
{
	struct cfi_reader code;
	struct expr_value v;

	if (!cfi_row_expr(&s->fde, expr, &code) ||
	    !dwarf_expr(code, s->regs, initial, s->read, s->ctx, &v))
		return false;
	*value = v.v;
	return true;
}

static bool find_cfa(struct step *s)
{
	if (s->row.cfa_how == CFA_EXPR)
		return evaluate(s, s->row.cfa_expr, NULL, &s->cfa);
	if (!known(s->regs, s->row.cfa_reg))
		return false;
	s->cfa = s->regs->r[s->row.cfa_reg] + (uint64_t)(int64_t)s->row.cfa_off;
	return true;
}

/* The caller's value of `reg`; false when it is lost. */
static bool recover(struct step *s, unsigned int reg, uint64_t *value)
{
	uint64_t off = (uint64_t)(int64_t)s->row.off[reg];
	uint64_t at;

	switch (s->row.how[reg]) {
	case HOW_SAME:
		if (reg == CFI_RSP) {
			*value = s->cfa;
			return true;
		}
		*value = s->regs->r[reg];
		return known(s->regs, reg);
	case HOW_OFFSET:
		return s->read(s->ctx, s->cfa + off, value);
	case HOW_VAL_OFFSET:
		*value = s->cfa + off;
		return true;
	case HOW_REGISTER:
		if (!known(s->regs, off))
			return false;
		*value = s->regs->r[off];
		return true;
	case HOW_EXPR:
		return evaluate(s, (uint32_t)off, &s->cfa, &at) && s->read(s->ctx, at, value);
	case HOW_VAL_EXPR:
		return evaluate(s, (uint32_t)off, &s->cfa, value);
	default:
		return false;
	}
}

/* A restorer without CFI: the context the kernel wrote holds every register. */
static int leave_signal_frame(struct cfi_regs *regs, bool *exact, cfi_read read, void *ctx)
{
	/* DWARF numbers in the order of the context's registers, which begin with r8 at rsp + 40. */
	static const uint8_t order[CFI_REGS] = {
		8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, CFI_RIP,
	};
	struct cfi_regs out = { .known = (1U << CFI_REGS) - 1 };

	for (unsigned int i = 0; i < CFI_REGS; i++)
		if (!read(ctx, regs->r[CFI_RSP] + 40 + 8 * i, &out.r[order[i]]))
			return -1;
	if (out.r[CFI_RIP] == 0)
		return 0;
	*regs = out;
	*exact = true;
	return 1;
}

int cfi_step_in(const struct cfi_module *m, struct cfi_regs *regs, bool *exact, cfi_read read,
		void *ctx)
{
	struct step s = { .regs = regs, .read = read, .ctx = ctx };
	struct cfi_regs out = { .known = 0 };
	uint64_t lookup = regs->r[CFI_RIP] - !*exact;

	if (!known(regs, CFI_RIP) || !known(regs, CFI_RSP))
		return -1;
	if (!cfi_find_fde(m, lookup, &s.fde)) {
		if (!cfi_is_restorer(m, regs->r[CFI_RIP]))
			return -1;
		return leave_signal_frame(regs, exact, read, ctx);
	}
	if (!cfi_row_at(&s.fde, lookup, &s.row))
		return -1;
	if (s.row.how[s.fde.ra_reg] == HOW_UNDEFINED)
		return 0;
	/* A return address without a rule would give the same frame again. */
	if ((s.row.how[s.fde.ra_reg] == HOW_SAME && s.fde.ra_reg == CFI_RIP) || !find_cfa(&s))
		return -1;
	for (unsigned int reg = 0; reg < CFI_REGS; reg++)
		if (recover(&s, reg, &out.r[reg]))
			out.known |= 1U << reg;
	if (!known(&out, s.fde.ra_reg) || !known(&out, CFI_RSP))
		return -1;
	out.r[CFI_RIP] = out.r[s.fde.ra_reg];
	out.known |= 1U << CFI_RIP;
	if (out.r[CFI_RIP] == 0)
		return 0;
	*regs = out;
	*exact = s.fde.signal;
	return 1;
}

int cfi_step(struct cfi_regs *regs, bool *exact, cfi_read read, void *ctx)
{
	struct cfi_module m;

	if (known(regs, CFI_RIP) && regs->r[CFI_RIP] == 0)
		return 0;
	if (!cfi_find_module(regs->r[CFI_RIP] - !*exact, &m))
		return -1;
	return cfi_step_in(&m, regs, exact, read, ctx);
}
