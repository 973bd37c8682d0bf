/* SPDX-License-Identifier: MIT */
/*
 * fuzz_rec_cfi.c - unwind tables that border on inaccessible memory: rules and steps for
 * addresses near them.  The first two bytes choose the addresses.
 */
#include "../lib/cfi_image.h"
#include "fuzz.h"

static bool read_anything(void *ctx, uint64_t addr, uint64_t *value)
{
	(void)ctx;
	*value = addr * 0x9e3779b97f4a7c15ULL;
	return addr % 7 != 0;
}

static void look(const struct cfi_module *m, uint64_t pc)
{
	struct cfi_regs regs = { .known = 0x1ffff };
	struct rule rule;
	bool exact = pc & 1;
	int ret;

	cfi_rule(m, pc, &rule);
	fuzz_expect(rule.kind <= RULE_COMPLEX);
	for (unsigned int r = 0; r < CFI_REGS; r++)
		regs.r[r] = pc * (r + 3);
	regs.r[CFI_RIP] = pc;
	ret = cfi_step_in(m, &regs, &exact, read_anything, NULL);
	fuzz_expect(ret >= -1 && ret <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfi_module m;
	uint8_t *at;
	size_t skip;

	if (size < 3)
		return 0;
	skip = data[0] * 16;
	at = cfi_image_tables(data + 2, size - 2, data[1] & 1, &m);
	for (size_t i = 0; i < 8; i++)
		look(&m, (uint64_t)(uintptr_t)at + 4096 + skip + i * 48);
	look(&m, (uint64_t)(uintptr_t)at);
	look(&m, m.start);
	look(&m, m.end - 1);
	cfi_image_unmap(&m);
	return 0;
}
