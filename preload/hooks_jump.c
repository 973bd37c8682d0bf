/* SPDX-License-Identifier: MIT */
/* hooks_jump.c - jumps out of the program's regions; see hook.h.  Floor: hooks.
 *
 * A region that was begun below the frame that a longjmp goes back to is over.  Where that is
 * says the jump buffer: glibc keeps the stack pointer in its seventh word, mangled with a word
 * of the thread's control block (sysdeps/x86_64/jmpbuf-offsets.h and tcb-offsets.h). */
/* Its headers would give longjmp another name. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "hook.h"

#include <setjmp.h>

#include "real.h"
#include "recorder.h"
#include "zones.h"

HOOK _Noreturn void longjmp(struct __jmp_buf_tag env[1], int value);
HOOK _Noreturn void _longjmp(struct __jmp_buf_tag env[1], int value);
HOOK _Noreturn void siglongjmp(struct __jmp_buf_tag env[1], int value);
HOOK _Noreturn void __longjmp_chk(struct __jmp_buf_tag env[1], int value);

#define JB_RSP 6

static uintptr_t demangle(uintptr_t word)
{
	__asm__("ror $17, %0\n\txor %%fs:0x30, %0" : "+r"(word));
	return word;
}

/* Regions between here and there end. */
static void cut(const struct __jmp_buf_tag *env, const void *frame)
{
	struct tls *t = &tls;

	if (!t->thread || !t->thread->zones || !guard_enter(t))
		return;
	zones_cut(t->thread, (uintptr_t)frame, demangle((uintptr_t)env->__jmpbuf[JB_RSP]));
	guard_leave(t);
}

#define JUMP(symbol)                                        \
	void symbol(struct __jmp_buf_tag env[1], int value) \
	{                                                   \
		cut(env, HOOK_FRAME);                       \
		HOOK_REAL(symbol)(env, value);              \
		__builtin_unreachable();                    \
	}

JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)
