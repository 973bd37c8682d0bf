/* SPDX-License-Identifier: MIT */
/*
 * The unwind tables' reader on tables made for the purpose: every encoding, augmentation and
 * instruction, the rules they pack into, and what must be refused.
 */
#include <criterion/criterion.h>

#include "../lib/cfi_tables.h"

static struct rule rule_at(const struct cfi_module *m, size_t pc)
{
	struct rule rule;

	cfi_rule(m, (uint64_t)m->eh_frame_hdr + pc, &rule);
	return rule;
}

static void expect(const struct cfi_module *m, size_t pc, struct rule want)
{
	struct rule got = rule_at(m, pc);

	cr_expect(got.kind == want.kind && got.cfa_rbp == want.cfa_rbp &&
			  got.cfa_off == want.cfa_off && got.rbp_saved == want.rbp_saved &&
			  got.rbp_off == want.rbp_off,
		  "at %zx: kind %d rbp %d %+d saved %d %+d, want kind %d rbp %d %+d saved %d %+d",
		  pc, got.kind, got.cfa_rbp, got.cfa_off, got.rbp_saved, got.rbp_off, want.kind,
		  want.cfa_rbp, want.cfa_off, want.rbp_saved, want.rbp_off);
}

static struct rule rsp(int32_t off)
{
	return (struct rule){ .kind = RULE_PLAIN, .cfa_off = off };
}

static struct rule only(enum rule_kind kind)
{
	return (struct rule){ .kind = (uint8_t)kind };
}

/* One function of 0x1000 bytes at CODE under the usual CIE; the rule at its `at`-th byte. */
static struct rule rule_of(const uint8_t *insns, size_t n, size_t at)
{
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_usual_cie(&t);
	tables_fde(&t, CODE, 0x1000, insns, n);
	tables_finish(&t, true, &m);

	struct rule rule = rule_at(&m, CODE + at);

	cfi_image_unmap(&m);
	return rule;
}

static void expect_of(int line, const uint8_t *insns, size_t n, size_t at, struct rule want)
{
	struct rule got = rule_of(insns, n, at);

	cr_expect(got.kind == want.kind && got.cfa_rbp == want.cfa_rbp &&
			  got.cfa_off == want.cfa_off && got.rbp_saved == want.rbp_saved &&
			  got.rbp_off == want.rbp_off,
		  "line %d at %zx: kind %d rbp %d %+d saved %d %+d", line, at, got.kind,
		  got.cfa_rbp, got.cfa_off, got.rbp_saved, got.rbp_off);
}

#define EXPECT(at, want, ...) expect_of(__LINE__, BYTES(__VA_ARGS__), at, want)

Test(cfi, reader)
{
	static const uint8_t bytes[] = { 0xe5, 0x8e, 0x26, 0x7f, 0x80, 0x7f, 1, 2 };
	struct cfi_reader r = { bytes, bytes + sizeof(bytes), false };

	cr_expect_eq(cfi_uleb(&r), 624485);
	cr_expect_eq(cfi_sleb(&r), -1);
	cr_expect_eq(cfi_sleb(&r), -128);
	cr_expect_eq(cfi_u16(&r), 0x201);
	cr_expect_not(r.bad);
	cr_expect_eq(cfi_u8(&r), 0);
	cr_expect(r.bad);
	r = (struct cfi_reader){ bytes, bytes + 3, false };
	cr_expect_eq(cfi_u32(&r), 0);
	cr_expect(r.bad && r.at == r.end);
	r = (struct cfi_reader){ bytes, bytes + 3, false };
	cfi_skip(&r, 3);
	cr_expect(!r.bad && r.at == r.end);
	r = (struct cfi_reader){ bytes + 1, bytes + 3, false };
	cfi_skip(&r, -1ULL);
	cr_expect(r.bad && r.at == r.end);
	/* more bits than there are, and no end */
	r = (struct cfi_reader){ (const uint8_t[]){ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						    0xff, 0xff, 0x7f },
				 NULL, false };
	r.end = r.at + 11;
	cr_expect_eq(cfi_uleb(&r), -1ULL);
	cr_expect(!r.bad && r.at == r.end);
	r = (struct cfi_reader){ bytes, bytes + 2, false };
	cfi_uleb(&r);
	cr_expect(r.bad);
}

Test(cfi, rows_begin_where_the_program_says)
{
	/* push %rbp at 0, mov %rsp,%rbp at 1, then far away by each width of advance */
	static const uint8_t insns[] = { 0x41, 0x0e, 16,   0x86, 2,    0x43, 0x0d, 6,
					 0x02, 0x10, 0x0e, 24,	 0x03, 0,    1,	   0x0e,
					 32,   0x04, 0,	   2,	 0,    0,    0x0e, 40 };
	struct rule framed = { RULE_PLAIN, 1, 1, 16, -16 };
	struct rule saved = { RULE_PLAIN, 0, 1, 16, -16 };

	expect_of(__LINE__, insns, sizeof(insns), 0, rsp(8));
	expect_of(__LINE__, insns, sizeof(insns), 1, saved);
	expect_of(__LINE__, insns, sizeof(insns), 3, saved);
	expect_of(__LINE__, insns, sizeof(insns), 4, framed);
	expect_of(__LINE__, insns, sizeof(insns), 0x13, framed);
	framed.cfa_off = 24;
	expect_of(__LINE__, insns, sizeof(insns), 0x14, framed);
	framed.cfa_off = 32;
	expect_of(__LINE__, insns, sizeof(insns), 0x114, framed);
	framed.cfa_off = 40;
	expect_of(__LINE__, insns, sizeof(insns), 0x314, framed);
	expect_of(__LINE__, insns, sizeof(insns), 0xfff, framed);
	expect_of(__LINE__, insns, sizeof(insns), 0x1000, only(RULE_NONE));
}

Test(cfi, instructions)
{
	struct rule far = { RULE_PLAIN, 0, 1, 8, -16 };

	EXPECT(0, far, 0x05, 6, 2); /* offset_extended */
	EXPECT(0, far, 0x11, 6, 2); /* offset_extended_sf */
	far.rbp_off = 16;
	EXPECT(0, far, 0x11, 6, 0x7e);
	EXPECT(0, far, 0x2f, 6, 2);		  /* GNU_negative_offset_extended */
	EXPECT(0, rsp(16), 0x12, 7, 0x7e);	  /* def_cfa_sf */
	EXPECT(0, rsp(24), 0x13, 0x7d);		  /* def_cfa_offset_sf */
	EXPECT(0, rsp(300), 0x0e, 0xac, 0x02);	  /* def_cfa_offset, two bytes */
	EXPECT(0, rsp(8), 0x2e, 48);		  /* GNU_args_size */
	EXPECT(0, rsp(8), 0x86, 2, 0xc6);	  /* offset, restore */
	EXPECT(0, rsp(8), 0x86, 2, 0x06, 6);	  /* offset, restore_extended */
	EXPECT(0, rsp(8), 0x86, 2, 0x08, 6);	  /* offset, same_value */
	EXPECT(0, rsp(8), 0x07, 6);		  /* undefined rbp: no use to the caller */
	EXPECT(0, rsp(8), 0x14, 7, 0);		  /* val_offset: rsp is the CFA anyway */
	EXPECT(0, rsp(8), 0x05, 40, 9, 0x07, 33); /* vector registers */
	EXPECT(0, rsp(8), 0, 0, 0);
	EXPECT(0, only(RULE_END), 0x07, 16);
	EXPECT(0, only(RULE_COMPLEX), 0x14, 7, 1);	    /* rsp is not the CFA */
	EXPECT(0, only(RULE_COMPLEX), 0x15, 6, 0x7f);	    /* val_offset_sf */
	EXPECT(0, only(RULE_COMPLEX), 0x87, 3);		    /* rsp saved */
	EXPECT(0, only(RULE_COMPLEX), 0x90, 2);		    /* RA elsewhere */
	EXPECT(0, only(RULE_COMPLEX), 0x09, 6, 3);	    /* rbp in rbx */
	EXPECT(0, only(RULE_COMPLEX), 0x09, 16, 3);	    /* RA in rbx */
	EXPECT(0, only(RULE_COMPLEX), 0x0c, 3, 16);	    /* CFA from rbx */
	EXPECT(0, only(RULE_COMPLEX), 0x16, 6, 2, 0x76, 0); /* val_expression */
}

Test(cfi, registers_that_do_not_exist)
{
	EXPECT(0, only(RULE_NONE), 0x0c, 17, 8);
	EXPECT(0, only(RULE_NONE), 0x0c, 0x86, 0x02, 8); /* 262: rbp in 8 bits */
	EXPECT(0, only(RULE_NONE), 0x0d, 0xff, 0x7f);

	for (int i = 0; i < 2; i++) {
		struct tables t;
		struct cfi_module m;

		tables_begin(&t);
		tables_usual_cie(&t);
		cr_assert_eq(t.b[FRAMES + 14], 16);
		t.b[FRAMES + 14] = i ? 17 : CFI_RBX; /* where the return address is */
		tables_fde(&t, CODE, 16, BYTES(0));
		tables_finish(&t, true, &m);
		expect(&m, CODE, only(i ? RULE_NONE : RULE_COMPLEX));
		cfi_image_unmap(&m);
	}
}

Test(cfi, set_loc)
{
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_usual_cie(&t);
	tables_fde(&t, CODE, 0x100, BYTES(0x01, 0, 0, 0, 0, 0x0e, 16));

	uint32_t to = (uint32_t)(CODE + 0x20 - (t.n - 6));

	memcpy(t.b + t.n - 6, &to, 4);
	tables_finish(&t, true, &m);
	expect(&m, CODE + 0x1f, rsp(8));
	expect(&m, CODE + 0x20, rsp(16));
	cfi_image_unmap(&m);
}

Test(cfi, remembered_states)
{
	/* 1: off 16; 2: remember, off 24; 3: remember, off 32; 4: restore; 5: restore */
	static const uint8_t nested[] = { 0x41, 0x0e, 16,   0x86, 2,	0x41, 0x0a, 0x0e,
					  24,	0x41, 0x0a, 0x0e, 32,	0xc6, 0x41, 0x0b,
					  0x41, 0x0b, 0x41, 0x0a, 0x0e, 8 };
	static const struct rule want[] = {
		{ RULE_PLAIN, 0, 0, 8, 0 },    { RULE_PLAIN, 0, 1, 16, -16 },
		{ RULE_PLAIN, 0, 1, 24, -16 }, { RULE_PLAIN, 0, 0, 32, 0 },
		{ RULE_PLAIN, 0, 1, 24, -16 }, { RULE_PLAIN, 0, 1, 16, -16 },
		{ RULE_PLAIN, 0, 1, 8, -16 },
	};

	for (size_t at = 0; at < sizeof(want) / sizeof(want[0]); at++)
		expect_of(__LINE__, nested, sizeof(nested), at, want[at]);
	/* The stretch ends the program, or holds the pc without an advance behind it. */
	EXPECT(9, rsp(16), 0x41, 0x0a, 0x0e, 16);
	EXPECT(9, rsp(8), 0x41, 0x0a, 0x0e, 16, 0x0b);
	EXPECT(9, only(RULE_NONE), 0x0b);
}

Test(cfi, hostile_remembers_end)
{
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_usual_cie(&t);
	tables_fde(&t, CODE, 0x1000, BYTES(0x0a));
	memset(t.b + t.n, 0x0a, 7000);
	t.n += 7000;
	tables_end_record(&t);
	tables_finish(&t, true, &m);
	expect(&m, CODE, only(RULE_NONE));
	cfi_image_unmap(&m);
}

Test(cfi, stack_realigned_by_gcc)
{
	/* CFA = *(rbp - 8), rbp at *rbp: the body of a function with its own argument pointer */
	struct rule drap = { RULE_DRAP, 1, 1, -8, 0 };

	EXPECT(0, drap, 0x10, 6, 2, 0x76, 0, 0x0f, 3, 0x76, 0x78, 0x06);
	drap.rbp_saved = 0;
	EXPECT(0, drap, 0x0f, 3, 0x76, 0x78, 0x06);
	/* saved from the CFA, which an old rbp cannot say */
	EXPECT(0, only(RULE_COMPLEX), 0x86, 2, 0x0f, 3, 0x76, 0x78, 0x06);
	/* from rsp: hand-written assembly */
	EXPECT(0, only(RULE_COMPLEX), 0x0f, 4, 0x77, 0x98, 0x01, 0x06);
	EXPECT(0, only(RULE_COMPLEX), 0x0f, 5, 0x76, 0x78, 0x06, 0x23, 8);
	/* expressions that a plain rule can say after all */
	EXPECT(0, ((struct rule){ RULE_PLAIN, 1, 1, 16, -16 }), 0x0c, 6, 16, 0x10, 6, 2, 0x76, 0);
	EXPECT(0, only(RULE_COMPLEX), 0x10, 6, 2, 0x76, 0);
	EXPECT(0, rsp(24), 0x0f, 2, 0x77, 24);
}

Test(cfi, lazy_binding_stubs)
{
	/* CFA = rsp + 8 + ((rip & 15) >= 11) * 8 */
	static const uint8_t plt[] = { 0x0f, 11,   0x77, 8,    0x80, 0,	  0x3f,
				       0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22 };

	for (size_t at = 0; at < 64; at++) {
		/* 10 is within an instruction: whether 10 or 11 is asked for is not known */
		if (at % 16 == 10 || at % 16 == 15)
			expect_of(__LINE__, plt, sizeof(plt), at, only(RULE_COMPLEX));
		else
			expect_of(__LINE__, plt, sizeof(plt), at, rsp(at % 16 > 10 ? 16 : 8));
	}
}

Test(cfi, augmentations)
{
	static const struct {
		const char *letters;
		uint8_t version, data[16], n;
		bool ok;
	} cases[] = {
		{ "zR", 1, { 0x1b }, 1, true },
		{ "zR", 3, { 0x1b }, 1, true },
		{ "zR", 4, { 0x1b }, 1, true },
		{ "zR", 2, { 0x1b }, 1, false },
		{ "zPLR", 1, { 0x9b, 1, 2, 3, 4, 0x1b, 0x1b }, 7, true },
		{ "zPLR", 1, { 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0x1b, 0x1b }, 11, true },
		{ "zPLR", 1, { 0x00, 1, 2, 3, 4, 5, 6 }, 7, false },
		{ "zRB", 1, { 0x1b }, 1, true },
		{ "zRQ", 1, { 0x1b, 1, 2 }, 3, true },
		{ "R", 1, { 0x1b }, 1, false },
		{ "zR", 1, { 0x6b }, 1, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tables t;
		struct cfi_module m;

		tables_begin(&t);
		tables_cie(&t, cases[i].letters, cases[i].version, cases[i].data, cases[i].n,
			   usual_insns, sizeof(usual_insns));
		tables_fde(&t, CODE, 16, BYTES(0x0e, 32));
		tables_finish(&t, true, &m);
		cr_expect_eq(rule_at(&m, CODE).kind, cases[i].ok ? RULE_PLAIN : RULE_NONE,
			     "%zu: \"%s\" version %d", i, cases[i].letters, cases[i].version);
		cfi_image_unmap(&m);
	}
}

/* The address of what is to be written must be known for absolute encodings: write it twice. */
Test(cfi, pointer_encodings)
{
	static const struct {
		const char *letters;
		uint8_t enc;
		bool ok;
	} cases[] = {
		{ "zR", PE_PCREL | PE_SDATA4, true },
		{ "zR", PE_PCREL | PE_SDATA8, true },
		{ "zR", PE_PCREL | PE_UDATA4, true },
		{ "zR", PE_PCREL | PE_UDATA8, true },
		{ "zR", PE_PCREL, true },
		{ "zR", PE_ABSPTR, true },
		{ "zR", PE_UDATA8, true },
		{ "", PE_ABSPTR, true },
		{ "eh", PE_ABSPTR, true },
		{ "zR", PE_ALIGNED, true },
		{ "zR", PE_DATAREL, false },
		{ "zR", 0x20, false },
		{ "zR", 0x40, false },
		{ "zR", 0x0d, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int pass = 0, wide = 0; wide < 2; pass = 0, wide++) {
			struct tables t;
			struct cfi_module m;
			uint8_t *at = NULL;

			for (; pass < 2; pass++) {
				tables_begin(&t);
				t.wide = wide;
				if (cases[i].letters[0] == 'z')
					tables_cie(&t, "zR", 1, &cases[i].enc, 1, usual_insns,
						   sizeof(usual_insns));
				else
					tables_cie(&t, cases[i].letters, 1, NULL, 0, usual_insns,
						   sizeof(usual_insns));
				tables_fde_encoded(&t, cases[i].enc, (uint64_t)at, CODE, 16,
						   cases[i].letters[0] == 'z', BYTES(0x0e, 32));
				if (pass == 0)
					at = tables_finish(&t, true, &m);
			}
			memcpy(at + FRAMES, t.b + FRAMES, t.n - FRAMES);
			if (cases[i].ok) {
				expect(&m, CODE, rsp(32));
				expect(&m, CODE + 15, rsp(32));
				expect(&m, CODE + 16, only(RULE_NONE));
			} else {
				expect(&m, CODE, only(RULE_NONE));
			}
			cfi_image_unmap(&m);
		}
}

Test(cfi, indirect_pointers_stay_in_the_segment)
{
	for (int inside = 0; inside < 2; inside++) {
		struct tables t;
		struct cfi_module m;
		size_t cell;

		tables_begin(&t);
		tables_cie(&t, "zR", 1, BYTES(0x9b), usual_insns, sizeof(usual_insns));
		cell = 256;
		tables_fde(&t, inside ? cell : CODE, 16, BYTES(0x0e, 32));
		t.pcs[0] = CODE;

		uint8_t *at = tables_finish(&t, true, &m);
		uint64_t pc = (uint64_t)at + CODE;

		memcpy(at + cell, &pc, 8);
		expect(&m, CODE, inside ? rsp(32) : only(RULE_NONE));
		cfi_image_unmap(&m);
	}
}

Test(cfi, searching)
{
	for (int table = 0; table < 2; table++) {
		struct tables t;
		struct cfi_module m;

		tables_begin(&t);
		for (size_t i = 0; i < 20; i++) {
			if (i % 5 == 0)
				tables_usual_cie(&t);
			/* an empty function where the next one starts; gaps of 16 between the others */
			if (i == 7)
				tables_fde(&t, CODE + i * 32, 0, BYTES(0x0e, 1));
			tables_fde(&t, CODE + i * 32, 16, BYTES(0x0e, (uint8_t)(4 * i)));
			if (i == 11)
				tables_fde(&t, CODE + i * 32 + 16, 0, BYTES(0x0e, 1));
		}
		tables_finish(&t, table, &m);
		expect(&m, CODE - 1, only(RULE_NONE));
		expect(&m, 8, only(RULE_NONE));
		for (size_t i = 0; i < 20; i++) {
			expect(&m, CODE + i * 32, rsp((int32_t)(4 * i)));
			expect(&m, CODE + i * 32 + 15, rsp((int32_t)(4 * i)));
			expect(&m, CODE + i * 32 + 16, only(RULE_NONE));
		}
		expect(&m, (size_t)1 << 40, only(RULE_NONE));
		cfi_image_unmap(&m);
	}
}

/* What glibc says of its restorer, with the offset of one register to be chosen. */
static struct rule restorer_rule(uint8_t rbp, uint8_t rip, const char *letters)
{
	const uint8_t insns[] = {
		0x0f, 4,  0x77, 0xa0, 0x01,	  0x06, /* CFA = *(rsp + 160) */
		0x10, 6,  3,	0x77, rbp | 0x80, 0x00, /* rbp */
		0x10, 7,  3,	0x77, 0xa0,	  0x01, /* rsp */
		0x10, 16, 3,	0x77, rip,	  0x01, /* rip: 168 is 0xa8 0x01 */
	};
	struct tables t;
	struct cfi_module m;

	tables_begin(&t);
	tables_cie(&t, letters, 1, BYTES(0x1b), BYTES(0));
	tables_fde(&t, CODE, 16, insns, sizeof(insns));
	tables_finish(&t, true, &m);

	struct rule rule = rule_at(&m, CODE);

	cfi_image_unmap(&m);
	return rule;
}

Test(cfi, signal_frames)
{
	cr_expect_eq(restorer_rule(120, 0xa8, "zRS").kind, RULE_SIGNAL);
	cr_expect_eq(restorer_rule(112, 0xa8, "zRS").kind, RULE_COMPLEX);
	cr_expect_eq(restorer_rule(120, 0xb0, "zRS").kind, RULE_COMPLEX);
	cr_expect_eq(restorer_rule(120, 0xa8, "zR").kind, RULE_COMPLEX);
}
