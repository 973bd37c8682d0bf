/* SPDX-License-Identifier: MIT */
/*
 * Runs call frame programs. There is no stack of remembered states: what lies between a remember
 * and its restore has no effect on the rows behind them, so that stretch is skipped, and executed
 * only if the pc turns out to lie inside it. Must not run for ever on a hostile program.
 */
#include "arch/x86_64/cfi_rows.h"

/* Primary opcodes are the two high bits; the rest are extended ones. */
enum {
	CFA_advance_loc = 0x40,
	CFA_offset = 0x80,
	CFA_restore = 0xc0,
	CFA_nop = 0x00,
	CFA_set_loc = 0x01,
	CFA_advance_loc1 = 0x02,
	CFA_advance_loc2 = 0x03,
	CFA_advance_loc4 = 0x04,
	CFA_offset_extended = 0x05,
	CFA_restore_extended = 0x06,
	CFA_undefined = 0x07,
	CFA_same_value = 0x08,
	CFA_register = 0x09,
	CFA_remember_state = 0x0a,
	CFA_restore_state = 0x0b,
	CFA_def_cfa = 0x0c,
	CFA_def_cfa_register = 0x0d,
	CFA_def_cfa_offset = 0x0e,
	CFA_def_cfa_expression = 0x0f,
	CFA_expression = 0x10,
	CFA_offset_extended_sf = 0x11,
	CFA_def_cfa_sf = 0x12,
	CFA_def_cfa_offset_sf = 0x13,
	CFA_val_offset = 0x14,
	CFA_val_offset_sf = 0x15,
	CFA_val_expression = 0x16,
	CFA_GNU_args_size = 0x2e,
	CFA_GNU_negative_offset_extended = 0x2f,
};

/* Nested remembers are scanned more than once, so the length of a program is no bound on steps. */
#define MAX_STEPS (1U << 18)

struct machine {
	const struct cfi_fde *fde;
	const struct cfi_row *initial; /* NULL while the CIE's program runs */
	struct cfi_row *row;
	struct cfi_reader r;
	uint64_t loc, lookup;
	unsigned int steps;
	/* Inside a remembered stretch that is being skipped: how deep, and where it began. */
	unsigned int skipping;
	const uint8_t *skipped_at;
	uint64_t skipped_loc;
};

static int32_t narrow(struct machine *m, int64_t v)
{
	if (v != (int32_t)v)
		m->r.bad = true;
	return (int32_t)v;
}

/* Wraps instead of overflowing: the factor comes from the table as well. */
static int32_t factored(struct machine *m, int64_t v)
{
	return narrow(m, (int64_t)((uint64_t)v * (uint64_t)m->fde->data_align));
}

static void set(struct machine *m, uint64_t reg, enum cfi_how how, int32_t off)
{
	if (m->skipping || reg >= CFI_REGS)
		return;
	m->row->how[reg] = (uint8_t)how;
	m->row->off[reg] = off;
}

static void restore(struct machine *m, uint64_t reg)
{
	if (!m->initial)
		m->r.bad = true;
	else if (reg < CFI_REGS)
		set(m, reg, m->initial->how[reg], m->initial->off[reg]);
}

static void set_cfa_reg(struct machine *m, uint64_t reg)
{
	if (m->skipping)
		return;
	m->r.bad |= reg >= CFI_REGS;
	m->row->cfa_reg = (uint8_t)reg;
	m->row->cfa_how = CFA_REG;
}

static void set_cfa_off(struct machine *m, int32_t off)
{
	if (!m->skipping)
		m->row->cfa_off = off;
}

/* Steps over an expression and gives its name. */
static uint32_t expression(struct machine *m)
{
	uint64_t name = (uint64_t)m->r.at - m->fde->tables.lo;

	cfi_skip(&m->r, cfi_uleb(&m->r));
	m->r.bad |= name > INT32_MAX;
	return (uint32_t)name;
}

/* The register operand comes first in every instruction that has one. */
static void extended(struct machine *m, uint8_t op)
{
	struct cfi_reader *r = &m->r;
	uint64_t reg;

	switch (op) {
	case CFA_offset_extended:
		reg = cfi_uleb(r);
		set(m, reg, HOW_OFFSET, factored(m, (int64_t)cfi_uleb(r)));
		break;
	case CFA_offset_extended_sf:
		reg = cfi_uleb(r);
		set(m, reg, HOW_OFFSET, factored(m, cfi_sleb(r)));
		break;
	case CFA_GNU_negative_offset_extended:
		reg = cfi_uleb(r);
		set(m, reg, HOW_OFFSET, factored(m, (int64_t)-cfi_uleb(r)));
		break;
	case CFA_val_offset:
		reg = cfi_uleb(r);
		set(m, reg, HOW_VAL_OFFSET, factored(m, (int64_t)cfi_uleb(r)));
		break;
	case CFA_val_offset_sf:
		reg = cfi_uleb(r);
		set(m, reg, HOW_VAL_OFFSET, factored(m, cfi_sleb(r)));
		break;
	case CFA_restore_extended:
		restore(m, cfi_uleb(r));
		break;
	case CFA_undefined:
		set(m, cfi_uleb(r), HOW_UNDEFINED, 0);
		break;
	case CFA_same_value:
		set(m, cfi_uleb(r), HOW_SAME, 0);
		break;
	case CFA_register:
		reg = cfi_uleb(r);
		set(m, reg, HOW_REGISTER, narrow(m, (int64_t)cfi_uleb(r)));
		break;
	case CFA_expression:
		reg = cfi_uleb(r);
		set(m, reg, HOW_EXPR, (int32_t)expression(m));
		break;
	case CFA_val_expression:
		reg = cfi_uleb(r);
		set(m, reg, HOW_VAL_EXPR, (int32_t)expression(m));
		break;
	case CFA_def_cfa:
		set_cfa_reg(m, cfi_uleb(r));
		set_cfa_off(m, narrow(m, (int64_t)cfi_uleb(r)));
		break;
	case CFA_def_cfa_sf:
		set_cfa_reg(m, cfi_uleb(r));
		set_cfa_off(m, factored(m, cfi_sleb(r)));
		break;
	case CFA_def_cfa_register:
		set_cfa_reg(m, cfi_uleb(r));
		break;
	case CFA_def_cfa_offset:
		set_cfa_off(m, narrow(m, (int64_t)cfi_uleb(r)));
		break;
	case CFA_def_cfa_offset_sf:
		set_cfa_off(m, factored(m, cfi_sleb(r)));
		break;
	case CFA_def_cfa_expression: {
		uint32_t name = expression(m);

		if (!m->skipping) {
			m->row->cfa_how = CFA_EXPR;
			m->row->cfa_expr = name;
		}
		break;
	}
	case CFA_GNU_args_size:
		cfi_uleb(r);
		break;
	case CFA_nop:
		break;
	default:
		r->bad = true;
	}
}

static void remember(struct machine *m)
{
	if (m->skipping++ > 0)
		return;
	m->skipped_at = m->r.at;
	m->skipped_loc = m->loc;
}

/* The stretch being skipped reaches beyond the pc: go back and execute it after all. */
static bool rewind_skipped(struct machine *m)
{
	if (!m->skipping)
		return false;
	m->skipping = 0;
	m->r.at = m->skipped_at;
	m->loc = m->skipped_loc;
	return true;
}

static bool run(struct machine *m)
{
	while (m->r.at < m->r.end || rewind_skipped(m)) {
		if (m->r.at == m->r.end)
			break;

		uint8_t op = cfi_u8(&m->r);
		uint64_t loc = m->loc;

		switch (op & 0xc0) {
		case CFA_advance_loc:
			loc += (op & 0x3f) * m->fde->code_align;
			break;
		case CFA_offset:
			set(m, op & 0x3f, HOW_OFFSET, factored(m, (int64_t)cfi_uleb(&m->r)));
			break;
		case CFA_restore:
			restore(m, op & 0x3f);
			break;
		default:
			switch (op) {
			case CFA_advance_loc1:
				loc += cfi_u8(&m->r) * m->fde->code_align;
				break;
			case CFA_advance_loc2:
				loc += cfi_u16(&m->r) * m->fde->code_align;
				break;
			case CFA_advance_loc4:
				loc += cfi_u32(&m->r) * m->fde->code_align;
				break;
			case CFA_set_loc:
				loc = cfi_pointer(&m->r, m->fde->pc_enc, 0, &m->fde->tables);
				break;
			case CFA_remember_state:
				remember(m);
				break;
			case CFA_restore_state:
				m->r.bad |= m->skipping == 0;
				m->skipping -= m->skipping > 0;
				break;
			default:
				extended(m, op);
			}
		}
		if (m->r.bad || ++m->steps > MAX_STEPS)
			return false;
		if (loc > m->lookup && !rewind_skipped(m))
			break;
		if (loc <= m->lookup)
			m->loc = loc;
	}
	return true;
}

bool cfi_row_at(const struct cfi_fde *fde, uint64_t lookup, struct cfi_row *row)
{
	struct cfi_row initial = { .cfa_how = CFA_NONE };
	struct machine m = {
		.fde = fde,
		.row = &initial,
		.r = fde->cie_insns,
		.loc = fde->pc_begin,
		.lookup = lookup,
	};

	if (!run(&m))
		return false;
	*row = initial;
	m = (struct machine){
		.fde = fde,
		.initial = &initial,
		.row = row,
		.r = fde->insns,
		.loc = fde->pc_begin,
		.lookup = lookup,
	};
	return run(&m) && row->cfa_how != CFA_NONE;
}

bool cfi_row_expr(const struct cfi_fde *fde, uint32_t expr, struct cfi_reader *out)
{
	*out = (struct cfi_reader){
		.at = (const uint8_t *)fde->tables.lo + expr,
		.end = (const uint8_t *)fde->tables.hi,
	};

	uint64_t size = cfi_uleb(out);

	if (out->bad || size > cfi_left(out))
		return false;
	out->end = out->at + size;
	return true;
}
