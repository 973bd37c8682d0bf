/* SPDX-License-Identifier: MIT */
/*
 * Full steps over pretended frames, and the expressions they evaluate.
 */
#include <criterion/criterion.h>

#include "../lib/cfi_tables.h"
#include "arch/x86_64/dwarf_expr.h"

/* The stack of a pretended frame. */
struct memory {
	uint64_t base, n;
	const uint64_t *words;
};

static bool read_memory(void *ctx, uint64_t addr, uint64_t *value)
{
	const struct memory *mem = ctx;

	if (addr < mem->base || addr - mem->base > mem->n * 8 - 8)
		return false;
	memcpy(value, (const char *)mem->words + (addr - mem->base), 8);
	return true;
}

Test(cfi, restorer_without_tables)
{
	static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05 };
	struct cfi_module m;
	uint8_t page[4096] = { 0 };
	uint64_t words[23];
	struct memory mem = { 0x7000, 23, words };
	struct cfi_regs regs = { .known = 1U << CFI_RIP | 1U << CFI_RSP };
	bool exact = false;
	struct rule rule;

	memcpy(page + 100, code, sizeof(code));

	uint8_t *at = cfi_image_tables(page, sizeof(page), true, &m);

	((Elf64_Phdr *)(m.start + sizeof(Elf64_Ehdr)))->p_flags = PF_R | PF_X;
	m.eh_frame_hdr = NULL;
	cfi_rule(&m, (uint64_t)at + 99, &rule);
	cr_expect_eq(rule.kind, RULE_SIGNAL);
	cfi_rule(&m, (uint64_t)at + 98, &rule);
	cr_expect_eq(rule.kind, RULE_NONE);
	/* the code would run over the end of the segment */
	memcpy(at + 4096 - 4, code, 4);
	cfi_rule(&m, (uint64_t)at + 4091, &rule);
	cr_expect_eq(rule.kind, RULE_NONE);
	cfi_rule(&m, (uint64_t)at + 4095, &rule);
	cr_expect_eq(rule.kind, RULE_NONE);

	for (uint64_t i = 0; i < 23; i++)
		words[i] = 1000 + i * 8;
	regs.r[CFI_RIP] = (uint64_t)at + 100;
	regs.r[CFI_RSP] = 0x7000;
	cr_assert_eq(cfi_step_in(&m, &regs, &exact, read_memory, &mem), 1);
	cr_expect(exact);
	cr_expect_eq(regs.known, 0x1ffff);
	/* rax rdx rcx rbx rsi rdi rbp rsp r8 .. r15 rip in struct sigcontext */
	static const uint64_t offsets[] = { 144, 136, 152, 128, 112, 104, 120, 160, 40,
					    48,	 56,  64,  72,	80,  88,  96,  168 };

	for (unsigned int r = 0; r < CFI_REGS; r++)
		cr_expect_eq(regs.r[r], 1000 + offsets[r], "register %u", r);
	mem.n = 21;
	regs.r[CFI_RIP] = (uint64_t)at + 100;
	regs.r[CFI_RSP] = 0x7000;
	cr_expect_eq(cfi_step_in(&m, &regs, &exact, read_memory, &mem), -1);
	cfi_image_unmap(&m);
}

/* One step in one function under the usual CIE; rsp is 0x7000 and the stack holds 0x1001, ... */
static int step_of(const uint8_t *insns, size_t n, struct cfi_regs *regs, bool *exact)
{
	static const uint64_t words[16] = { 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006,
					    0x1007, 0x1008, 0x1009, 0,	    0x7000 };
	struct memory mem = { 0x7000, 16, words };
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_usual_cie(&t);
	tables_fde(&t, CODE, 0x1000, insns, n);
	tables_finish(&t, true, &m);
	for (unsigned int r = 0; r < CFI_RIP; r++)
		regs->r[r] = 0x2000 + r;
	regs->r[CFI_RSP] = 0x7000;
	regs->r[CFI_RIP] = (uint64_t)m.eh_frame_hdr + CODE + 1;
	regs->known = 0x1ffff & ~1U;
	*exact = false;

	int ret = cfi_step_in(&m, regs, exact, read_memory, &mem);

	cfi_image_unmap(&m);
	return ret;
}

Test(cfi, steps)
{
	struct cfi_regs regs;
	bool exact;

	/* CFA = rsp + 24, RA and rbx in memory, the rest unchanged */
	cr_assert_eq(step_of(BYTES(0x0e, 24, 0x83, 2), &regs, &exact), 1);
	cr_expect_eq(regs.r[CFI_RIP], 0x1003);
	cr_expect_eq(regs.r[CFI_RSP], 0x7018);
	cr_expect_eq(regs.r[CFI_RBX], 0x1002);
	cr_expect_eq(regs.r[CFI_RBP], 0x2006);
	cr_expect_eq(regs.known, 0x1fffe);
	cr_expect_not(exact);

	/* register, val_offset, expression on the CFA, val_expression, undefined */
	cr_assert_eq(step_of(BYTES(0x09, 3, 12, 0x14, 7, 2, 0x10, 13, 2, 0x23, 8, 0x16, 14, 2, 0x23,
				   5, 0x07, 15),
			     &regs, &exact),
		     1);
	cr_expect_eq(regs.r[CFI_RBX], 0x200c);
	cr_expect_eq(regs.r[CFI_RSP], 0x7008 - 16);
	cr_expect_eq(regs.r[13], 0x1003);
	cr_expect_eq(regs.r[14], 0x700d);
	cr_expect_eq(regs.known, 0x1fffe & ~(1U << 15));

	/* RA in a register; CFA through memory */
	cr_assert_eq(step_of(BYTES(0x09, 16, 2, 0x0f, 4, 0x77, 0xd0, 0x00, 0x06), &regs, &exact),
		     1);
	cr_expect_eq(regs.r[CFI_RIP], 0x2002);
	cr_expect_eq(regs.r[CFI_RSP], 0x7000);

	/* ends: undefined, and a return address of 0 */
	cr_expect_eq(step_of(BYTES(0x07, 16), &regs, &exact), 0);
	cr_expect_eq(step_of(BYTES(0x0e, 80), &regs, &exact), 0);
	cr_expect_eq(regs.r[CFI_RSP], 0x7000, "unchanged at the end");
	/* impossible: an unknown register, memory out of reach, RA the same */
	cr_expect_eq(step_of(BYTES(0x0c, 0, 8), &regs, &exact), -1);
	cr_expect_eq(step_of(BYTES(0x0e, 0x80, 0x20), &regs, &exact), -1);
	cr_expect_eq(step_of(BYTES(0x08, 16), &regs, &exact), -1);
	cr_expect_eq(step_of(BYTES(0xd0), &regs, &exact), 1, "restored");
	cr_expect_eq(step_of(BYTES(0x0b), &regs, &exact), -1);
}

static __attribute__((noinline)) bool step_to_caller(uint64_t *ra, uint64_t *sp)
{
	struct cfi_regs regs;
	struct memory mem;
	bool exact = true;

	cfi_regs_here(&regs);
	mem = (struct memory){ regs.r[CFI_RSP], 512, (const uint64_t *)regs.r[CFI_RSP] };
	if (cfi_step(&regs, &exact, read_memory, &mem) != 1 || exact)
		return false;
	*ra = regs.r[CFI_RIP];
	*sp = regs.r[CFI_RSP];
	return *ra == (uint64_t)__builtin_return_address(0) &&
	       *sp == (uint64_t)__builtin_frame_address(0) + 16;
}

Test(cfi, step_from_here)
{
	uint64_t ra = 0, sp = 0;

	cr_expect(step_to_caller(&ra, &sp), "%lx %lx", ra, sp);
}

static const struct {
	uint8_t code[24];
	uint8_t n;
	bool ok;
	uint64_t value;
} expressions[] = {
	{ { 0x03, 1, 2, 3, 4, 5, 6, 7, 8 }, 9, true, 0x0807060504030201 },
	{ { 0x08, 0xff }, 2, true, 255 },
	{ { 0x09, 0xff }, 2, true, -1ULL },
	{ { 0x0a, 0xff, 0xff }, 3, true, 65535 },
	{ { 0x0b, 0xff, 0xff }, 3, true, -1ULL },
	{ { 0x0c, 0xff, 0xff, 0xff, 0xff }, 5, true, 0xffffffff },
	{ { 0x0d, 0xff, 0xff, 0xff, 0xff }, 5, true, -1ULL },
	{ { 0x0e, 1, 0, 0, 0, 0, 0, 0, 0x80 }, 9, true, 0x8000000000000001 },
	{ { 0x10, 0x80, 0x01 }, 3, true, 128 },
	{ { 0x11, 0x7f }, 2, true, -1ULL },
	{ { 0x32, 0x12, 0x22 }, 3, true, 4 },				  /* dup */
	{ { 0x32, 0x35, 0x13 }, 3, true, 2 },				  /* drop */
	{ { 0x32, 0x35, 0x14, 0x1c }, 4, true, 3 },			  /* over, minus */
	{ { 0x32, 0x35, 0x36, 0x15, 2 }, 5, true, 2 },			  /* pick */
	{ { 0x32, 0x35, 0x16, 0x1c }, 4, true, 3 },			  /* swap */
	{ { 0x31, 0x32, 0x33, 0x17, 0x1c, 0x1c }, 6, true, 3 - (1 - 2) }, /* rot */
	{ { 0x09, 0xfb, 0x19 }, 3, true, 5 },				  /* abs */
	{ { 0x3c, 0x3a, 0x1a }, 3, true, 8 },				  /* and */
	{ { 0x09, 0xf8, 0x32, 0x1b }, 4, true, -4ULL },			  /* div, signed */
	{ { 0x31, 0x30, 0x1b }, 3, false, 0 },				  /* by zero */
	{ { 0x37, 0x34, 0x1d }, 3, true, 3 },				  /* mod */
	{ { 0x31, 0x30, 0x1d }, 3, false, 0 },
	{ { 0x37, 0x34, 0x1e }, 3, true, 28 },	      /* mul */
	{ { 0x37, 0x1f }, 2, true, -7ULL },	      /* neg */
	{ { 0x30, 0x20 }, 2, true, -1ULL },	      /* not */
	{ { 0x3c, 0x3a, 0x21 }, 3, true, 14 },	      /* or */
	{ { 0x32, 0x23, 0x85, 0x01 }, 4, true, 135 }, /* plus_uconst */
	{ { 0x31, 0x34, 0x24 }, 3, true, 16 },	      /* shl */
	{ { 0x31, 0x08, 64, 0x24 }, 4, true, 0 },
	{ { 0x09, 0x80, 0x31, 0x25 }, 4, true, 0x7fffffffffffffc0 }, /* shr */
	{ { 0x09, 0x80, 0x31, 0x26 }, 4, true, -64ULL },	     /* shra */
	{ { 0x3c, 0x3a, 0x27 }, 3, true, 6 },			     /* xor */
	{ { 0x31, 0x28, 1, 0, 0x96, 0x35 }, 6, true, 5 },	     /* bra taken over a nop */
	{ { 0x36, 0x30, 0x28, 1, 0, 0x35 }, 6, true, 5 },	     /* bra not taken */
	{ { 0x36, 0x2f, 1, 0, 0x35 }, 5, true, 6 },		     /* skip */
	{ { 0x36, 0x2f, 9, 0, 0x35 }, 5, false, 0 },		     /* skip out of the code */
	{ { 0x36, 0x2f, 0xfd, 0xff }, 4, false, 0 },		     /* for ever */
	{ { 0x09, 0xff, 0x31, 0x2d }, 4, true, 1 },		     /* lt is signed */
	{ { 0x32, 0x32, 0x2a }, 3, true, 1 },			     /* ge */
	{ { 0x32, 0x32, 0x2b }, 3, true, 0 },			     /* gt */
	{ { 0x32, 0x32, 0x2c }, 3, true, 1 },			     /* le */
	{ { 0x32, 0x32, 0x29 }, 3, true, 1 },			     /* eq */
	{ { 0x32, 0x32, 0x2e }, 3, true, 0 },			     /* ne */
	{ { 0x73, 0x7f }, 2, true, 0x2002 },			     /* breg3 -1 */
	{ { 0x53 }, 1, true, 0x2003 },				     /* reg3 */
	{ { 0x92, 3, 1 }, 3, true, 0x2004 },			     /* bregx */
	{ { 0x90, 3 }, 2, true, 0x2003 },			     /* regx */
	{ { 0x70, 0 }, 2, false, 0 },				     /* rax is not known */
	{ { 0x92, 0x80, 0x01, 0 }, 4, false, 0 },		     /* no such register */
	{ { 0x77, 8, 0x06 }, 3, true, 0x1122334455667788 },	     /* deref */
	{ { 0x77, 8, 0x94, 2 }, 4, true, 0x7788 },		     /* deref_size */
	{ { 0x77, 8, 0x94, 9 }, 4, false, 0 },
	{ { 0x77, 24, 0x06 }, 3, false, 0 }, /* out of reach */
	{ { 0x22 }, 1, false, 0 },	     /* underflow */
	{ { 0x96 }, 1, false, 0 },	     /* no result */
	{ { 0x97 }, 1, false, 0 },	     /* unknown */
	{ { 0x0e, 1, 2 }, 3, false, 0 },     /* cut off */
};

Test(cfi, expressions)
{
	static const uint64_t words[] = { 1, 0x1122334455667788, 3 };
	struct memory mem = { 0x7000, 3, words };
	struct cfi_regs regs = { .known = 0x1fffe };

	for (unsigned int r = 0; r < CFI_REGS; r++)
		regs.r[r] = 0x2000 + r;
	regs.r[CFI_RSP] = 0x7000;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		struct cfi_reader code = { expressions[i].code,
					   expressions[i].code + expressions[i].n, false };
		struct expr_value v = { 0, 0 };
		bool ok = dwarf_expr(code, &regs, NULL, read_memory, &mem, &v);

		cr_expect_eq(ok, expressions[i].ok, "expression %zu", i);
		if (ok)
			cr_expect_eq(v.v, expressions[i].value, "expression %zu: %lx", i, v.v);
	}
}

Test(cfi, expressions_have_a_bounded_stack)
{
	struct cfi_regs regs = { .known = 0 };
	uint8_t ones[64];
	struct expr_value v;

	memset(ones, 0x31, sizeof(ones));
	cr_expect(dwarf_expr((struct cfi_reader){ ones, ones + 16, false }, &regs, NULL,
			     read_memory, NULL, &v));
	cr_expect_not(dwarf_expr((struct cfi_reader){ ones, ones + 17, false }, &regs, NULL,
				 read_memory, NULL, &v));
}
