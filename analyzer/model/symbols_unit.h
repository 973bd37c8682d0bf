/* SPDX-License-Identifier: MIT */
/*
 * symbols_unit.h - the functions of one compilation unit, sorted by address.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_UNIT_H
#define ANALYZER_MODEL_SYMBOLS_UNIT_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range of addresses and the function it belongs to. */
struct unit_function {
	Dwarf_Addr start, end;
	Dwarf_Addr reach; /* highest end of this one and all before */
	Dwarf_Die die;
};

struct unit {
	Dwarf_Die lines; /* the unit that has the line table */
	Dwarf_Die die;	 /* the unit that has the functions: another one with split DWARF */
	struct unit_function *functions;
	size_t n_functions, alloc;
	enum { UNIT_UNREAD, UNIT_SHALLOW, UNIT_DEEP } state;
};

/* Move to the next sibling; false at the end, also when corrupt links lead backwards. */
bool unit_step(Dwarf_Die *die);

/* The function DIE that holds `pc`, or NULL; reads the unit's functions when needed. */
Dwarf_Die *unit_find(struct unit *unit, Dwarf_Addr pc);

void unit_release(struct unit *unit);

#endif
