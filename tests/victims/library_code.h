/* SPDX-License-Identifier: MIT */
/* library_code.h - where the code of the library lies that stands before the C library, for
 * victims that leave it at one of its instructions. */
#ifndef VICTIMS_LIBRARY_CODE_H
#define VICTIMS_LIBRARY_CODE_H

#include <link.h>
#include <stdint.h>
#include <string.h>

/* From low to high; both 0 where there is none. */
static uintptr_t low, high;

/* For dl_iterate_phdr(). */
static inline int find_library(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (!strstr(info->dlpi_name, "libmemprof"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
			low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			high = low + info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

#endif
