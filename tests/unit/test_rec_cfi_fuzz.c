/* SPDX-License-Identifier: MIT */
/*
 * Mutations of valid unwind tables between inaccessible pages: whatever the bytes say, lookups end
 * and read nothing outside. MEMPROF_CFI_FUZZ=N sets the number of mutations.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "../lib/cfi_tables.h"

/* xorshift: the same mutations every time. */
static uint64_t random_state = 88172645463325252ULL;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static bool read_anything(void *ctx, uint64_t addr, uint64_t *value)
{
	(void)ctx;
	*value = addr * 0x9e3779b97f4a7c15ULL;
	return addr % 7 != 0;
}

/* Looks up `pc` in every way there is; whatever comes out, it must come out. */
static void exercise(const struct cfi_module *m, uint64_t pc)
{
	struct cfi_regs regs = { .known = 0x1ffff };
	struct rule rule;
	bool exact = true;

	cfi_rule(m, pc, &rule);
	cr_assert_leq(rule.kind, RULE_COMPLEX);
	for (unsigned int r = 0; r < CFI_REGS; r++)
		regs.r[r] = next_random();
	regs.r[CFI_RIP] = pc;

	int ret = cfi_step_in(m, &regs, &exact, read_anything, NULL);

	cr_assert(ret >= -1 && ret <= 1);
}

static unsigned long mutations(unsigned long usual_number)
{
	const char *text = getenv("MEMPROF_CFI_FUZZ");

	return text ? strtoul(text, NULL, 10) : usual_number;
}

/*
 * Changes a few bytes, looks around, changes them back. Every read outside the tables that crosses a
 * page dies of SIGSEGV; the sanitizers see the rest.
 */
static void mutate(const void *bytes, size_t size, const size_t *pcs, size_t n_pcs, size_t from,
		   unsigned long rounds)
{
	for (unsigned long round = 0; round < rounds; round++) {
		static struct cfi_module m;
		static uint8_t *at;
		size_t where[4];
		uint8_t was[4];
		unsigned int n = 1 + next_random() % 4;

		if (round % 4096 == 0) {
			if (at)
				cfi_image_unmap(&m);
			/* Now and then the end is missing as well. */
			size_t cut = round == 0 ? 0 : next_random() % ((size - from) / 2);

			at = cfi_image_tables(bytes, size - cut, round / 4096 % 2, &m);
		}

		size_t mapped = ((Elf64_Phdr *)(m.start + sizeof(Elf64_Ehdr)))->p_memsz;

		for (unsigned int i = 0; i < n; i++) {
			where[i] = next_random() % 8 == 0 ? next_random() % 32
							  : from + next_random() % (mapped - from);
			was[i] = at[where[i]];
			at[where[i]] = next_random() % 2
					       ? (uint8_t)next_random()
					       : (uint8_t)(1 << next_random() % 8 ^ was[i]);
		}
		for (unsigned int i = 0; i < 4; i++)
			exercise(&m,
				 (uint64_t)at + pcs[next_random() % n_pcs] + next_random() % 64);
		while (n-- > 0)
			at[where[n]] = was[n];
		if (round + 1 == rounds) {
			cfi_image_unmap(&m);
			at = NULL;
		}
	}
}

Test(cfi, mutated_small_tables, .timeout = 600)
{
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_usual_cie(&t);
	tables_fde(&t, CODE, 64,
		   BYTES(0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x0a, 0x44, 0x0c, 7, 8, 0x44, 0x0b,
			 0x02, 9, 0x2e, 8, 0x0e, 0xac, 0x02));
	tables_cie(&t, "zPLR", 1, BYTES(0x9b, 1, 2, 3, 4, 0x1b, 0x1b), usual_insns,
		   sizeof(usual_insns));
	tables_fde(&t, CODE + 64, 64,
		   BYTES(0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22));
	tables_fde(&t, CODE + 128, 64,
		   BYTES(0x10, 6, 2, 0x76, 0, 0x0f, 3, 0x76, 0x78, 0x06, 0x16, 3, 7, 0x31, 0x28, 1,
			 0, 0x96, 0x35, 0x12));
	tables_cie(&t, "zRS", 1, BYTES(0x1b), BYTES(0x0f, 4, 0x77, 0xa0, 1, 6));
	tables_fde(&t, CODE + 192, 64,
		   BYTES(0x10, 6, 3, 0x77, 0xf8, 0, 0x10, 16, 3, 0x77, 0xa8, 1));
	tables_finish(&t, true, &m);
	cfi_image_unmap(&m);
	mutate(t.b, t.n, t.pcs, t.n_fdes, FRAMES, mutations(300000));
}

/* The tables of libc as they are in memory. */
Test(cfi, mutated_real_tables, .timeout = 600)
{
	struct cfi_module m;
	struct cfi_fde fde;
	size_t pcs[1000], n = 0;

	cr_assert(cfi_find_module((uint64_t)qsort, &m));
	cr_assert(cfi_find_fde(&m, (uint64_t)qsort, &fde));

	const uint8_t *hdr = m.eh_frame_hdr;
	uint32_t count;

	memcpy(&count, hdr + 8, 4);
	for (uint32_t i = 0; i < count && n < 1000; i += count / 1000 + 1) {
		int32_t pc;

		memcpy(&pc, hdr + 12 + 8 * i, 4);
		/* code before its tables: pretended code can only be behind them */
		pcs[n++] = (size_t)(int64_t)pc;
	}
	cr_assert_gt(n, 100);
	mutate(hdr, fde.tables.hi - (uint64_t)hdr, pcs, n, 12 + 8 * (size_t)count,
	       mutations(100000));
}
