/* SPDX-License-Identifier: MIT */
/*
 * Unwinding by the call frame information of x86-64 objects: from a program counter to the rule
 * that finds the caller's frame, and a full step of a register file for what no rule can say.
 *
 * This folder reads .eh_frame of loaded objects and nothing else: it keeps no state (no caches, no
 * writable globals, no thread-locals), takes no lock, allocates nothing and calls nothing of libc
 * but _dl_find_object() and getauxval(), which take no lock either. So every function here is
 * re-entrant, safe in signal handlers and in a child of fork or vfork. Tables are untrusted: a
 * corrupt one gives RULE_NONE or -1, never a read outside the segment that holds it and never an
 * endless loop. (An object whose program headers cannot be found is its own bound.)
 *
 * Caching rules, bounds of stacks and the memo are the caller's.
 */
#ifndef MEMPROF_ARCH_CFI_H
#define MEMPROF_ARCH_CFI_H

#include <stdbool.h>
#include <stdint.h>

/* DWARF numbers of the registers that have a meaning of their own. */
enum cfi_reg {
	CFI_RBX = 3,
	CFI_RBP = 6,
	CFI_RSP = 7,
	CFI_R12 = 12,
	CFI_RIP = 16,
	CFI_REGS = 17,
};

/* Where the kernel's signal frame keeps what a walk needs: bytes from rsp in the restorer. */
enum cfi_signal_frame {
	CFI_SIGNAL_RBP = 120,
	CFI_SIGNAL_RSP = 160,
	CFI_SIGNAL_RIP = 168,
};

/* One loaded object. Tests fill it by hand for a file they mapped themselves. */
struct cfi_module {
	uint64_t start, end;	  /* mapped range; the ELF header is at start */
	uint64_t bias;		  /* l_addr: address in memory minus address in the file */
	const void *link_map;	  /* identity while the object stays loaded */
	const void *eh_frame_hdr; /* NULL when the object has no PT_GNU_EH_FRAME */
};

/*
 * Finds the object that contains `pc`; false when there is none (JIT code, the heap, garbage).
 * Lock-free and async-signal-safe.
 */
bool cfi_find_module(uint64_t pc, struct cfi_module *m);

enum rule_kind {
	RULE_NONE,    /* no usable unwind information for this pc */
	RULE_PLAIN,   /* CFA = (cfa_rbp ? rbp : rsp) + cfa_off; caller's rbp at CFA + rbp_off */
	RULE_DRAP,    /* CFA = *(rbp + cfa_off); caller's rbp at rbp + rbp_off (not from CFA) */
	RULE_SIGNAL,  /* rip, rsp and rbp lie at rsp + CFI_SIGNAL_*; the new rip is exact */
	RULE_END,     /* the return address is undefined: this is the outermost frame */
	RULE_COMPLEX, /* anything else: use cfi_step() */
};

/*
 * How to leave one frame. In PLAIN and DRAP the return address is at CFA - 8 and the caller's rsp
 * is the CFA; rbp is unchanged unless rbp_saved. Other kinds leave the remaining fields zero.
 */
struct rule {
	uint8_t kind;	   /* enum rule_kind */
	uint8_t cfa_rbp;   /* the CFA is counted from rbp, else from rsp */
	uint8_t rbp_saved; /* rbp_off is valid */
	int32_t cfa_off;
	int32_t rbp_off;
};

/*
 * The rule for `lookup`: a return address minus one, or the exact pc for the innermost frame and
 * for the one above a signal frame. `m` must be the object that contains it. Uses less than 1 KiB
 * of stack.
 */
void cfi_rule(const struct cfi_module *m, uint64_t lookup, struct rule *out);

/* A register file; registers whose bit in `known` is clear have no value. */
struct cfi_regs {
	uint64_t r[CFI_REGS]; /* DWARF: rax rdx rcx rbx rsi rdi rbp rsp r8..r15 rip */
	uint32_t known;
};

/* Reads 8 bytes of the program's memory; false when `addr` is outside what may be read. */
typedef bool (*cfi_read)(void *ctx, uint64_t addr, uint64_t *value);

/*
 * One frame outwards by full interpretation, in the object `m` that contains the looked-up address.
 * `*exact` says on entry that rip is an exact pc and not a return address; on return, the same of
 * the new rip (the frame left was a signal frame).
 * 1: stepped; 0: regs was the outermost frame (return address undefined or 0); -1: cannot.
 * After 0 and -1 regs is unchanged. Uses less than 2 KiB of stack.
 */
int cfi_step_in(const struct cfi_module *m, struct cfi_regs *regs, bool *exact, cfi_read read,
		void *ctx);

/* The same, finding the object first. */
int cfi_step(struct cfi_regs *regs, bool *exact, cfi_read read, void *ctx);

/*
 * The registers of the calling function at this very point, those a call preserves: a full unwind
 * may start here, with exact = true.
 */
static inline __attribute__((always_inline)) void cfi_regs_here(struct cfi_regs *regs)
{
	uint64_t pc;

	__asm__ volatile("movq %%rbx, 24(%1)\n\t"
			 "movq %%rbp, 48(%1)\n\t"
			 "movq %%rsp, 56(%1)\n\t"
			 "movq %%r12, 96(%1)\n\t"
			 "movq %%r13, 104(%1)\n\t"
			 "movq %%r14, 112(%1)\n\t"
			 "movq %%r15, 120(%1)\n\t"
			 "leaq 0(%%rip), %0\n\t"
			 "movq %0, 128(%1)"
			 : "=&r"(pc)
			 : "r"(regs->r)
			 : "memory");
	regs->known = 1U << CFI_RBX | 1U << CFI_RBP | 1U << CFI_RSP | 0xfU << CFI_R12 |
		      1U << CFI_RIP;
}

#endif /* MEMPROF_ARCH_CFI_H */
