/* SPDX-License-Identifier: MIT */
/*
 * leak_stack.h - where the program's part of the calling thread's stack begins.
 * Floor: leaks.
 *
 * Below it are frames of the recorder, and of the C library as it ends the process.
 * They hold what the program's registers and dead frames left there: pointers that
 * the program no longer has.
 */
#ifndef PRELOAD_LEAK_STACK_H
#define PRELOAD_LEAK_STACK_H

#include <stdint.h>

#include "arch/x86_64/cfi.h"

/* Registers that a call preserves, but for the stack pointer. */
#define LEAK_REGISTERS 6

/*
 * From `here` (cfi_regs_here()) outwards to the innermost frame of the program: its stack
 * pointer, and what it has in registers.  0 when the way out is not known.
 */
uintptr_t leak_stack_find(const struct cfi_regs *here, uintptr_t registers[LEAK_REGISTERS]);

#endif
