/* SPDX-License-Identifier: MIT */
/* The odd places: what cfi_walk.cc runs, with check() wherever a stack is worth a look. */
#include <algorithm>
#include <alloca.h>
#include <dlfcn.h>
#include <functional>
#include <setjmp.h>
#include <signal.h>
#include <stdexcept>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <vector>

#include "cfi_walk.h"

static volatile unsigned long sink;

static NOINLINE unsigned long recurse(unsigned int n, unsigned long a, unsigned long b)
{
	if (n == 0) {
		check();
		return a * b;
	}

	unsigned long r = recurse(n - 1, b, a + n);

	return r + a;
}

static NOINLINE void variable(unsigned int n)
{
	char vla[n * 16 + 1];
	char *block = (char *)alloca(n * 32 + 1);

	memset(vla, (int)n, sizeof(vla));
	memset(block, (int)n, n * 32);
	if (n > 0)
		variable(n - 1);
	else
		check();
	sink += (unsigned long)vla[0] + (unsigned long)block[0];
}

/* Over-aligned locals and a stack of unknown alignment need a second frame pointer. */
static NOINLINE __attribute__((force_align_arg_pointer)) unsigned long
realigned(unsigned int n, int a1, int a2, int a3, int a4, int a5, int on_stack)
{
	alignas(64) volatile unsigned long local[8];
	char *block = (char *)alloca(n * 8 + 16);

	block[0] = (char)on_stack;
	for (unsigned int i = 0; i < 8; i++)
		local[i] = i * n + (unsigned long)(a1 + a2 + a3 + a4 + a5 + on_stack);
	if (n > 0)
		local[1] = realigned(n - 1, a2, a3, a4, a5, on_stack, a1);
	else
		check();
	return local[1] + (unsigned long)block[0];
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	if (x == 17 || y == 17)
		check();
	return (x > y) - (x < y);
}

static int compare_outer(const void *a, const void *b)
{
	int v[] = { 3, 17, 1 };

	qsort(v, 3, sizeof(v[0]), compare);
	return compare(a, b);
}

static NOINLINE void sorting(void)
{
	int v[] = { 5, 17, 2, 9, 17, 0 };
	int key = 17;

	qsort(v, 6, sizeof(v[0]), compare_outer);
	sink += bsearch(&key, v, 6, sizeof(v[0]), compare) != NULL;
	std::sort(v, v + 6, [](int a, int b) {
		check();
		return a > b;
	});
}

struct guard {
	unsigned int n;
	~guard()
	{
		check();
		if (n == 2) {
			try {
				guard inner = { 9 };

				throw std::string("from a destructor");
			} catch (const std::string &s) {
				check();
				sink += s.size();
			}
		}
	}
};

static NOINLINE void thrower(unsigned int n)
{
	guard g = { n };

	if (n == 0)
		throw std::runtime_error("out");
	thrower(n - 1);
	sink++;
}

static NOINLINE void exceptions(void)
{
	try {
		thrower(5);
	} catch (const std::exception &e) {
		check();
		try {
			throw;
		} catch (...) {
			check();
		}
	}
}

static NOINLINE void signals(void)
{
	raise(SIGUSR1);
	raise(SIGUSR2);
	raise(SIGHUP);
	std::function<void(int)> f = [&](int n) {
		if (n == 0)
			raise(SIGHUP);
		else
			f(n - 1);
	};
	f(4);
}

static jmp_buf back;

static NOINLINE void jumper(unsigned int n)
{
	check();
	if (n == 0)
		longjmp(back, 1);
	if (n < 100)
		jumper(n - 1);
	sink++;
}

static NOINLINE void jumps(void)
{
	if (setjmp(back) == 0)
		jumper(4);
	check();
}

static ucontext_t main_context, coroutine;

static void coroutine_body(void)
{
	for (int i = 0; i < 3; i++) {
		recurse(3, 1, 2);
		raise(SIGUSR1);
		swapcontext(&coroutine, &main_context);
	}
}

static NOINLINE void coroutines(void)
{
	static char stack[512 * 1024];

	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(stack);
	coroutine.uc_link = &main_context;
	makecontext(&coroutine, coroutine_body, 0);
	for (int i = 0; i < 4; i++) {
		swapcontext(&main_context, &coroutine);
		check();
	}
}

/* A frame without unwind information ends every walk alike. */
extern "C" void call_without_cfi(void (*)(void));
__asm__(".pushsection .text\n"
	".globl call_without_cfi\n"
	".type call_without_cfi, @function\n"
	"call_without_cfi:\n"
	"	sub $24, %rsp\n"
	"	call *%rdi\n"
	"	add $24, %rsp\n"
	"	ret\n"
	".size call_without_cfi, .-call_without_cfi\n"
	".popsection\n");

static void inside_no_cfi(void)
{
	recurse(2, 3, 4);
}

static NOINLINE void no_cfi(void)
{
	call_without_cfi(inside_no_cfi);
}

/* Registers kept in odd ways, as hand-written assembly does. */
extern "C" void call_odd_cfi(void (*)(void));
__asm__(".pushsection .text\n"
	".globl call_odd_cfi\n"
	".type call_odd_cfi, @function\n"
	"call_odd_cfi:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset 3, -16\n"
	"	push %rbp\n"
	"	.cfi_def_cfa_offset 24\n"
	"	.cfi_offset 6, -24\n"
	"	mov %rsp, %rbx\n"
	"	.cfi_def_cfa 3, 24\n"
	"	sub $40, %rsp\n"
	"	and $-64, %rsp\n"
	"	mov $0x1234, %ebp\n"
	"	call *%rdi\n"
	"	mov %rbx, (%rsp)\n"
	"	.cfi_remember_state\n"
	"	.cfi_escape 0x0f, 5, 0x77, 0, 0x06, 0x23, 24\n" /* CFA = *(rsp) + 24 */
	"	nop\n"
	"	mov (%rsp), %rsp\n"
	"	.cfi_restore_state\n"
	"	pop %rbp\n"
	"	.cfi_restore 6\n"
	"	.cfi_def_cfa 7, 16\n"
	"	pop %rbx\n"
	"	.cfi_restore 3\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size call_odd_cfi, .-call_odd_cfi\n"
	".popsection\n");

static NOINLINE void odd_cfi(void)
{
	call_odd_cfi(inside_no_cfi);
	call_odd_cfi([] { raise(SIGHUP); });
}

/* Runtimes that do without libc install a restorer of their own, without CFI. */
extern "C" void own_restorer(void);
__asm__(".pushsection .text\n"
	"	nop\n"
	".globl own_restorer\n"
	".type own_restorer, @function\n"
	"own_restorer:\n"
	"	mov $15, %rax\n"
	"	syscall\n"
	".size own_restorer, .-own_restorer\n"
	".popsection\n");

void install_with_own_restorer(int sig, void (*handler)(int))
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} sa = { handler, 0x04000000UL | SA_ONSTACK, own_restorer, 0 };

	syscall(SYS_rt_sigaction, sig, &sa, NULL, 8);
}

static NOINLINE void restorer(void)
{
	raise(SIGWINCH);
	recurse(2, 1, 1);
}

const char *library;

static NOINLINE void dlopened(void)
{
	for (int i = 0; i < 2; i++) {
		void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);

		if (!handle) {
			fprintf(stderr, "%s\n", dlerror());
			_exit(1);
		}

		void (*f)(void (*)(void)) = (void (*)(void (*)(void)))dlsym(handle, "library_call");

		f(check);
		f(inside_no_cfi);
		dlclose(handle);
	}
}

/* Leaf code and libc's assembly, for the steps between its instructions. */
static NOINLINE void leaves(void)
{
	static char a[4096], b[4096];
	std::vector<std::string> v;

	memset(a, 1, sizeof(a));
	memcpy(b, a, 777);
	sink += strlen("some string that is not so short") + (unsigned long)memcmp(a, b, 900);
	for (int i = 0; i < 5; i++)
		v.push_back(std::to_string(i * 1000));
	snprintf(a, sizeof(a), "%s %d %f", v[3].c_str(), 42, 2.5);
	sink += strtoul(a, NULL, 10) + (unsigned long)getppid();
}

/* Called nowhere else: the first call goes through the stub and the loader's resolver. */
static NOINLINE void lazy_binding(void)
{
	sink += (unsigned long)getpgrp() + (unsigned long)geteuid() + (unsigned long)getsid(0);
}

const struct workload workloads[] = {
	{ "recursion", [] { recurse(20, 1, 2); }, ALWAYS },
	{ "variable frames", [] { variable(6); }, ALWAYS },
	{ "realigned", [] { realigned(5, 1, 2, 3, 4, 5, 6); }, ALWAYS },
	{ "sorting", sorting, ALWAYS },
	{ "exceptions", exceptions, ALWAYS },
	{ "signals", signals, ALWAYS },
	{ "jumps", jumps, ALWAYS },
	{ "coroutines", coroutines, ALWAYS },
	{ "no unwind information", no_cfi, ALWAYS },
	{ "odd frames", odd_cfi, ALWAYS },
	{ "own restorer", restorer, ALWAYS },
	{ "library", dlopened, NOT_STEPPED },
	{ "leaves", leaves, ALWAYS },
	{ "lazy binding", lazy_binding, ONLY_STEPPED },
	{ NULL, NULL, ALWAYS },
};
