/* SPDX-License-Identifier: MIT */
/*
 * fuzz_rec_elf.c - the header, program headers and notes of a loaded object, as the recorder
 * reads them for its build id.  The loader has read them before: it maps the first page whole.
 */
#include "fuzz.h"
#include "../../preload/modules.c"

#define ROOM 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_record record = { 0 };
	struct cfi_module m = { 0 };
	char *base = mmap(NULL, 3 * ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *at;

	/* what the loader accepted has a header */
	if (base == MAP_FAILED || size < sizeof(ElfW(Ehdr)) || size > ROOM) {
		if (base != MAP_FAILED)
			munmap(base, 3 * ROOM);
		return 0;
	}
	at = base + ROOM;
	mprotect(at, ROOM, PROT_READ | PROT_WRITE);
	memcpy(at, data, size);
	m.start = (uint64_t)(uintptr_t)at;
	m.end = m.start + ROOM;
	m.bias = m.start;
	m.link_map = base;
	read_build_id(&m, &record);
	fuzz_expect(record.build_id_len <= sizeof(record.build_id));
	munmap(base, 3 * ROOM);
	return 0;
}
