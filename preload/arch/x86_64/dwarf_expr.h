/* SPDX-License-Identifier: MIT */
/* DWARF expressions of call frame programs, over concrete or symbolic registers. */
#ifndef MEMPROF_ARCH_DWARF_EXPR_H
#define MEMPROF_ARCH_DWARF_EXPR_H

#include "arch/x86_64/eh_frame.h"

/*
 * What a value is relative to. Symbolic evaluation leaves rsp and rbp open: X_RSP and X_RBP are
 * register + v, X_MEM_RSP and X_MEM_RBP the 8 bytes at register + v.
 */
enum expr_base {
	X_CONST,
	X_RSP,
	X_RBP,
	X_MEM_RSP,
	X_MEM_RBP,
};

struct expr_value {
	uint64_t v;
	uint8_t base; /* enum expr_base */
};

/*
 * Evaluates `code` on an empty stack, or on one that holds *initial. A register that is not known
 * fails the evaluation, except that with read == NULL (symbolic) rsp and rbp stay open when they
 * are not known. In symbolic evaluation the result may have any base; else it is X_CONST.
 */
bool dwarf_expr(struct cfi_reader code, const struct cfi_regs *regs, const uint64_t *initial,
		cfi_read read, void *ctx, struct expr_value *result);

#endif /* MEMPROF_ARCH_DWARF_EXPR_H */
