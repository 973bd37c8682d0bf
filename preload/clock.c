/* SPDX-License-Identifier: MIT */
/* clock.c - the kernel's clocks, asked without entering it; see sys.h.  Floor: sys.
 *
 * Not by clock_gettime(): a program may have one of its own in front of the C
 * library's, that pretends another time, or that does not stand to be called while a
 * sanitizer starts.  The kernel's function is in the object it maps into every
 * process (vdso(7)); where there is none the system call does it. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

#include "arch/x86_64/syscall.h"
#include "sys.h"

static int by_system_call(int clock, struct timespec *ts)
{
	return (int)arch_syscall(SYS_clock_gettime, clock, (long)ts, 0, 0, 0, 0);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* The function in the object's table of symbols, which its strings follow. */
static uintptr_t search(const ElfW(Sym) * symbols, const char *strings, uintptr_t bias)
{
	const ElfW(Sym) *end = (const void *)(strings - sizeof(*symbols));

	if (!symbols || !strings)
		return (uintptr_t)by_system_call;
	for (; symbols <= end; symbols++)
		if (symbols->st_shndx != SHN_UNDEF &&
		    same(strings + symbols->st_name, "__vdso_clock_gettime"))
			return bias + symbols->st_value;
	return (uintptr_t)by_system_call;
}

static uintptr_t find(void)
{
	uintptr_t base = getauxval(AT_SYSINFO_EHDR), bias = 0;
	const ElfW(Ehdr) *ehdr = (const void *)base;
	const ElfW(Phdr) *phdr = (const void *)(base + (base ? ehdr->e_phoff : 0));
	const ElfW(Dyn) *dynamic = NULL;
	const ElfW(Sym) *symbols = NULL;
	const char *strings = NULL;

	if (!base)
		return (uintptr_t)by_system_call;
	for (int i = 0; i < ehdr->e_phnum; i++) {
		if (phdr[i].p_type == PT_LOAD)
			bias = base + phdr[i].p_offset - phdr[i].p_vaddr;
		else if (phdr[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(base + phdr[i].p_offset);
	}
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_SYMTAB)
			symbols = (const void *)(bias + dynamic->d_un.d_ptr);
		else if (dynamic->d_tag == DT_STRTAB)
			strings = (const void *)(bias + dynamic->d_un.d_ptr);
	}
	return search(symbols, strings, bias);
}

uint64_t sys_clock_ns(int clock)
{
	static uintptr_t function;
	uintptr_t f = __atomic_load_n(&function, __ATOMIC_RELAXED);
	struct timespec ts = { 0 };

	if (__atomic_load_n(&sys_ticks_forbidden, __ATOMIC_RELAXED)) {
		f = (uintptr_t)by_system_call;
	} else if (!f) {
		f = sys_may_read_ticks() ? find() : (uintptr_t)by_system_call;
		__atomic_store_n(&function, f, __ATOMIC_RELAXED);
	}
	((int (*)(int, struct timespec *))f)(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}
