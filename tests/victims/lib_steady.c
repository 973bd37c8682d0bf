/* SPDX-License-Identifier: MIT */
/*
 * lib_steady.c - preloaded, it takes chance out of a program, so that two runs
 * of it allocate the same.
 *
 * The program's own anonymous mappings lie at the same addresses every time:
 * gcc's collector keeps a table for each 16 MiB of address space it has pages
 * in and one more for each 4 GiB, so how many it allocates depends on where the
 * kernel, valgrind or a recorder's own mappings let its pages lie.
 *
 * The clock stands: libxml2 seeds the hashes of its dictionaries with time(),
 * and the number of their nodes changes from second to second.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static uintptr_t next = UINT64_C(0x200000000);

static void *place(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	if (!addr && (flags & MAP_ANONYMOUS) && len <= SIZE_MAX - 4095)
		addr = (void *)__atomic_fetch_add(&next, (len + 4095) & ~(size_t)4095,
						  __ATOMIC_RELAXED);
	return (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, off);
}

EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return place(addr, len, prot, flags, fd, off);
}

EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return place(addr, len, prot, flags, fd, off);
}

EXPORT time_t time(time_t *out)
{
	if (out)
		*out = 1600000000;
	return 1600000000;
}
