/* SPDX-License-Identifier: MIT */
/*
 * symbols_elf.c - an index over the symbol tables of a module.  libdwfl walks
 * the whole table at each question, which large programs make too slow.
 */
#include "model/symbols_elf.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* What a symbol with a size ranks at least. */
#define RANK_SIZED 400

static bool is_label(const struct elf_function *f)
{
	return f->rank < RANK_SIZED;
}

/* Of several names for one address show the one a person would write: sized
 * functions before labels, public before private, strdup before __strdup. */
static uint32_t rank_of(const GElf_Sym *sym, const char *name)
{
	uint32_t underscores = (uint32_t)strspn(name, "_");
	unsigned int bind = GELF_ST_BIND(sym->st_info);
	uint32_t rank = 0;

	if (sym->st_size)
		rank += RANK_SIZED;
	if (GELF_ST_TYPE(sym->st_info) != STT_NOTYPE)
		rank += 200;
	if (bind != STB_LOCAL)
		rank += 100;
	if (bind != STB_WEAK)
		rank += 5;
	return rank + 10 * (underscores < 4 ? 4 - underscores : 0);
}

/* Where the code section `index` ends, 0 when it is none. */
static uint64_t code_end(Elf *elf, GElf_Word index)
{
	GElf_Shdr shdr;
	Elf_Scn *scn = elf ? elf_getscn(elf, index) : NULL;

	if (!scn || !gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_EXECINSTR))
		return 0;
	return shdr.sh_addr + shdr.sh_size;
}

static bool wanted_type(const GElf_Sym *sym)
{
	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_FUNC:
	case STT_GNU_IFUNC:
	case STT_NOTYPE:
		return true;
	default:
		return false;
	}
}

static int by_start_then_rank(const void *a, const void *b)
{
	const struct elf_function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Keep the best of each address, give labels an end, fill `reach`. */
static void finish(struct elf_functions *functions)
{
	struct elf_function *v = functions->v;
	uint64_t reach = 0;
	size_t n = 0;

	if (!functions->n)
		return;
	qsort(v, functions->n, sizeof(*v), by_start_then_rank);
	for (size_t i = 0; i < functions->n; i++)
		if (!n || v[n - 1].start != v[i].start)
			v[n++] = v[i];
	functions->n = n;
	for (size_t i = 0; i < n; i++) {
		if (is_label(&v[i]) && i + 1 < n && v[i + 1].start < v[i].end)
			v[i].end = v[i + 1].start;
		if (v[i].end > reach)
			reach = v[i].end;
		v[i].reach = reach;
	}
}

void elf_functions_init(struct elf_functions *functions, Dwfl_Module *module)
{
	int count = dwfl_module_getsymtab(module);
	size_t alloc = 0;

	*functions = (struct elf_functions){ .v = NULL };
	for (int i = 1; i < count; i++) {
		GElf_Word section = SHN_UNDEF;
		GElf_Addr addr;
		GElf_Sym sym;
		Elf *elf = NULL;
		const char *name = dwfl_module_getsym_info(module, i, &sym, &addr, &section, &elf,
							   NULL);
		uint64_t end;

		if (!name || !*name || section == SHN_UNDEF || !wanted_type(&sym))
			continue;
		end = addr + sym.st_size;
		if (!sym.st_size)
			end = code_end(elf, section);
		if (end <= addr)
			continue;
		XGROW(functions->v, functions->n, alloc);
		functions->v[functions->n++] = (struct elf_function){
			.start = addr,
			.end = end,
			.name = name,
			.rank = rank_of(&sym, name),
		};
	}
	finish(functions);
}

void elf_functions_release(struct elf_functions *functions)
{
	free(functions->v);
	*functions = (struct elf_functions){ .v = NULL };
}

const struct elf_function *elf_functions_find(const struct elf_functions *functions, uint64_t pc)
{
	const struct elf_function *label = NULL;
	size_t low = 0, high = functions->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (functions->v[mid].start <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	/* the nearest that holds pc is the innermost; a label inside a function is not one */
	while (low > 0 && functions->v[low - 1].reach > pc) {
		const struct elf_function *f = &functions->v[--low];

		if (f->end <= pc)
			continue;
		if (!is_label(f))
			return f;
		if (!label)
			label = f;
	}
	return label;
}
