/* SPDX-License-Identifier: MIT */
/* symbol.c - read a module's file; see symbol.h.  Floor: modules. */
#define _GNU_SOURCE
#include "symbol.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "arch/x86_64/cfi.h"
#include "rt.h"
#include "sys.h"

struct image {
	const char *base;
	size_t size;
	const Elf64_Ehdr *header;
	const Elf64_Shdr *sections;
	uint64_t bias;
	const char *path;
};

static bool find_module(const void *address, struct image *image)
{
	struct cfi_module m;
	const struct link_map *map;

	if (!cfi_find_module((uint64_t)(uintptr_t)address, &m))
		return false;
	map = m.link_map;
	image->bias = map->l_addr;
	/* The loader does not know the program's own path. */
	image->path = *map->l_name ? map->l_name : "/proc/self/exe";
	return true;
}

/* `size` bytes at `offset` of the file, or NULL. */
static const void *part(const struct image *image, uint64_t offset, uint64_t size)
{
	if (offset > image->size || size > image->size - offset)
		return NULL;
	return image->base + offset;
}

static bool open_image(const void *address, struct image *image)
{
	struct stat st;
	intptr_t p;
	int fd;

	if (!find_module(address, image))
		return false;
	fd = sys_open(image->path, O_RDONLY, 0);
	if (fd < 0)
		return false;
	p = sys_fstat(fd, &st) == 0 && st.st_size > (long)sizeof(Elf64_Ehdr)
		    ? sys_mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
		    : -1;
	sys_close(fd);
	if (sys_failed(p))
		return false;
	image->base = (const char *)p;
	image->size = (size_t)st.st_size;
	image->header = part(image, 0, sizeof(Elf64_Ehdr));
	image->sections = part(image, image->header->e_shoff,
			       (uint64_t)image->header->e_shnum * sizeof(Elf64_Shdr));
	if (image->sections && image->header->e_ident[EI_CLASS] == ELFCLASS64 &&
	    image->header->e_shentsize == sizeof(Elf64_Shdr))
		return true;
	sys_munmap((void *)image->base, image->size);
	return false;
}

static void close_image(struct image *image)
{
	sys_munmap((void *)image->base, image->size);
}

/* The string at `offset` of a string table, or NULL. */
static const char *string(const struct image *image, uint32_t table, uint64_t offset)
{
	const Elf64_Shdr *section = &image->sections[table];
	const char *s, *end;

	if (table >= image->header->e_shnum || offset >= section->sh_size)
		return NULL;
	s = part(image, section->sh_offset, section->sh_size);
	if (!s)
		return NULL;
	end = s + section->sh_size;
	for (const char *p = s + offset; p < end; p++)
		if (!*p)
			return s + offset;
	return NULL;
}

static const char *name_in(const struct image *image, const Elf64_Shdr *table, uint64_t value)
{
	const Elf64_Sym *symbols = part(image, table->sh_offset, table->sh_size);
	size_t n = table->sh_size / sizeof(*symbols);

	for (size_t i = 0; symbols && i < n; i++)
		if (symbols[i].st_value == value && symbols[i].st_shndx != SHN_UNDEF &&
		    ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC)
			return string(image, table->sh_link, symbols[i].st_name);
	return NULL;
}

bool symbol_name(const void *function, struct rt_text *text)
{
	struct image image;
	const char *name = NULL;

	if (!open_image(function, &image))
		return false;
	for (int pass = 0; pass < 2 && !name; pass++)
		for (uint32_t i = 0; i < image.header->e_shnum && !name; i++)
			if (image.sections[i].sh_type == (pass ? SHT_DYNSYM : SHT_SYMTAB))
				name = name_in(&image, &image.sections[i],
					       (uint64_t)(uintptr_t)function - image.bias);
	if (name)
		rt_put(text, name);
	close_image(&image);
	return name != NULL;
}

static uint64_t value_in(const struct image *image, const Elf64_Shdr *table, const char *name)
{
	const Elf64_Sym *symbols = part(image, table->sh_offset, table->sh_size);
	size_t n = table->sh_size / sizeof(*symbols);

	for (size_t i = 0; symbols && i < n; i++) {
		const char *s;

		if (!symbols[i].st_value || symbols[i].st_shndx == SHN_UNDEF ||
		    ELF64_ST_TYPE(symbols[i].st_info) != STT_FUNC)
			continue;
		s = string(image, table->sh_link, symbols[i].st_name);
		if (s && !rt_strcmp(s, name))
			return symbols[i].st_value;
	}
	return 0;
}

void *symbol_function(const void *address, const char *name)
{
	struct image image;
	uint64_t value = 0, at;
	struct cfi_module m;

	if (!open_image(address, &image))
		return NULL;
	for (uint32_t i = 0; i < image.header->e_shnum && !value; i++)
		if (image.sections[i].sh_type == SHT_SYMTAB)
			value = value_in(&image, &image.sections[i], name);
	close_image(&image);
	at = image.bias + value;
	/* The file may be another by now. */
	return value && cfi_find_module(at, &m) ? (void *)(uintptr_t)at : NULL;
}

void symbol_place(const void *address, struct rt_text *text)
{
	uint64_t offset = (uint64_t)(uintptr_t)address;
	struct image image;
	char path[4096];

	if (find_module(address, &image)) {
		offset -= image.bias;
		if (sys_readlink(image.path, path, sizeof(path)) > 0)
			image.path = path;
		rt_put(text, rt_basename(image.path));
	}
	rt_put(text, "+0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		if (offset >> shift || !shift)
			rt_put_char(text, "0123456789abcdef"[offset >> shift & 15]);
}

const void *symbol_section(const void *address, const char *name, size_t *size)
{
	const void *found = NULL;
	struct image image;

	*size = 0;
	if (!open_image(address, &image))
		return NULL;
	for (uint32_t i = 0; i < image.header->e_shnum && !found; i++) {
		const Elf64_Shdr *section = &image.sections[i];
		const char *s = string(&image, image.header->e_shstrndx, section->sh_name);

		if (!s || !(section->sh_flags & SHF_ALLOC) || rt_strcmp(s, name) != 0)
			continue;
		found = (const void *)(uintptr_t)(image.bias + section->sh_addr);
		*size = section->sh_size;
	}
	close_image(&image);
	return found;
}
