/* SPDX-License-Identifier: MIT */
/*
 * Packs a row into the few bytes a walk needs. A rule other than COMPLEX must say exactly what the
 * row says; whatever does not fit is COMPLEX.
 */
#include "arch/x86_64/cfi.h"
#include "arch/x86_64/cfi_rows.h"
#include "arch/x86_64/dwarf_expr.h"

/*
 * Evaluates an expression of the row with rsp and rbp left open. Whether the frame's rip is the
 * address looked up or the one behind it is not known here, so the value must not depend on it.
 */
static bool symbolic(const struct cfi_fde *fde, uint32_t expr, uint64_t lookup,
		     struct expr_value *v)
{
	struct cfi_reader code;
	struct cfi_regs regs;
	struct expr_value other;

	if (!cfi_row_expr(fde, expr, &code))
		return false;
	regs.known = 1U << CFI_RIP;
	regs.r[CFI_RIP] = lookup;
	if (!dwarf_expr(code, &regs, NULL, NULL, NULL, v))
		return false;
	regs.r[CFI_RIP] = lookup + 1;
	return dwarf_expr(code, &regs, NULL, NULL, NULL, &other) && v->base == other.base &&
	       v->v == other.v && (int64_t)v->v == (int32_t)v->v;
}

/* Register `reg` is saved at rsp + off, by expression. */
static bool saved_at_rsp(const struct cfi_fde *fde, const struct cfi_row *row, unsigned int reg,
			 uint64_t off)
{
	struct expr_value v;

	return row->how[reg] == HOW_EXPR &&
	       symbolic(fde, (uint32_t)row->off[reg], fde->pc_begin, &v) && v.base == X_RSP &&
	       v.v == off;
}

/*
 * The frame the kernel pushes for a handler. rsp may have a rule of its own or be the CFA, which
 * then is what the context holds as rsp.
 */
static bool is_kernel_frame(const struct cfi_fde *fde, const struct cfi_row *row)
{
	struct expr_value v;

	if (!saved_at_rsp(fde, row, fde->ra_reg, CFI_SIGNAL_RIP) ||
	    !saved_at_rsp(fde, row, CFI_RBP, CFI_SIGNAL_RBP))
		return false;
	if (row->how[CFI_RSP] != HOW_SAME)
		return saved_at_rsp(fde, row, CFI_RSP, CFI_SIGNAL_RSP);
	return row->cfa_how == CFA_EXPR && symbolic(fde, row->cfa_expr, fde->pc_begin, &v) &&
	       v.base == X_MEM_RSP && v.v == CFI_SIGNAL_RSP;
}

/* Fills kind, cfa_rbp and cfa_off; the kind stays COMPLEX when the CFA is anything else. */
static void pack_cfa(const struct cfi_fde *fde, const struct cfi_row *row, uint64_t lookup,
		     struct rule *out)
{
	struct expr_value v;

	if (row->cfa_how == CFA_REG) {
		if (row->cfa_reg != CFI_RSP && row->cfa_reg != CFI_RBP)
			return;
		v.base = row->cfa_reg == CFI_RBP ? X_RBP : X_RSP;
		v.v = (uint64_t)(int64_t)row->cfa_off;
	} else if (!symbolic(fde, row->cfa_expr, lookup, &v)) {
		return;
	}
	if (v.base != X_RSP && v.base != X_RBP && v.base != X_MEM_RBP)
		return;
	out->kind = v.base == X_MEM_RBP ? RULE_DRAP : RULE_PLAIN;
	out->cfa_rbp = v.base != X_RSP;
	out->cfa_off = (int32_t)v.v;
}

/* Adds where rbp is; false when the rule's kind has no way to say it. */
static bool pack_rbp(const struct cfi_fde *fde, const struct cfi_row *row, uint64_t lookup,
		     struct rule *out)
{
	struct expr_value v;
	int64_t off;

	switch (row->how[CFI_RBP]) {
	case HOW_SAME:
	case HOW_UNDEFINED:
		return true;
	case HOW_OFFSET:
		if (out->kind != RULE_PLAIN)
			return false;
		off = row->off[CFI_RBP];
		break;
	case HOW_EXPR:
		if (!symbolic(fde, (uint32_t)row->off[CFI_RBP], lookup, &v) ||
		    v.base != (out->cfa_rbp ? X_RBP : X_RSP))
			return false;
		off = (int64_t)v.v - (out->kind == RULE_PLAIN ? out->cfa_off : 0);
		break;
	default:
		return false;
	}
	out->rbp_saved = 1;
	out->rbp_off = (int32_t)off;
	return off == (int32_t)off;
}

static bool pack(const struct cfi_fde *fde, const struct cfi_row *row, uint64_t lookup,
		 struct rule *out)
{
	if (row->how[fde->ra_reg] != HOW_OFFSET || row->off[fde->ra_reg] != -8)
		return false;
	if (row->how[CFI_RSP] != HOW_SAME &&
	    (row->how[CFI_RSP] != HOW_VAL_OFFSET || row->off[CFI_RSP] != 0))
		return false;
	pack_cfa(fde, row, lookup, out);
	return out->kind != RULE_COMPLEX && pack_rbp(fde, row, lookup, out);
}

void cfi_rule(const struct cfi_module *m, uint64_t lookup, struct rule *out)
{
	struct cfi_fde fde;
	struct cfi_row row;

	*out = (struct rule){ .kind = RULE_NONE };
	if (!cfi_find_fde(m, lookup, &fde)) {
		/* Languages with a runtime of their own bring their own restorer, without CFI. */
		if (cfi_is_restorer(m, lookup + 1) || cfi_is_restorer(m, lookup))
			out->kind = RULE_SIGNAL;
		return;
	}
	if (!cfi_row_at(&fde, lookup, &row))
		return;
	if (row.how[fde.ra_reg] == HOW_UNDEFINED) {
		out->kind = RULE_END;
		return;
	}
	out->kind = RULE_COMPLEX;
	if (fde.signal) {
		if (is_kernel_frame(&fde, &row))
			out->kind = RULE_SIGNAL;
	} else if (!pack(&fde, &row, lookup, out)) {
		*out = (struct rule){ .kind = RULE_COMPLEX };
	}
}
