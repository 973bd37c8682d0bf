/* SPDX-License-Identifier: MIT */
/*
 * symbols_scope.c - see symbols_scope.h.  gcc gives linkage names to what the
 * linker sees only: functions of anonymous namespaces and lambdas have none.
 */
#include "model/symbols_scope.h"

#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#include "model/symbols_unit.h"
#include "util/strbuf.h"

/* References from an instance to its declaration; longer chains are corrupt. */
#define REFERENCES_MAX 16

/* Where the function was declared: that place is inside its scopes. */
static Dwarf_Die declaration_of(Dwarf_Die *die)
{
	Dwarf_Die at = *die;

	for (int i = 0; i < REFERENCES_MAX; i++) {
		Dwarf_Attribute attr;
		Dwarf_Die next;

		if (!dwarf_attr(&at, DW_AT_abstract_origin, &attr) &&
		    !dwarf_attr(&at, DW_AT_specification, &attr))
			break;
		if (!dwarf_formref_die(&attr, &next))
			break;
		at = next;
	}
	return at;
}

static bool is_cxx(Dwarf_Die *unit)
{
	switch (dwarf_srclang(unit)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
		return true;
	default:
		return false;
	}
}

/* The child of `parent` that is, or holds, what is at `offset`. */
static bool child_around(Dwarf_Die *parent, Dwarf_Off offset, Dwarf_Die *child)
{
	Dwarf_Die next;

	if (dwarf_child(parent, &next) != 0 || dwarf_dieoffset(&next) > offset)
		return false;
	do
		*child = next;
	while (unit_step(&next) && dwarf_dieoffset(&next) <= offset);
	return true;
}

static void add_scope(struct strbuf *name, Dwarf_Die *die, const char *function)
{
	const char *own = dwarf_diename(die);
	bool lambda = !strcmp(function, "operator()");

	switch (dwarf_tag(die)) {
	case DW_TAG_namespace:
		strbuf_addf(name, "%s::", own ? own : "(anonymous namespace)");
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		strbuf_addf(name, "%s::", own ? own : lambda ? "{lambda}" : "{unnamed}");
		break;
	case DW_TAG_subprogram:
		if (own)
			strbuf_addf(name, "%s::", own);
		break;
	default:
		break;
	}
}

char *scope_name(Dwarf_Die *die)
{
	Dwarf_Die function = declaration_of(die), at, child;
	const char *own = dwarf_diename(&function);
	Dwarf_Off offset = dwarf_dieoffset(&function);
	struct strbuf name = STRBUF_INIT;

	if (!own || !dwarf_diecu(&function, &at, NULL, NULL) || !is_cxx(&at))
		return NULL;
	while (child_around(&at, offset, &child) && dwarf_dieoffset(&child) < offset) {
		add_scope(&name, &child, own);
		at = child;
	}
	if (!name.len)
		return NULL;
	strbuf_addstr(&name, own);
	return strbuf_detach(&name, NULL);
}
