/* SPDX-License-Identifier: MIT */
/*
 * symbols_unit.c - an index over a unit's functions.  libdw's own search walks
 * the whole tree of the unit at each question.
 */
#include "model/symbols_unit.h"

#include <dwarf.h>
#include <stdlib.h>

#include "util/xalloc.h"

/* Deeper nesting of namespaces, classes and blocks than this is corruption. */
#define DEPTH_MAX 100

bool unit_step(Dwarf_Die *die)
{
	Dwarf_Off before = dwarf_dieoffset(die);

	return dwarf_siblingof(die, die) == 0 && dwarf_dieoffset(die) > before;
}

static void add_function(struct unit *unit, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0) {
		/* the linker leaves address 0 in functions it dropped */
		if (!start || end <= start)
			continue;
		XGROW(unit->functions, unit->n_functions, unit->alloc);
		unit->functions[unit->n_functions++] = (struct unit_function){
			.start = start,
			.end = end,
			.die = *die,
		};
	}
}

/* All functions below `parent`; those inside other functions only when `deep`. */
static void collect(struct unit *unit, Dwarf_Die *parent, bool deep, int depth)
{
	Dwarf_Die die;

	if (depth > DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_subprogram:
			add_function(unit, &die);
			if (deep)
				collect(unit, &die, deep, depth + 1);
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_inlined_subroutine:
			if (deep)
				collect(unit, &die, deep, depth + 1);
			break;
		case DW_TAG_namespace:
		case DW_TAG_module:
		case DW_TAG_structure_type:
		case DW_TAG_class_type:
		case DW_TAG_union_type:
		case DW_TAG_interface_type:
		case DW_TAG_enumeration_type:
			collect(unit, &die, deep, depth + 1);
			break;
		default:
			break;
		}
	} while (unit_step(&die));
}

static int by_start_then_size(const void *a, const void *b)
{
	const struct unit_function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end == y->end ? 0 : x->end > y->end ? -1 : 1;
}

static void read_functions(struct unit *unit, bool deep)
{
	Dwarf_Addr reach = 0;

	unit->n_functions = 0;
	collect(unit, &unit->die, deep, 0);
	if (unit->n_functions)
		qsort(unit->functions, unit->n_functions, sizeof(*unit->functions),
		      by_start_then_size);
	for (size_t i = 0; i < unit->n_functions; i++) {
		if (unit->functions[i].end > reach)
			reach = unit->functions[i].end;
		unit->functions[i].reach = reach;
	}
	unit->state = deep ? UNIT_DEEP : UNIT_SHALLOW;
}

static Dwarf_Die *search(struct unit *unit, Dwarf_Addr pc)
{
	size_t low = 0, high = unit->n_functions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (unit->functions[mid].start <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	/* the nearest that holds pc is the innermost one */
	while (low > 0 && unit->functions[low - 1].reach > pc)
		if (unit->functions[--low].end > pc)
			return &unit->functions[low].die;
	return NULL;
}

Dwarf_Die *unit_find(struct unit *unit, Dwarf_Addr pc)
{
	Dwarf_Die *found;

	if (unit->state == UNIT_UNREAD)
		read_functions(unit, false);
	found = search(unit, pc);
	/* nested functions are rare, and looking for them costs a walk of everything */
	if (!found && unit->state == UNIT_SHALLOW) {
		read_functions(unit, true);
		found = search(unit, pc);
	}
	return found;
}

void unit_release(struct unit *unit)
{
	free(unit->functions);
	*unit = (struct unit){ .functions = NULL };
}
