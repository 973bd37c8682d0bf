/* SPDX-License-Identifier: MIT */
/* elf_check.c - see elf_check.h. */
#include "launch/elf_check.h"

#include <gelf.h>
#include <string.h>

/* A runtime that replaces malloc itself and must come first. */
static const struct sanitizer {
	const char *library, *symbol, *name;
} sanitizers[] = {
	{ "libasan.so", "__asan_init", "AddressSanitizer" },
	{ "libclang_rt.asan", "__asan_init", "AddressSanitizer" },
	{ "libtsan.so", "__tsan_init", "ThreadSanitizer" },
	{ "libclang_rt.tsan", "__tsan_init", "ThreadSanitizer" },
	{ "libclang_rt.msan", "__msan_init", "MemorySanitizer" },
	{ "liblsan.so", "__lsan_init", "LeakSanitizer" },
	{ "libhwasan.so", "__hwasan_init", "HWAddressSanitizer" },
};

#define N_SANITIZERS (sizeof(sanitizers) / sizeof(*sanitizers))

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static void found_sanitizer(struct elf_facts *facts, const struct sanitizer *sanitizer)
{
	facts->verdict = ELF_SANITIZER;
	facts->sanitizer = sanitizer->name;
}

/* True when it is the dynamic linker itself, run by hand: it is static and yet preloads. */
static bool check_dynamic(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, struct elf_facts *facts)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	bool is_loader = false;
	GElf_Dyn dyn;

	for (int i = 0; data && gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		const char *name;

		if (dyn.d_tag != DT_NEEDED && dyn.d_tag != DT_SONAME)
			continue;
		name = elf_strptr(elf, shdr->sh_link, dyn.d_un.d_val);
		if (!name)
			continue;
		if (dyn.d_tag == DT_SONAME) {
			is_loader = starts_with(name, "ld-linux");
			continue;
		}
		if (starts_with(name, "libstdc++.so"))
			facts->cxx = true;
		for (size_t k = 0; k < N_SANITIZERS; k++)
			if (starts_with(name, sanitizers[k].library))
				found_sanitizer(facts, &sanitizers[k]);
	}
	return is_loader;
}

/* Sanitizers may be linked in statically; a malloc in .dynsym goes before all libraries. */
static void check_symbols(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, struct elf_facts *facts)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	bool dynamic = shdr->sh_type == SHT_DYNSYM;
	GElf_Sym sym;

	for (int i = 1; data && gelf_getsym(data, i, &sym); i++) {
		const char *name = elf_strptr(elf, shdr->sh_link, sym.st_name);

		if (!name)
			continue;
		if (dynamic && sym.st_shndx != SHN_UNDEF && !strcmp(name, "malloc"))
			facts->own_malloc = true;
		if (name[0] != '_' || name[1] != '_')
			continue;
		for (size_t k = 0; k < N_SANITIZERS; k++)
			if (!strcmp(name, sanitizers[k].symbol))
				found_sanitizer(facts, &sanitizers[k]);
	}
}

static void read_loader(Elf *elf, struct elf_facts *facts)
{
	size_t n;

	if (elf_getphdrnum(elf, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr phdr;
		Elf_Data *data;

		if (!gelf_getphdr(elf, (int)i, &phdr) || phdr.p_type != PT_INTERP ||
		    phdr.p_filesz < 2 || phdr.p_filesz > sizeof(facts->loader))
			continue;
		data = elf_getdata_rawchunk(elf, (int64_t)phdr.p_offset, phdr.p_filesz, ELF_T_BYTE);
		if (data) {
			memcpy(facts->loader, data->d_buf, data->d_size);
			facts->loader[data->d_size - 1] = '\0';
		}
	}
}

static void check_sections(Elf *elf, struct elf_facts *facts)
{
	bool is_loader = false;
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr))
			continue;
		if (shdr.sh_type == SHT_DYNAMIC)
			is_loader |= check_dynamic(elf, scn, &shdr, facts);
		else if (shdr.sh_type == SHT_DYNSYM || shdr.sh_type == SHT_SYMTAB)
			check_symbols(elf, scn, &shdr, facts);
	}
	if (!facts->loader[0] && !is_loader)
		facts->verdict = ELF_STATIC;
	else if (strstr(facts->loader, "ld-musl"))
		facts->verdict = ELF_MUSL;
	else if (strstr(facts->loader, "/linker64"))
		facts->verdict = ELF_BIONIC;
}

void elf_check(int fd, struct elf_facts *facts)
{
	GElf_Ehdr ehdr;
	Elf *elf;

	*facts = (struct elf_facts){ .verdict = ELF_FINE };
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr)) {
		facts->verdict = ELF_NOT_ELF;
	} else if (ehdr.e_ident[EI_CLASS] == ELFCLASS32) {
		facts->verdict = ELF_32BIT;
	} else if (ehdr.e_machine != EM_X86_64) {
		facts->verdict = ELF_OTHER_MACHINE;
	} else {
		read_loader(elf, facts);
		check_sections(elf, facts);
	}
	elf_end(elf);
}
