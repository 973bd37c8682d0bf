/* SPDX-License-Identifier: MIT */
/* hooks_jump.c - jumps out of the program's regions and of the recorder; see hook.h and leap.h.
 * Floor: hooks.
 *
 * A region that was begun below the frame that a longjmp goes back to is over.  Where that is
 * says the jump buffer: glibc keeps the stack pointer in its seventh word, mangled with a word
 * of the thread's control block (sysdeps/x86_64/jmpbuf-offsets.h and tcb-offsets.h). */
/* Its headers would give longjmp another name. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "hook.h"

#include <setjmp.h>
#include <ucontext.h>

#include "leap.h"
#include "real.h"
#include "recorder.h"
#include "zones.h"

HOOK int setcontext(const struct ucontext_t *to);
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

/* The recorder's work that it interrupted is given up, regions between here and there end. */
static void cut(const struct __jmp_buf_tag *env, const void *frame)
{
	uintptr_t sp = demangle((uintptr_t)env->__jmpbuf[JB_RSP]);
	struct tls *t = &tls;

	if (unlikely(t->busy))
		leap_to(t, sp);
	if (!t->thread || !t->thread->zones || !guard_enter(t))
		return;
	zones_cut(t->thread, (uintptr_t)frame, sp);
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

HOOK int setcontext(const struct ucontext_t *to)
{
	if (unlikely(tls.busy))
		leap_to(&tls, (uintptr_t)to->uc_mcontext.gregs[REG_RSP]);
	return HOOK_REAL(setcontext)(to);
}
