/* SPDX-License-Identifier: MIT */
/*
 * .eh_frame as bytes: a bounded reader, and the frame description of a pc. Private to this folder.
 * Everything is checked against the segment the tables lie in; nothing is ever written.
 */
#ifndef MEMPROF_ARCH_EH_FRAME_H
#define MEMPROF_ARCH_EH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/x86_64/cfi.h"

/* Readable addresses [lo, hi). */
struct cfi_span {
	uint64_t lo, hi;
};

/* A cursor that cannot leave its bytes: reading past the end gives 0 and sets `bad` for good. */
struct cfi_reader {
	const uint8_t *at, *end;
	bool bad;
};

static inline size_t cfi_left(const struct cfi_reader *r)
{
	return (size_t)(r->end - r->at);
}

static inline void cfi_skip(struct cfi_reader *r, uint64_t n)
{
	if (n > cfi_left(r)) {
		r->bad = true;
		n = cfi_left(r);
	}
	r->at += n;
}

static inline __attribute__((always_inline)) uint64_t cfi_fixed(struct cfi_reader *r,
								unsigned int n)
{
	uint64_t v = 0;

	if (cfi_left(r) < n) {
		r->bad = true;
		r->at = r->end;
		return 0;
	}
	__builtin_memcpy(&v, r->at, n);
	r->at += n;
	return v;
}

static inline uint8_t cfi_u8(struct cfi_reader *r)
{
	return (uint8_t)cfi_fixed(r, 1);
}

static inline uint16_t cfi_u16(struct cfi_reader *r)
{
	return (uint16_t)cfi_fixed(r, 2);
}

static inline uint32_t cfi_u32(struct cfi_reader *r)
{
	return (uint32_t)cfi_fixed(r, 4);
}

static inline uint64_t cfi_u64(struct cfi_reader *r)
{
	return cfi_fixed(r, 8);
}

/* LEB128; bits beyond 64 are dropped, the bytes that hold them are still consumed. */
uint64_t cfi_uleb(struct cfi_reader *r);
int64_t cfi_sleb(struct cfi_reader *r);

/* DW_EH_PE_*: the low nibble is the format, the next three bits what it is relative to. */
enum {
	PE_ABSPTR = 0x00,
	PE_ULEB128 = 0x01,
	PE_UDATA2 = 0x02,
	PE_UDATA4 = 0x03,
	PE_UDATA8 = 0x04,
	PE_SLEB128 = 0x09,
	PE_SDATA2 = 0x0a,
	PE_SDATA4 = 0x0b,
	PE_SDATA8 = 0x0c,
	PE_FORMAT = 0x0f,
	PE_PCREL = 0x10,
	PE_DATAREL = 0x30,
	PE_ALIGNED = 0x50,
	PE_BASE = 0x70,
	PE_INDIRECT = 0x80,
	PE_OMIT = 0xff,
};

/*
 * Reads one encoded pointer. `data` is the base of data-relative ones (0: there is none), `within`
 * bounds what an indirect one may read. A stored 0 is a null pointer whatever the base. Encodings
 * with no meaning on this machine set r->bad.
 */
uint64_t cfi_pointer(struct cfi_reader *r, uint8_t enc, uint64_t data,
		     const struct cfi_span *within);

/*
 * The loaded segment with all of the ELF segment `flags` around `addr`. The mapped range alone is a
 * poor bound: it may have inaccessible holes between segments. It has to do for the readable
 * segments of an object whose program headers were moved away from its start, as binary optimisers
 * do.
 */
bool cfi_segment(const struct cfi_module *m, uint64_t addr, uint32_t flags, struct cfi_span *span);

/* A frame description entry with what its CIE says. */
struct cfi_fde {
	struct cfi_span tables;	     /* the segment all pointers below lie in */
	uint64_t pc_begin, pc_end;   /* [begin, end) */
	struct cfi_reader cie_insns; /* initial instructions */
	struct cfi_reader insns;
	uint64_t code_align;
	int64_t data_align;
	uint8_t pc_enc; /* for DW_CFA_set_loc */
	uint8_t ra_reg;
	bool signal; /* 'S': the frame's pc is exact in the frame above it */
	bool sized;  /* 'z' */
};

/* The entry that covers `pc`; false when there is none or the tables make no sense. */
bool cfi_find_fde(const struct cfi_module *m, uint64_t pc, struct cfi_fde *fde);

/* `pc` is the start of the code a kernel signal frame returns to, written without CFI. */
bool cfi_is_restorer(const struct cfi_module *m, uint64_t pc);

#endif /* MEMPROF_ARCH_EH_FRAME_H */
