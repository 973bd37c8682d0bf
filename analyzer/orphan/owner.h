/* SPDX-License-Identifier: MIT */
/* owner.h - does a recorded process still live?  Looks at /proc, changes nothing. */
#ifndef ANALYZER_ORPHAN_OWNER_H
#define ANALYZER_ORPHAN_OWNER_H

#include <stdint.h>

enum owner_life {
	OWNER_DEAD,
	OWNER_LIVES,
	OWNER_UNKNOWN, /* it ran in a pid namespace that cannot be seen from here */
};

/*
 * The process `pid` (as it saw itself, in the pid namespace with the inode number
 * `ns`; 0 for ours) that started `ticks` clock ticks after the boot `boot` ("" for
 * the present one).  When in doubt it lives.
 */
enum owner_life owner_look(uint32_t pid, uint64_t ns, uint64_t ticks, const char *boot);

#endif
