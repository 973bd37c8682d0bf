/* SPDX-License-Identifier: MIT */
/*
 * Objects for tests of the unwind tables that are mapped but not loaded: a file laid out by its
 * program headers, or bare tables whose last byte borders on inaccessible memory.
 */
#ifndef MEMPROF_TESTS_CFI_IMAGE_H
#define MEMPROF_TESTS_CFI_IMAGE_H

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/x86_64/cfi.h"

#define CFI_PAGE 4096UL

static inline uint64_t cfi_page_up(uint64_t n)
{
	return (n + CFI_PAGE - 1) & -CFI_PAGE;
}

/*
 * Maps an ELF file as the loader would, read-only and not relocated; holes stay inaccessible.
 * False when it is no 64-bit ELF with unwind tables. Release with cfi_image_unmap().
 */
static inline bool cfi_image_map(const char *path, struct cfi_module *m)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const Elf64_Ehdr *ehdr;
	bool ok = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof(*ehdr))
		goto out;
	ehdr = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (ehdr == MAP_FAILED)
		goto out;

	const Elf64_Phdr *phdr = (const Elf64_Phdr *)((const char *)ehdr + ehdr->e_phoff);
	uint64_t top = 0, hdr = 0, bottom = UINT64_MAX;

	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0 || ehdr->e_ident[EI_CLASS] != ELFCLASS64)
		goto out;
	for (int i = 0; i < ehdr->e_phnum; i++) {
		uint64_t end = phdr[i].p_vaddr + phdr[i].p_memsz;

		if (phdr[i].p_type == PT_GNU_EH_FRAME)
			hdr = phdr[i].p_vaddr;
		if (phdr[i].p_type != PT_LOAD)
			continue;
		top = end > top ? end : top;
		bottom = phdr[i].p_vaddr < bottom ? phdr[i].p_vaddr : bottom;
	}
	bottom &= -CFI_PAGE;

	char *base = mmap(NULL, cfi_page_up(top - bottom), PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (int i = 0; i < ehdr->e_phnum; i++) {
		uint64_t skew = phdr[i].p_vaddr & (CFI_PAGE - 1);

		if (phdr[i].p_type == PT_LOAD && phdr[i].p_filesz != 0)
			mmap(base + (phdr[i].p_vaddr - skew - bottom), phdr[i].p_filesz + skew,
			     PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
			     (off_t)(phdr[i].p_offset - skew));
	}
	*m = (struct cfi_module){
		.start = (uint64_t)base,
		.end = (uint64_t)base + cfi_page_up(top - bottom),
		.bias = (uint64_t)base - bottom,
		.link_map = base,
		.eh_frame_hdr = base + (hdr - bottom),
	};
	ok = hdr != 0;
	munmap((void *)ehdr, (size_t)st.st_size);
out:
	close(fd);
	return ok;
}

static inline void cfi_image_unmap(struct cfi_module *m)
{
	munmap((void *)m->start, m->end - m->start);
}

/*
 * An object of one segment that holds `size` bytes of tables, .eh_frame_hdr first, and nothing
 * else. The bytes end where inaccessible memory begins, or with `low` begin where it ends.
 * Returns where they lie; they are writable. Release with cfi_image_unmap().
 */
static inline uint8_t *cfi_image_tables(const void *bytes, size_t size, bool low,
					struct cfi_module *m)
{
	size_t room = cfi_page_up(size);
	/* header, guard, tables, guard, then address space for pretended functions */
	size_t all = 3 * CFI_PAGE + room + (64UL << 20);
	uint8_t *base = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			     0);
	uint8_t *tables = base + 2 * CFI_PAGE + (low ? 0 : room - size);

	mprotect(base, CFI_PAGE, PROT_READ | PROT_WRITE);
	mprotect(base + 2 * CFI_PAGE, room, PROT_READ | PROT_WRITE);
	memcpy(tables, bytes, size);

	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)base;

	memcpy(ehdr->e_ident, ELFMAG, SELFMAG);
	ehdr->e_phoff = sizeof(*ehdr);
	ehdr->e_phentsize = sizeof(Elf64_Phdr);
	ehdr->e_phnum = 1;
	*(Elf64_Phdr *)(ehdr + 1) = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R,
		.p_vaddr = (uint64_t)(tables - base),
		.p_memsz = size,
	};
	*m = (struct cfi_module){
		.start = (uint64_t)base,
		.end = (uint64_t)base + all,
		.bias = (uint64_t)base,
		.link_map = base,
		.eh_frame_hdr = tables,
	};
	return tables;
}

#endif /* MEMPROF_TESTS_CFI_IMAGE_H */
