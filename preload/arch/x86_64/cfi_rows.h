/* SPDX-License-Identifier: MIT */
/*
 * One row of the unwind table: how each register of the caller is found at one pc. Private to this
 * folder.
 */
#ifndef MEMPROF_ARCH_CFI_ROWS_H
#define MEMPROF_ARCH_CFI_ROWS_H

#include "arch/x86_64/eh_frame.h"

enum cfi_how {
	HOW_SAME,	/* no rule: unchanged (rsp: the CFA) */
	HOW_UNDEFINED,	/* not recoverable */
	HOW_OFFSET,	/* saved at CFA + off */
	HOW_VAL_OFFSET, /* is CFA + off */
	HOW_REGISTER,	/* is in register off */
	HOW_EXPR,	/* saved at the address the expression at off gives */
	HOW_VAL_EXPR,	/* is what the expression at off gives */
};

enum cfi_cfa_how {
	CFA_NONE,
	CFA_REG,  /* register cfa_reg + cfa_off */
	CFA_EXPR, /* the expression at cfa_expr */
};

/* Expressions are named by the offset of their length byte from the start of the segment. */
struct cfi_row {
	uint8_t cfa_how; /* enum cfi_cfa_how */
	uint8_t cfa_reg;
	uint8_t how[CFI_REGS]; /* enum cfi_how */
	int32_t cfa_off;
	uint32_t cfa_expr;
	int32_t off[CFI_REGS];
};

/* Runs the entry's program up to `lookup`; false when the program is not valid. */
bool cfi_row_at(const struct cfi_fde *fde, uint64_t lookup, struct cfi_row *row);

/* The bytes of an expression of a row of this entry. */
bool cfi_row_expr(const struct cfi_fde *fde, uint32_t expr, struct cfi_reader *out);

#endif /* MEMPROF_ARCH_CFI_ROWS_H */
