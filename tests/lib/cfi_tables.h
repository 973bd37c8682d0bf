/* SPDX-License-Identifier: MIT */
/* Unwind tables made byte by byte, for tests of their reader. */
#ifndef MEMPROF_TESTS_CFI_TABLES_H
#define MEMPROF_TESTS_CFI_TABLES_H

#include <criterion/criterion.h>

#include "cfi_image.h"
#include "arch/x86_64/eh_frame.h"

/* Tables under construction: .eh_frame_hdr at 0, .eh_frame from 64 on; functions lie behind. */
enum { HDR = 0, FRAMES = 512, CODE = 64 << 10 };

struct tables {
	uint8_t b[8192];
	size_t n;
	size_t record, cie; /* offset of the record being written, and of the last CIE */
	size_t fdes[32], pcs[32], n_fdes;
	bool wide; /* 64-bit lengths */
};

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static inline void tables_put(struct tables *t, const void *bytes, size_t n)
{
	cr_assert_leq(t->n + n, sizeof(t->b));
	if (n)
		memcpy(t->b + t->n, bytes, n);
	t->n += n;
}

static inline void tables_int(struct tables *t, uint64_t v, size_t n)
{
	tables_put(t, &v, n);
}

static inline void tables_begin(struct tables *t)
{
	memset(t, 0, sizeof(*t));
	t->n = FRAMES;
}

static inline void tables_begin_record(struct tables *t)
{
	t->record = t->n;
	tables_int(t, 0xffffffff, 4);
	if (t->wide)
		tables_int(t, 0, 8);
}

static inline void tables_end_record(struct tables *t)
{
	size_t head = t->wide ? 12 : 4;
	uint64_t length = t->n - t->record - head;

	memcpy(t->b + t->record + (t->wide ? 4 : 0), &length, t->wide ? 8 : 4);
}

/* def_cfa rsp+8, RA at CFA-8: what every compiler's CIE says. */
static const uint8_t usual_insns[] = { 0x0c, 7, 8, 0x90, 1 };

static inline void tables_cie(struct tables *t, const char *augmentation, uint8_t version,
			      const uint8_t *data, size_t n_data, const uint8_t *insns, size_t n)
{
	t->cie = t->n;
	tables_begin_record(t);
	tables_int(t, 0, 4);
	tables_int(t, version, 1);
	tables_put(t, augmentation, strlen(augmentation) + 1);
	if (strncmp(augmentation, "eh", 2) == 0)
		tables_int(t, 0x1234, 8);
	if (version == 4)
		tables_int(t, 8, 2);
	tables_int(t, 1, 1);
	tables_int(t, 0x78, 1); /* -8 */
	tables_int(t, 16, 1);
	if (augmentation[0] == 'z')
		tables_int(t, n_data, 1);
	tables_put(t, data, n_data);
	tables_put(t, insns, n);
	tables_end_record(t);
}

static inline void tables_usual_cie(struct tables *t)
{
	tables_cie(t, "zR", 1, BYTES(0x1b), usual_insns, sizeof(usual_insns));
}

/* The pc of an entry in the encoding of its CIE; the start of the code is at CODE. */
static inline void tables_pc(struct tables *t, uint8_t enc, uint64_t base, uint64_t pc)
{
	static const size_t sizes[16] = { 8, 0, 2, 4, 8, 0, 0, 0, 0, 0, 2, 4, 8 };
	uint64_t v = base + pc;

	if (enc == PE_ALIGNED) {
		while ((base + t->n) % 8)
			tables_int(t, 0, 1);
		tables_int(t, v, 8);
		return;
	}
	if ((enc & PE_BASE) == PE_PCREL)
		v -= base + t->n;
	tables_int(t, v, sizes[enc & PE_FORMAT]);
}

static inline void tables_fde_encoded(struct tables *t, uint8_t enc, uint64_t base, size_t pc,
				      size_t size, bool sized, const uint8_t *insns, size_t n)
{
	t->fdes[t->n_fdes] = t->n;
	t->pcs[t->n_fdes++] = pc;
	tables_begin_record(t);
	tables_int(t, t->n - t->cie, 4);
	tables_pc(t, enc, base, pc);
	tables_pc(t, enc & PE_FORMAT, 0, size);
	if (sized)
		tables_int(t, 0, 1);
	tables_put(t, insns, n);
	tables_end_record(t);
}

static inline void tables_fde(struct tables *t, size_t pc, size_t size, const uint8_t *insns,
			      size_t n)
{
	tables_fde_encoded(t, 0x1b, 0, pc, size, true, insns, n);
}

/* Terminator, search table (or none) and the object around it all. */
static inline uint8_t *tables_finish(struct tables *t, bool table, struct cfi_module *m)
{
	size_t n = t->n;

	tables_int(t, 0, 4);
	t->n = HDR;
	tables_put(t, BYTES(1, 0x1b, table ? 0x03 : 0xff, table ? 0x3b : 0xff));
	tables_int(t, FRAMES - t->n, 4);
	if (table)
		tables_int(t, t->n_fdes, 4);
	for (size_t i = 0; table && i < t->n_fdes; i++) {
		tables_int(t, t->pcs[i] - HDR, 4);
		tables_int(t, t->fdes[i] - HDR, 4);
	}
	cr_assert_leq(t->n, FRAMES);
	/* Whole 16 bytes, for the functions' addresses to be as aligned as they look. */
	t->n = (n + 4 + 15) / 16 * 16;
	return cfi_image_tables(t->b, t->n, false, m);
}

#endif /* MEMPROF_TESTS_CFI_TABLES_H */
