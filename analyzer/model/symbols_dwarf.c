/* SPDX-License-Identifier: MIT */
/*
 * symbols_dwarf.c - from an address to source frames; see symbols_dwarf.h.
 *
 * Units are indexed by their own ranges, not by .debug_aranges, which clang
 * and rustc leave out.
 */
#include "model/symbols_dwarf.h"

#include <dwarf.h>
#include <stdlib.h>

#include "model/symbols_scope.h"
#include "model/symbols_unit.h"
#include "util/map.h"
#include "util/xalloc.h"

/* Inline nesting beyond this is corruption. */
#define CHAIN_MAX 256

struct unit_range {
	Dwarf_Addr start, end;
	Dwarf_Addr reach; /* highest end of this one and all before */
	size_t unit;
};

struct dwarf_index {
	Dwarf_Addr bias; /* addresses of the module less those of the debug information */
	struct unit *units;
	size_t n_units, alloc_units;
	struct unit_range *ranges;
	size_t n_ranges, alloc_ranges;
	struct dwarf_frame *frames;
	size_t alloc_frames;
	struct map scoped; /* address of a function's DIE -> its name with scopes, 0 for none */
};

static void add_unit(struct dwarf_index *index, Dwarf_Die *lines, Dwarf_Die *split)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;
	bool any = false;

	while ((offset = dwarf_ranges(lines, offset, &base, &start, &end)) > 0) {
		if (!start || end <= start)
			continue;
		any = true;
		XGROW(index->ranges, index->n_ranges, index->alloc_ranges);
		index->ranges[index->n_ranges++] = (struct unit_range){
			.start = start,
			.end = end,
			.unit = index->n_units,
		};
	}
	if (!any)
		return;
	XGROW(index->units, index->n_units, index->alloc_units);
	index->units[index->n_units++] = (struct unit){
		.lines = *lines,
		.die = split ? *split : *lines,
	};
}

static int by_start(const void *a, const void *b)
{
	const struct unit_range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->unit == y->unit ? 0 : x->unit < y->unit ? -1 : 1;
}

struct dwarf_index *dwarf_index_new(Dwfl_Module *module)
{
	struct dwarf_index *index;
	Dwarf_CU *cu = NULL;
	Dwarf_Die die, split;
	Dwarf_Addr bias, reach = 0;
	Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
	uint8_t type;

	if (!dwarf)
		return NULL;
	index = xcalloc(1, sizeof(*index));
	index->bias = bias;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, &type, &die, &split) == 0)
		if (type == DW_UT_compile || type == DW_UT_skeleton)
			add_unit(index, &die,
				 type == DW_UT_skeleton && dwarf_tag(&split) > 0 ? &split : NULL);
	if (index->n_ranges)
		qsort(index->ranges, index->n_ranges, sizeof(*index->ranges), by_start);
	for (size_t i = 0; i < index->n_ranges; i++) {
		if (index->ranges[i].end > reach)
			reach = index->ranges[i].end;
		index->ranges[i].reach = reach;
	}
	return index;
}

bool dwarf_index_has_units(const struct dwarf_index *index)
{
	return index->n_units;
}

void dwarf_index_free(struct dwarf_index *index)
{
	const struct map_entry *e;
	size_t pos = 0;

	if (!index)
		return;
	for (size_t i = 0; i < index->n_units; i++)
		unit_release(&index->units[i]);
	while ((e = map_next(&index->scoped, &pos)))
		free((void *)(uintptr_t)e->value);
	map_release(&index->scoped);
	free(index->units);
	free(index->ranges);
	free(index->frames);
	free(index);
}

/* Ranges that start at or before `pc`. */
static size_t ranges_before(const struct dwarf_index *index, Dwarf_Addr pc)
{
	size_t low = 0, high = index->n_ranges;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index->ranges[mid].start <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The unit of `pc`, and the function in it, NULL when the unit names none.
 * Units may overlap, so the first one that knows a function is taken. */
static struct unit *find_unit(struct dwarf_index *index, Dwarf_Addr pc, Dwarf_Die **function)
{
	struct unit *first = NULL;

	*function = NULL;
	for (size_t i = ranges_before(index, pc); i > 0 && index->ranges[i - 1].reach > pc; i--) {
		const struct unit_range *range = &index->ranges[i - 1];

		if (range->end <= pc)
			continue;
		if (!first)
			first = &index->units[range->unit];
		*function = unit_find(&index->units[range->unit], pc);
		if (*function)
			return &index->units[range->unit];
	}
	return first;
}

/* The inlined calls around `pc` inside `function`, outermost first. */
static size_t inlined_at(Dwarf_Die *function, Dwarf_Addr pc, Dwarf_Die chain[CHAIN_MAX])
{
	Dwarf_Die die;
	size_t n = 0;
	bool more = dwarf_child(function, &die) == 0;

	while (more) {
		int tag = dwarf_tag(&die);
		bool inlined = tag == DW_TAG_inlined_subroutine;

		if ((inlined || tag == DW_TAG_lexical_block) && dwarf_haspc(&die, pc) == 1) {
			if (inlined && n == CHAIN_MAX)
				break;
			if (inlined)
				chain[n++] = die;
			more = dwarf_child(&die, &die) == 0;
		} else {
			more = unit_step(&die);
		}
	}
	return n;
}

static const char *string_of(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;

	return dwarf_formstring(dwarf_attr_integrate(die, name, &attr));
}

/* C functions have linkage names too, of the kind __GI___strdup. */
static bool is_mangled(const char *name)
{
	return name && name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || name[1] == 'D');
}

static const char *name_with_scopes(struct dwarf_index *index, Dwarf_Die *die)
{
	bool fresh;
	uint64_t *slot = map_at(&index->scoped, (uintptr_t)die->addr, &fresh);

	if (fresh)
		*slot = (uintptr_t)scope_name(die);
	return (const char *)(uintptr_t)*slot;
}

static void name_frame(struct dwarf_index *index, struct dwarf_frame *frame, Dwarf_Die *die)
{
	const char *linkage = string_of(die, DW_AT_linkage_name);
	Dwarf_Attribute attr;
	Dwarf_Word line;

	if (dwarf_formudata(dwarf_attr_integrate(die, DW_AT_decl_line, &attr), &line) == 0 &&
	    line <= UINT32_MAX)
		frame->declared = (uint32_t)line;
	if (!linkage)
		linkage = string_of(die, DW_AT_MIPS_linkage_name);
	frame->mangled = is_mangled(linkage);
	if (frame->mangled) {
		frame->name = linkage;
		return;
	}
	frame->name = name_with_scopes(index, die);
	if (!frame->name)
		frame->name = string_of(die, DW_AT_name);
	if (!frame->name)
		frame->name = linkage;
}

static void line_of_pc(struct dwarf_frame *frame, struct unit *unit, Dwarf_Addr pc)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->lines, pc);
	int number = 0;

	if (!line)
		return;
	frame->file = dwarf_linesrc(line, NULL, NULL);
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		frame->line = (uint32_t)number;
}

static void line_of_call(struct dwarf_frame *frame, struct unit *unit, Dwarf_Die *call)
{
	Dwarf_Attribute attr;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t n_files;

	if (dwarf_formudata(dwarf_attr(call, DW_AT_call_line, &attr), &line) == 0 &&
	    line <= UINT32_MAX)
		frame->line = (uint32_t)line;
	if (dwarf_formudata(dwarf_attr(call, DW_AT_call_file, &attr), &file) == 0 &&
	    dwarf_getsrcfiles(&unit->die, &files, &n_files) == 0 && file < n_files)
		frame->file = dwarf_filesrc(files, file, NULL, NULL);
}

size_t dwarf_index_frames(struct dwarf_index *index, uint64_t pc, const struct dwarf_frame **frames)
{
	Dwarf_Die chain[CHAIN_MAX], *function;
	size_t n_inlined = 0, n = 0;
	const char *comp_dir;
	struct unit *unit;

	pc -= index->bias;
	unit = find_unit(index, pc, &function);
	if (!unit)
		return 0;
	if (function)
		n_inlined = inlined_at(function, pc, chain);
	comp_dir = string_of(&unit->lines, DW_AT_comp_dir);
	if (n_inlined + 1 > index->alloc_frames) {
		index->alloc_frames = n_inlined + 1;
		index->frames = xreallocarray(index->frames, index->alloc_frames,
					      sizeof(*index->frames));
	}
	for (size_t i = n_inlined + 1; i-- > 0;) {
		struct dwarf_frame *frame = &index->frames[n];

		*frame = (struct dwarf_frame){ .comp_dir = comp_dir };
		if (i > 0)
			name_frame(index, frame, &chain[i - 1]);
		else if (function)
			name_frame(index, frame, function);
		if (n++ == 0)
			line_of_pc(frame, unit, pc);
		else
			line_of_call(frame, unit, &chain[i]);
	}
	*frames = index->frames;
	return function || index->frames[0].file ? n : 0;
}
