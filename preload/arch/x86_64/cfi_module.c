/* SPDX-License-Identifier: MIT */
/*
 * The object around a pc and the bounds of its segments, from memory alone: no list of objects is
 * kept and the loader's lock is never taken.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include "arch/x86_64/eh_frame.h"

#define PAGE 4096

/*
 * A program whose segments have holes between them is found one segment at a time; its tables are in
 * another one. The whole of it is meant, as it is for every shared object.
 */
static void widen_program(struct cfi_module *m)
{
	const Elf64_Phdr *phdr = (const Elf64_Phdr *)getauxval(AT_PHDR);
	uint64_t lo = UINT64_MAX, hi = 0;
	bool within = false;

	if (!phdr)
		return;
	for (uint64_t n = getauxval(AT_PHNUM); n > 0; n--, phdr++) {
		uint64_t start = m->bias + phdr->p_vaddr, end = start + phdr->p_memsz;

		if (phdr->p_type != PT_LOAD)
			continue;
		within |= start <= m->start && m->start < end;
		lo = start < lo ? start : lo;
		hi = end > hi ? end : hi;
	}
	if (!within || (lo >= m->start && hi <= m->end))
		return;
	m->start = lo & ~(uint64_t)(PAGE - 1);
	m->end = hi;
}

bool cfi_find_module(uint64_t pc, struct cfi_module *m)
{
	struct dl_find_object found;

	if (_dl_find_object((void *)pc, &found) != 0)
		return false;
	*m = (struct cfi_module){
		.start = (uint64_t)found.dlfo_map_start,
		.end = (uint64_t)found.dlfo_map_end,
		.bias = found.dlfo_link_map ? found.dlfo_link_map->l_addr : 0,
		.link_map = found.dlfo_link_map,
		.eh_frame_hdr = found.dlfo_eh_frame,
	};
	/* Only the program itself has no name. */
	if (found.dlfo_link_map && !found.dlfo_link_map->l_name[0])
		widen_program(m);
	return true;
}

/*
 * The program headers of an object; NULL when they are not known to be mapped. The program's own
 * come from the kernel: the start of its range is rounded down by the alignment of its segments and
 * need not be mapped. Others have them in their first page.
 */
static const Elf64_Phdr *program_headers(const struct cfi_module *m, unsigned int *count)
{
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)m->start;
	uint64_t program = getauxval(AT_PHDR);
	uint32_t magic;

	if (program >= m->start && program < m->end) {
		*count = (unsigned int)getauxval(AT_PHNUM);
		return (const Elf64_Phdr *)program;
	}
	if (m->end <= m->start || m->end - m->start < PAGE)
		return NULL;
	__builtin_memcpy(&magic, ehdr->e_ident, sizeof(magic));
	if (magic != 0x464c457f || ehdr->e_phentsize != sizeof(Elf64_Phdr) ||
	    ehdr->e_phoff > PAGE || ehdr->e_phnum * sizeof(Elf64_Phdr) > PAGE - ehdr->e_phoff)
		return NULL;
	*count = ehdr->e_phnum;
	return (const Elf64_Phdr *)(m->start + ehdr->e_phoff);
}

bool cfi_segment(const struct cfi_module *m, uint64_t addr, uint32_t flags, struct cfi_span *span)
{
	unsigned int count;
	const Elf64_Phdr *phdr = program_headers(m, &count);

	if (!phdr) {
		*span = (struct cfi_span){ m->start, m->end };
		return flags == PF_R && addr >= m->start && addr < m->end;
	}
	for (; count > 0; count--, phdr++) {
		uint64_t lo = phdr->p_vaddr + m->bias;

		if (phdr->p_type != PT_LOAD || (phdr->p_flags & flags) != flags || addr < lo ||
		    addr - lo >= phdr->p_memsz)
			continue;
		span->lo = lo;
		span->hi = lo + phdr->p_memsz;
		return span->lo >= m->start && span->hi <= m->end && span->lo < span->hi;
	}
	return false;
}

bool cfi_is_restorer(const struct cfi_module *m, uint64_t pc)
{
	/* mov $__NR_rt_sigreturn, %rax; syscall */
	static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05 };
	struct cfi_span span;

	if (!cfi_segment(m, pc, PF_R | PF_X, &span) || span.hi - pc < sizeof(code))
		return false;
	for (unsigned int i = 0; i < sizeof(code); i++)
		if (((const uint8_t *)pc)[i] != code[i])
			return false;
	return true;
}
