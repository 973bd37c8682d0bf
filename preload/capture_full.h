/* SPDX-License-Identifier: MIT */
/*
 * capture_full.h - the rare stack that needs every register.  Floor: unwind.
 *
 * Code whose frame depends on more than rsp and rbp (the loader's trampolines,
 * hand-written assembly) is unwound from the recorder's own frames outwards
 * with all callee-saved registers, each frame interpreted in full.  Thousands
 * of times dearer than the cached walk, and needed for 1 call site in 20,000.
 */
#ifndef PRELOAD_CAPTURE_FULL_H
#define PRELOAD_CAPTURE_FULL_H

#include <stdbool.h>
#include <stdint.h>

#include "origin.h"
#include "thread.h"

/* Fill t->walk from `from` outwards; *n frames.  True when the outermost
 * frame was reached. */
bool capture_full(struct thread *t, const struct origin *from, uint32_t *n);

#endif
